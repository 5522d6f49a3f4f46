from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.signing import hash_token
from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const
from ..exceptions import UnitsChanged

TOKEN_SCOPE = "maintenance_booking"
#: Of a link that never shows more than its own unit.
UNIT_SCOPE = "maintenance_unit_booking"


class FusionRepairMaintenanceContractBooking(models.Model):
    """From a link to a booked visit, on the technicians' real schedule. Times are naive UTC. What
    is booked together, one unit or all of a household, is one recordset."""

    _name = "fusion.repair.maintenance.contract"
    _inherit = ["fusion.repair.maintenance.contract", "fusion.repair.bookable.mixin"]

    # -- Links ------------------------------------------------------------------------------------

    def _issue_booking_token(self, is_own_unit_only=False):
        """:param is_own_unit_only: for somebody who may not know of the client's other units
        :return: raw token of the present cycle; its hash alone is stored
        """
        self.ensure_one()
        days = self.env["fusion.repair.parameter"]._get_number("booking_token_days")
        tokens = self.env["fusion.access.token"].sudo()
        scope = UNIT_SCOPE if is_own_unit_only else TOKEN_SCOPE
        return tokens._issue(self, scope, cycle=self.sudo().booking_cycle, days=days)

    def _get_booking_url(self):
        return f"{self.get_base_url()}/repairs/maintenance/book/{self._issue_booking_token()}"

    @api.model
    def _resolve_booking_token(self, raw):
        """:return: ``(contract, reason)``; reason is ``unknown``, ``inactive``, ``expired``,
        ``booked`` or ``ok``. Reading counts nothing, because mail scanners follow links.
        """
        token = self._find_token(raw)
        contract = token and self.sudo().with_context(active_test=False).browse(token.res_id)
        if not contract or token.res_model != self._name or not contract.exists():
            return self.browse(), "unknown"
        if token.scope == UNIT_SCOPE:
            contract = contract.with_context(fusion_repairs_own_unit_only=True)
        if contract.state != "active" or not contract.active:
            return contract, "inactive"
        is_old = token.cycle != contract.booking_cycle or token.revoked_at
        if is_old or token.expires_at <= fields.Datetime.now():
            return contract, "expired"
        return contract, "booked" if contract.open_visit_id else "ok"

    @api.model
    def _find_token(self, raw):
        found = ("token_hash", "=", hash_token(str(raw or "")))
        scopes = ("scope", "in", (TOKEN_SCOPE, UNIT_SCOPE))
        return self.env["fusion.access.token"].sudo().search([found, scopes])

    # -- Openings ---------------------------------------------------------------------------------

    def _candidate_technicians(self):
        """:return: technicians of the company who hold the skill today"""
        return self.env["fusion.technician.task"]._qualified_technicians(
            self._get_skills().ids, company_id=self.company_id.id
        )

    def _get_skills(self):
        return self.x_fc_policy_category_id.x_fc_maintenance_skill_id

    def _get_site(self):
        """:return: where the visit takes place"""
        client = self.partner_id
        unit_sudo = self[:1].equipment_id.sudo()
        return unit_sudo._fc_get_site() or client.browse(
            client.address_get(["delivery"])["delivery"]
        )

    def _get_duration(self):
        """:return: hours, those of all these units"""
        return sum(
            one.x_fc_policy_category_id.x_fc_maintenance_duration_hours or 1.0 for one in self
        )

    def _get_earliest(self, source="client_portal"):
        hours = self.env["fusion.repair.parameter"]._get_number("booking_lead_hours")
        is_client = source == "client_portal"
        return fields.Datetime.now() + timedelta(hours=hours if is_client else 0)

    def _get_booking_slots(self, date_from=None, date_to=None, not_before=None):
        """What qualified technicians really have free.

        :param date_from: local date, default the day of ``not_before``
        :param not_before: default: the lead time from now
        :return: slot dicts of ``_find_slots`` with ``key`` and ``label``
        """
        self = self.with_company(self.company_id)
        asked = self._prepare_search(date_from, date_to, not_before)
        if asked["date_to"] < asked["date_from"]:
            return []
        slots = self._prefer(self.env["fusion.technician.task"]._find_slots(**asked), asked)
        return [{**slot, **self._make_offer(slot)} for slot in slots]

    def _prepare_search(self, date_from=None, date_to=None, not_before=None):
        """:return: arguments of ``_find_slots`` for the next visit"""
        number = self.env["fusion.repair.parameter"]._get_number
        earliest = fields.Datetime.to_datetime(not_before) or self._get_earliest()
        tz = self.company_id._fc_tz()
        horizon = self.company_id._fc_today() + timedelta(days=number("booking_horizon_days"))
        site = self._get_site()
        return {
            "duration_hours": self._get_duration(),
            "date_from": fields.Date.to_date(date_from) or to_local(earliest, tz).date(),
            "date_to": min(fields.Date.to_date(date_to) or horizon, horizon),
            "skill_ids": self._get_skills().ids,
            "latitude": site.partner_latitude,
            "longitude": site.partner_longitude,
            "company_id": self.company_id.id,
            "not_before": earliest,
            "exclude_task_id": self.open_visit_id.technician_task_id[:1].id,
            "per_day": number("booking_slots_per_day"),
            "limit": const.BOOKING_SLOTS,
        }

    def _prefer(self, slots, asked):
        """At equal times the preferred technician comes instead of another one."""
        technician = self.x_fc_preferred_technician_id[:1]
        if not technician:
            return slots
        own = self.env["fusion.technician.task"]._find_slots(
            **{**asked, "technician_ids": technician.ids, "per_day": None, "limit": None}
        )
        preferred = {slot["start"]: slot for slot in own}
        return [
            {**preferred.get(slot["start"], slot), "recommended": slot["recommended"]}
            for slot in slots
        ]

    # -- Booking ----------------------------------------------------------------------------------

    def _confirm_booking(self, slot_key=None, technician_id=None, start=None,
                         source="client_portal", note="", phone="", not_before=None):  # fmt: skip
        """Make one task, and a job, a visit and a draft order for each unit, all or nothing.

        :param slot_key: ``key`` of an opening; or ``technician_id`` and ``start``
        :return: the visits, in the order of the contracts' ids
        :raise UserError: when a contract is not active or already booked
        :raise SlotUnavailable: when the time cannot be had any more
        """
        self = self.sudo().with_company(self.company_id)._in_office_words().sorted("id")
        whole = self[:1].with_context(fusion_repairs_own_unit_only=False)
        household = self | whole._get_household()
        household._wait_for_turn()
        if self.filtered(lambda one: one.state != "active" or not one.active):
            raise UserError(self.env._("This maintenance contract is not active."))
        if self.open_visit_id:
            raise UserError(self.env._("A visit is already booked."))
        if slot_key is not None:
            technician_id, start = self._read_slot_key(slot_key)
        values = self._prepare_task_values(technician_id, start, note, phone)
        tasks = self.env["fusion.technician.task"]
        if self.env.context.get("fusion_repairs_outside_list"):
            task = tasks.create(values)
        else:
            task = tasks._book_slot(values, not_before=not_before or self._get_earliest(source))
        for contract in self.with_context(fusion_repairs_source=source):
            contract.booking_repair_id = contract.create_repair_from_booking(task)
        visits = self.booking_repair_id.x_fc_maintenance_visit_id
        visits[:1]._tell_client("email_template_booking_confirmed", manage=True)
        self[:1]._ask_for_address()
        (household - self)._keep_own_reminders()
        return visits

    def _ask_for_address(self):
        """The drive was only estimated: the office completes the address before the visit."""
        site = self._get_site()
        if not site.street or site.x_fc_geocode_state == "failed":
            self._raise_activity(
                "mail.mail_activity_data_todo", self.env._("The client's address is incomplete")
            )

    def _wait_for_turn(self):
        """Two tabs of one household: the second waits, and is then repeated on what the first did
        (core's own lock would refuse at once). One order of the ids: nobody waits in a circle."""
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                SQL.identifier(self._table),
                tuple(self.ids),
            ),
            log_exceptions=False,  # coming late is expected, and the caller is repeated
        )

    def _book_online(self, slot_key, phone="", note="", units=(), covered=()):
        """:param units: keys of the units that the client ticked, default all that are offered
        :param covered: keys of the units for which the page said that a plan pays; without
            ``units`` anything stands for all of them
        :return: path of the page that follows: the visit's, or the times of those units for which
            this one visit would have been too long
        :raise UnitsChanged: when a ticked unit is not offered any more
        :raise PlanExhausted: when a plan does not pay any more
        """

        def book(contract):
            offered, later = contract._get_offer()
            chosen = promised = offered
            if units:
                chosen = offered.filtered(lambda one: one._get_unit_key() in units)
                promised = chosen.filtered(lambda one: one._get_unit_key() in covered)
            if len(chosen) < len(set(units)):
                raise UnitsChanged(contract.env._("One of the units is not free to be booked."))
            technician_id, start = offered._read_slot_key(slot_key)
            visits = chosen.with_context(
                fusion_repairs_promised_plan=promised.ids if covered else []
            )._confirm_booking(technician_id=technician_id, start=start, phone=phone, note=note)
            if later:
                return f"/repairs/maintenance/book/{later[0]._issue_booking_token()}?notice=next"
            return f"/repairs/maintenance/visit/{visits[0]._issue_manage_token()}?new=1"

        return self._try_online(book)

    def _prepare_task_values(self, technician_id, start, note, phone):
        site = self._get_site()
        start = fields.Datetime.to_datetime(start)
        return {
            "summary": self._get_task_summary(),
            "task_type": "maintenance",
            "technician_id": technician_id,
            "datetime_start": start,
            "datetime_end": start + timedelta(hours=self._get_duration()),
            "partner_id": self.partner_id.id,
            "address_id": site.id,
            "latitude": site.partner_latitude,
            "longitude": site.partner_longitude,
            "contact_phone": (phone or "")[: const.MAX_PHONE] or self.partner_id.phone,
            "access_notes": (note or "")[: const.MAX_NOTE],
            "skill_ids": [Command.set(self._get_skills().ids)],
            "company_id": self.company_id.id,
            "x_fc_maintenance_contract_id": self[:1].id,
        }

    def _get_task_summary(self):
        return self.env._("Maintenance: %(unit)s", unit=self._get_unit_name())

    @api.private
    def create_repair_from_booking(self, task):
        """:return: the job of this unit on that task with its visit and draft order; the one there
        is when called again
        """
        self.ensure_one()
        visit = self.visit_ids.filtered(lambda one: one.technician_task_id == task)
        known = visit.repair_order_id or task.x_fc_repair_id
        is_other_unit = known.x_fc_maintenance_contract_id not in (self, self.browse())
        if known and not is_other_unit:
            return known
        source = self.env.context.get("fusion_repairs_source", "maintenance")
        repair = self.env["repair.order"].create(self._prepare_repair_values(task, source))
        order = self.env["sale.order"].create(self._prepare_order_values(repair))
        visit = self.env["fusion.repair.maintenance.visit"].create(
            {
                **self._prepare_visit_values(task, source),
                "repair_order_id": repair.id,
                "sale_order_id": order.id,
            }
        )
        repair.x_fc_maintenance_visit_id = visit
        visit._use_plan()
        repair._action_repair_confirm()
        if not is_other_unit:
            task.write(self._prepare_task_link(repair))
        return repair

    def _prepare_task_link(self, repair):
        """:return: values of a task that lead to the job of its first unit"""
        return {
            "x_fc_repair_id": repair.id,
            "x_fc_maintenance_contract_id": self.id,
            "res_model": "repair.order",
            "res_id": repair.id,
        }

    def _prepare_repair_values(self, task, source):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        sources = dict(self.env["repair.order"]._fields["x_fc_intake_source"].selection)
        is_known = self.product_id.tracking == "none" or self.lot_id
        is_goods = self.product_id.type == "consu"
        coordinator = self._get_coordinator()
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": coordinator.id if self.company_id in coordinator.company_ids else False,
            "product_id": self.product_id.id if is_known and is_goods else False,
            "schedule_date": task.datetime_start,
            "x_fc_repair_type": "maintenance",
            "x_fc_intake_source": source if source in sources else "maintenance",
            "x_fc_equipment_id": self.equipment_id.id,
            "x_fc_category_id": self.x_fc_policy_category_id.id,
            "x_fc_site_id": task.address_id.id,
            "x_fc_contact_phone": task.contact_phone,
            "x_fc_problem": task.access_notes,
            "x_fc_maintenance_contract_id": self.id,
        }
        kind = warehouse._fc_find_field_repairs()
        return {**values, "picking_type_id": kind.id} if kind else values

    def _prepare_order_values(self, repair):
        product = self.x_fc_policy_category_id._get_service_product()
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.partner_id.user_id.id,
            "origin": repair.name,
            "repair_order_ids": [Command.link(repair.id)],
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "name": self.env._(
                            "Maintenance visit: %(unit)s", unit=self._get_unit_name()
                        ),
                        "product_uom_qty": 1,
                        "price_unit": self.x_fc_maintenance_fee,
                    }
                )
            ],
        }

    def _prepare_visit_values(self, task, source):
        lines = self.x_fc_policy_category_id.checklist_item_ids
        vias = {"client_portal": "client_portal", "technician": "technician"}
        return {
            "contract_id": self.id,
            "equipment_id": self.equipment_id.id,
            "technician_task_id": task.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "x_fc_fee": self.x_fc_maintenance_fee,
            "booked_via": vias.get(source, "office"),
            "checklist_line_ids": [
                Command.create(
                    {
                        name: item[name]
                        for name in ("sequence", "label", "mandatory", "kind", "unit")
                    }
                )
                for item in lines
            ],
        }

    def _request_callback(self, reason, phone="", note=""):
        """:param reason: e.g. ``no_time``
        :return: the open ``mail.activity`` of this contract; a second request adds to it
        """
        self.ensure_one()
        self = self._in_office_words()
        said = (reason, (phone or "")[: const.MAX_PHONE], (note or "")[: const.MAX_NOTE])
        text = Markup("<br/>").join(part for part in said if part)
        kind = self.env.ref("fusion_repairs.mail_activity_callback")
        known = self.sudo().activity_ids.filtered(lambda one: one.activity_type_id == kind)[:1]
        if known:
            known.note = (known.note or "") + Markup("<br/>") + text
            return known
        summary = self.env._("Call %(client)s about maintenance", client=self.partner_id.name)
        return self._raise_activity("fusion_repairs.mail_activity_callback", summary, text)
