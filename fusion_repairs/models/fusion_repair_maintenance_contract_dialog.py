import pytz

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_tasks.services.openings import midnight, to_local

#: What a dispatcher's word does not change.
NEVER = ("not_technician", "company", "past", "overlap")


class FusionRepairMaintenanceContractDialog(models.Model):
    """The office's booking dialog: the openings beside the client's facts, and why a wished time
    cannot be had. Times are naive UTC unless they are called local."""

    _inherit = "fusion.repair.maintenance.contract"

    def action_open_booking(self):
        """:return: action that opens the dialog for this contract, without the lead time
        :raise UserError: saying that the contract is not active, or that a visit is booked
        """
        self.ensure_one()
        if self.state != "active":
            raise UserError(self.env._("This maintenance contract is not active."))
        if self.open_visit_id:
            raise UserError(self.env._("A visit is already booked."))
        return self._open_dialog()

    def _open_dialog(self):
        return {
            "type": "ir.actions.client",
            "tag": "fusion_repairs.booking_dialog",
            "name": self.env._("Openings for %(client)s", client=self.partner_id.name),
            "target": "new",
            "context": {"dialog_size": "extra-large"},
            "params": {"contract_id": self.id},
        }

    def get_booking_dialog(self, technician_id=False, day=False):
        """What the dialog shows.

        :param technician_id: of this technician alone
        :param day: of this local day alone
        :return: ``{"facts": [(label, value)], "technicians", "slots", "no_slot"}``; with a filter
            every opening is listed, without one the best of each day
        """
        self._check_office()
        slots = self._list_slots(technician_id, day)
        return {
            "facts": self._list_facts(),
            "technicians": [
                {"id": user.id, "name": user.name} for user in self._candidate_technicians()
            ],
            "slots": slots,
            "no_slot": "" if slots else self._get_no_opening_text(technician_id, day),
        }

    def _check_office(self):
        self.ensure_one()
        self.check_access("write")

    def _get_joint(self):
        """:return: the contracts of the visit that would be moved; this one before it has one"""
        visit = self.open_visit_id
        return visit._get_joint().contract_id if visit else self

    def _list_facts(self):
        visit, client = self.open_visit_id, self.partner_id
        site = self._get_site()
        facts = (
            (self.env._("Unit"), self._get_joint()._get_unit_name()),
            (self.env._("Where"), self.equipment_id.x_fc_location_note),
            (self.env._("Address"), site._fc_get_address_line()),
            (self.env._("Phone"), client.phone),
            (self.env._("Due"), self._format_day(self.next_due_date)),
            (self.env._("Last visit"), self._format_day(self.last_service_date)),
            (self.env._("Maintenance fee"), self._get_due_fee_text()),
            (self.env._("Preferred technician"), self.x_fc_preferred_technician_id.name),
            (self.env._("Booked for"), visit and self._format_day(visit.visit_date)),
            (self.env._("Notes"), self.x_fc_notes),
        )
        return [(label, value) for label, value in facts if value]

    def _list_slots(self, technician_id, day):
        contract = self._get_joint().with_company(self.company_id)
        now = fields.Datetime.now()
        if technician_id or day:
            asked = contract._prepare_search(day, day, now)
            asked |= {"technician_ids": [technician_id] if technician_id else None,
                      "per_day": None}  # fmt: skip
            found = asked["date_from"] <= asked["date_to"]
            slots = contract.env["fusion.technician.task"]._find_slots(**asked) if found else []
            slots = [{**slot, **contract._make_offer(slot)} for slot in slots]
        else:
            slots = contract._get_booking_slots(not_before=now)
        return [
            {
                "key": f"{slot['technician_id']}/{fields.Datetime.to_string(slot['start'])}",
                "technician_id": slot["technician_id"],
                "technician": slot["technician_name"],
                "start": fields.Datetime.to_string(slot["start"]),
                "day": slot["day_label"],
                "window": slot["window_label"],
                "travel": slot["travel_before"],
                "detour": slot["detour"],
                "recommended": slot["recommended"],
            }
            for slot in slots
        ]

    def _get_no_opening_text(self, technician_id, day):
        if technician_id or day:
            return self.env._("There is no opening. Try without the filter.")
        asked = self._get_joint()._prepare_search(not_before=fields.Datetime.now())
        names = ("duration_hours", "skill_ids", "latitude", "longitude", "company_id")
        tasks = self.env["fusion.technician.task"]
        return tasks._get_no_slot_text({name: asked[name] for name in names})

    def explain_time(self, technician_id, local_start):
        """Whether a wished time can be had, and why not.

        :param technician_id: of this technician, else of whoever is free then
        :param local_start: ISO text in the company's time, without a zone
        :return: ``{"ok", "may_force", "message", "technician_id", "start"}``, start in UTC
        :raise UserError: for a time that cannot be read
        """
        self._check_office()
        contract = self._get_joint().with_company(self.company_id)
        start = contract._read_local(local_start)
        asked = contract._prepare_search(not_before=fields.Datetime.now())
        users = self.env["res.users"].browse(technician_id or []) or self._candidate_technicians()
        if not users:
            raise UserError(self.env._("No technician holds the skill."))
        verdicts = [contract._judge_time(user, start, asked) for user in users]
        return next((verdict for verdict in verdicts if verdict["ok"]), verdicts[0])

    def _judge_time(self, user, start, asked):
        tasks = self.env["fusion.technician.task"]
        is_free, reason = tasks._check_slot(
            user.id, start, fields.Datetime.add(start, hours=asked["duration_hours"]),
            asked["latitude"], asked["longitude"], asked["exclude_task_id"], asked["skill_ids"],
            asked["not_before"],
        )  # fmt: skip
        message = self.env._("This time is free.") if is_free else tasks._get_reason_text(reason)
        if reason == "travel":
            message = f"{message} {self._get_drive_text(user.id, start, asked)}".strip()
        return {
            "ok": is_free,
            "may_force": not is_free and reason not in NEVER,
            "message": f"{user.name}: {message}",
            "technician_id": user.id,
            "start": fields.Datetime.to_string(start),
        }

    def _read_local(self, text):
        try:
            moment = fields.Datetime.to_datetime((text or "").replace("T", " ")[:16] + ":00")
        except ValueError:
            moment = None
        if not moment:
            raise UserError(self.env._("Enter a day and a time."))
        local = self.company_id._fc_tz().localize(moment)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_drive_text(self, technician_id, start, asked):
        """:return: how long the drives around that time are"""
        tz = self.company_id._fc_tz()
        tasks = self.env["fusion.technician.task"]
        day = to_local(start, tz).date()
        gaps = tasks._get_available_gaps(
            technician_id, day, 0.0, asked["latitude"], asked["longitude"],
            asked["exclude_task_id"], midnight(day, tz),
        )  # fmt: skip
        gap = next((gap for gap in gaps if gap["start"] <= start < gap["end"]), None)
        if not gap:
            return ""
        return self.env._(
            "Drive there: %(before)s min, and on to the next stop: %(after)s min.",
            before=gap["travel_before"], after=gap["travel_after"],
        )  # fmt: skip

    def book_time(self, technician_id, start, force=False):
        """Book the visit, or move the one that is booked.

        :param start: naive UTC
        :param force: a dispatcher's decision: hours, leave, travel and skills only warn
        :return: action that shows the visit
        :raise SlotUnavailable: when somebody else was faster
        """
        self._check_office()
        contract = self
        if force:
            self.env["fusion.technician.task"]._check_is_dispatcher()
            contract = self.with_context(fusion_repairs_outside_list=True)
        start = fields.Datetime.to_datetime(start)
        visit = contract.open_visit_id
        if visit:
            visit._reschedule(technician_id=technician_id, start=start)
        else:
            visit = contract._confirm_booking(
                technician_id=technician_id, start=start, source="phone"
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": visit._name,
            "res_id": visit.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
