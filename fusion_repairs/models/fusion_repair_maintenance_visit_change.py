from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_tasks.services.openings import midnight

SCOPE = "maintenance_visit"


class FusionRepairMaintenanceVisitChange(models.Model):
    """The booking as the client sees it behind the link: move it, cancel it."""

    _inherit = "fusion.repair.maintenance.visit"

    def _issue_manage_token(self):
        """:return: raw token, valid until the end of the visit's day"""
        self.ensure_one()
        visit = self.sudo()
        tz = visit.company_id._fc_tz()
        day = visit.technician_task_id.scheduled_date or visit.company_id._fc_today()
        left = midnight(day + timedelta(days=1), tz) - fields.Datetime.now()
        days = max(left / timedelta(days=1), 1)
        cycle = visit.contract_id.booking_cycle
        return self.env["fusion.access.token"].sudo()._issue(visit, SCOPE, cycle=cycle, days=days)

    def _get_manage_url(self):
        return f"{self.get_base_url()}/repairs/maintenance/visit/{self._issue_manage_token()}"

    def _can_client_change(self):
        """:return: whether the client may still cancel"""
        hours = self.env["fusion.repair.parameter"]._get_number("client_change_cutoff_hours")
        start = self.sudo().technician_task_id.datetime_start
        is_planned = self.state == "scheduled" and start
        return bool(is_planned and start - fields.Datetime.now() >= timedelta(hours=hours))

    def _can_client_move(self):
        most = self.env["fusion.repair.parameter"]._get_number("max_client_moves")
        return self._can_client_change() and self.reschedule_count < most

    def _reschedule(self, slot_key=None, technician_id=None, start=None, by_client=False,
                    not_before=None):  # fmt: skip
        """The same task, job and order at another time.

        :return: True
        :raise UserError: for a client after the cut-off or the last move
        :raise SlotUnavailable: when the time cannot be had any more
        """
        self.ensure_one()
        visit = self.sudo().with_company(self.company_id)._in_office_words()
        if visit.state != "scheduled":
            raise UserError(self.env._("This visit is not planned any more."))
        if by_client and not visit._can_client_move():
            raise UserError(self.env._("It is too late to move this visit online. Please call us."))
        joint = visit._get_joint()
        contracts = joint.contract_id
        if slot_key is not None:
            technician_id, start = contracts._read_slot_key(slot_key)
        source = "client_portal" if by_client else "office"
        visit.technician_task_id._reschedule(
            start,
            technician_id=technician_id,
            not_before=not_before or contracts._get_earliest(source),
            force=bool(self.env.context.get("fusion_repairs_outside_list")),
        )
        joint.repair_order_id.schedule_date = visit.technician_task_id.datetime_start
        if by_client:
            joint.reschedule_count = visit.reschedule_count + 1
        visit._tell_client("email_template_booking_changed", manage=True)
        return True

    def _move_online(self, slot_key):
        """:return: raw token of the visit's page, which lasts until the new day"""

        def move(contract):
            visit = self.with_env(contract.env)
            visit._reschedule(slot_key, by_client=True)
            return visit._issue_manage_token()

        return self.contract_id._try_online(move)

    def action_open_moving(self):
        """:return: action that opens the dialog with the openings to which the visit may move"""
        self.ensure_one()
        return self.contract_id._open_dialog()

    def _client_cancel(self):
        """:return: True
        :raise UserError: after the cut-off
        """
        self.ensure_one()
        visit = self.sudo()._in_office_words()
        if not visit._can_client_change():
            raise UserError(self.env._("It is too late to cancel online. Please call us."))
        return visit.technician_task_id.action_cancel(visit.env._("Cancelled by the client"))

    def _mail_get_readers(self):
        return self.partner_id | self.contract_id.x_fc_contact_partner_id

    def _tell_client(self, xmlid, manage=False, method="REQUEST"):
        """Queue a message with the calendar file. One visit speaks for all units of its task; one
        that ends alone leaves the day in the calendar."""
        links = {"manage_url": self._get_manage_url()} if manage else {}
        task = self.technician_task_id
        attachment = self.env["ir.attachment"]
        if task.datetime_start and (method == "REQUEST" or not self._get_open_others()):
            attachment = attachment.sudo().create(
                {
                    "name": "visit.ics",
                    "raw": task._get_ics(method),
                    "mimetype": "text/calendar",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        readers = self.partner_id | self._get_joint().contract_id.x_fc_contact_partner_id
        return self._mail_client(xmlid, attachments=attachment, readers=readers, **links)

    def _get_page(self):
        """:return: what the client may know of all units of the visit, in the language of the
        context: no address"""
        joint = self._get_joint()
        task = self.technician_task_id
        name = (task.technician_id.name or "").split()
        start = task.datetime_start
        return {
            "state": self.state,
            "unit": ", ".join(one.contract_id._get_public_name() for one in joint),
            "day": start and self._format_day(task.scheduled_date),
            "window": start and self._format_window(start, task.window_minutes),
            "technician": name[0] if name else "",
            "fee": self._get_fee_text(sum(joint.mapped("x_fc_fee"))),
        }

    def _email_booking(self, kind, manage_url=None):
        """:param kind: ``confirmed``, ``changed``, ``tomorrow`` or ``cancelled``
        :return: Markup
        """
        page = self._get_page()
        titles = {
            "confirmed": self.env._("Your maintenance visit is booked"),
            "changed": self.env._("Your maintenance visit has a new time"),
            "cancelled": self.env._("Your maintenance visit is cancelled"),
            "tomorrow": self.env._("We come tomorrow"),
        }
        is_on = kind != "cancelled"
        prepare = self.env._(
            "Please clear the way to the unit, keep pets in another room and leave the power on."
        )
        again = self.env._("Call us, or use the link of your reminder, to choose another time.")
        rows = [
            (self.env._("Unit"), page["unit"]),
            (self.env._("Day"), page["day"]),
            (self.env._("Arrival"), page["window"]),
            (self.env._("Technician"), is_on and page["technician"]),
            (self.env._("Maintenance fee"), is_on and page["fee"]),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            titles[kind],
            prepare if is_on else again,
            sections=[(self.env._("Your visit"), rows)],
            email_type="success" if is_on else "neutral",
            button_url=is_on and manage_url or None,
            button_text=self.env._("See or change the visit"),
        )
