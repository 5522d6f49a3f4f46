from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import const

BOOKING_SCOPE = "repair_booking"


class RepairOrderBooking(models.Model):
    """The parts are here: the client chooses when the technician comes. Times are naive UTC."""

    _name = "repair.order"
    _inherit = ["repair.order", "fusion.repair.bookable.mixin"]
    _slot_scope = "fusion_repairs.repair_slot"

    def _fc_issue_booking_token(self):
        """:return: raw token of the page on which the client chooses a time"""
        self.ensure_one()
        days = self.env["fusion.repair.parameter"]._get_number("booking_token_days")
        return self.env["fusion.access.token"].sudo()._issue(self, BOOKING_SCOPE, days=days)

    def _fc_get_booking_url(self):
        return f"{self.get_base_url()}/repairs/visit/{self._fc_issue_booking_token()}"

    def _fc_is_bookable(self):
        """:return: whether a visit is still to be planned"""
        return self.state not in ("done", "cancel") and not self._fc_find_reported_task()

    def _fc_get_booking_slots(self):
        """:return: openings of technicians who hold the skills, with ``key`` and labels"""
        skills = self.x_fc_category_id.x_fc_repair_skill_ids
        return self._find_openings(self._fc_get_visit_hours(), skills, self._fc_get_visit_site())

    def _fc_get_visit_site(self):
        partner = self.partner_id
        return self.x_fc_site_id or partner.browse(partner.address_get(["delivery"])["delivery"])

    def _fc_get_visit_hours(self):
        return min(max((self.x_fc_estimated_minutes or 60) / 60, 0.25), 24)

    def _fc_book(self, slot_key, phone="", note=""):
        """:return: the task
        :raise UserError: when a visit is planned already, or the job is closed
        :raise SlotUnavailable: when the time cannot be had any more
        """
        technician, start = self._read_slot_key(slot_key)
        return self._fc_book_at(technician, start, phone, note)

    def _fc_book_at(self, technician, start, phone="", note=""):
        """:param technician: id of the user
        :param start: naive UTC
        :return: as :meth:`_fc_book`
        """
        self.ensure_one()
        repair = self.sudo().with_company(self.company_id)._in_office_words()
        lock = SQL("SELECT 1 FROM repair_order WHERE id = %s FOR UPDATE", repair.id)
        repair.env.execute_query(lock)
        if not repair._fc_is_bookable():
            raise UserError(self.env._("A visit is already booked."))
        number = repair.env["fusion.repair.parameter"]._get_number
        drafts = repair.x_fc_task_ids.filtered(lambda task: task.status == "draft")
        values = repair._fc_prepare_task_values()
        site = repair._fc_get_visit_site()
        task = repair.env["fusion.technician.task"]._book_slot(
            {
                **values,
                "technician_id": technician,
                "datetime_start": start,
                "datetime_end": start + timedelta(hours=repair._fc_get_visit_hours()),
                "latitude": site.partner_latitude,
                "longitude": site.partner_longitude,
                "contact_phone": (phone or "")[: const.MAX_PHONE] or values["contact_phone"],
                "access_notes": "\n".join(
                    filter(None, (values["access_notes"], (note or "")[: const.MAX_NOTE]))
                ),
            },
            not_before=fields.Datetime.now() + timedelta(hours=number("booking_lead_hours")),
        )
        drafts.action_cancel(repair.env._("The client chose a time"))
        if repair.state == "draft":
            repair._action_repair_confirm()
        repair.schedule_date = start
        is_inspection = repair.x_fc_repair_type == "inspection"
        repair._mail_client(
            f"email_template_{'inspection' if is_inspection else 'repair'}_booked",
            attachments=repair._fc_make_calendar_file(task),
            status_url=repair._get_status_url(),
        )
        return task

    def _fc_make_calendar_file(self, task):
        return self.env["ir.attachment"].sudo().create(
            {"name": "visit.ics", "raw": task._get_ics("REQUEST"), "mimetype": "text/calendar",
             "res_model": self._name, "res_id": self.id}
        )  # fmt: skip

    def _fc_book_online(self, slot_key, phone="", note=""):
        """:return: raw token of the status page, which shows the visit"""

        def book(repair):
            repair._fc_book(slot_key, phone, note)
            return repair._issue_status_token()

        return self._try_online(book)

    def _fc_get_booked_title(self):
        if self.x_fc_repair_type == "inspection":
            return self.env._("Your inspection visit is booked")
        return self.env._("Your repair visit is booked")

    def _email_repair_booked(self, status_url=None):
        """:return: Markup"""
        task = self._fc_get_planned_task()
        start, name = task.datetime_start, task.technician_id.name or ""
        rows = [
            (self.env._("Unit"), self._fc_get_unit_name(self.x_fc_equipment_id.sudo())),
            (self.env._("Day"), start and self._format_day(task.scheduled_date)),
            (self.env._("Arrival"), start and self._format_window(start, task.window_minutes)),
            (self.env._("Technician"), name.split(" ")[0]),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            self._fc_get_booked_title(),
            self.env._(
                "Please clear the way to the unit, keep pets in another room and leave the power "
                "on."
            ),
            sections=[(self.env._("Your visit"), rows)],
            email_type="success",
            button_url=status_url,
            button_text=self.env._("Follow the repair"),
        )
