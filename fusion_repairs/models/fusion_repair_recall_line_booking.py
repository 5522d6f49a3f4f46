from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import const

RECALL_SCOPE = "recall_booking"


class FusionRepairRecallLineBooking(models.Model):
    """From the link of a recall to an inspection that costs nothing, on the page of repairs. The
    job is made with the booking; from then on the link leads to it."""

    _name = "fusion.repair.recall.line"
    _inherit = ["fusion.repair.recall.line", "fusion.repair.bookable.mixin"]
    _slot_scope = "fusion_repairs.recall_slot"

    def _get_booking_url(self):
        """:return: address with a fresh token, whose hash alone is stored"""
        self.ensure_one()
        days = self.env["fusion.repair.parameter"]._get_number("booking_token_days")
        raw = self.env["fusion.access.token"].sudo()._issue(self, RECALL_SCOPE, days=days)
        return f"{self.get_base_url()}/repairs/visit/{raw}"

    def _end_links(self):
        unused = self.filtered(lambda line: not line._get_open_job())
        self.env["fusion.access.token"]._revoke(unused, RECALL_SCOPE)

    def _fc_get_bookable(self):
        """:return: what the link books: the job once there is one"""
        return self.repair_id if self.repair_id.state not in (False, "cancel") else self

    def _get_open_job(self):
        return self.repair_id.filtered(lambda job: job.state not in ("done", "cancel"))

    def _fc_is_bookable(self):
        return self.recall_id.state == "running" and self.state not in ("done", "booked")

    def _fc_get_booking_slots(self):
        """:return: openings of technicians who hold the skills, with ``key`` and labels"""
        return self._find_openings(self._get_hours(), self._get_skills(), self._get_site())

    def _get_hours(self):
        """:return: of all units at home, at most those of one visit"""
        minutes = self.recall_id.visit_minutes * len(self._get_household())
        return min(minutes / 60, const.HOUSEHOLD_HOURS)

    def _fc_get_client_page(self):
        """:return: what whoever holds the link may know, in the language of the context"""
        recall = self.recall_id
        return {
            "number": "",
            "unit": self._get_unit_names(),
            "next_step": self.env._("There is nothing left to do. Thank you."),
            "recall": {"hazard": recall.hazard, "remedy": recall.remedy},
            "do_not_use": recall.is_stop,
        }

    def _fc_request_callback(self, phone="", note=""):
        """:return: the open ``mail.activity`` of the job, which somebody has to plan now"""
        return self._make_job()._fc_request_callback(phone, note)

    def _fc_book_online(self, slot_key, phone="", note=""):
        """:return: raw token of the job's status page
        :raise UserError: when the visit is booked already, or the campaign has ended
        :raise SlotUnavailable: when the time cannot be had any more
        """

        def book(line):
            technician, start = line._read_slot_key(slot_key)
            job = line._make_job()
            job._fc_book_at(technician, start, phone, note)
            return job._issue_status_token()

        return self._try_online(book)

    def _make_job(self):
        """:return: the open job of the units at home, made where there is none; two tabs get one
        :raise UserError: when the campaign does not run, or the unit is done
        """
        self.ensure_one()
        self = self.sudo().with_company(self.company_id)._in_office_words()
        lines = self._get_household()
        lock = SQL(
            "SELECT 1 FROM fusion_repair_recall_line WHERE id IN %s ORDER BY id FOR UPDATE",
            tuple(lines.ids),
        )
        self.env.cr.execute(lock, log_exceptions=False)  # coming late is expected, and repeated
        known = self._get_open_job()
        if known:
            return known
        if not self._fc_is_bookable():
            raise UserError(self.env._("This recall has ended, or the unit is done."))
        job = self.env["repair.order"].create(self._prepare_job_values(lines))
        lines.repair_id = job
        return job

    def _prepare_job_values(self, lines):
        jobs, unit = self.env["repair.order"], self.equipment_id
        recall, user = self.recall_id, self.recall_id.user_id
        names = "\n".join(f"- {line.equipment_id._fc_get_public_name()}" for line in lines)
        title = self.env._("Recall %(recall)s", recall=recall.name)
        told = filter(None, (title, recall.hazard, recall.remedy, names))
        return {
            **jobs._fc_prepare_intake_values(
                {"source": "recall", "problem": "\n".join(told)}, self.partner_id, unit, []
            ),
            "x_fc_repair_type": "inspection",
            "x_fc_estimated_minutes": round(60 * self._get_hours()),
            "user_id": user.id if self.company_id in user.company_ids else False,
        }
