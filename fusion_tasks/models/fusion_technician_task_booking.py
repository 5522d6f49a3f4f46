from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..exceptions import SlotUnavailable


class FusionTechnicianTaskBooking(models.Model):
    """One winner per slot. Callers outside HTTP and RPC wrap these in ``retrying``."""

    _inherit = "fusion.technician.task"

    @api.model
    def _book_slot(self, vals, not_before=None):
        """Create the task if its time is really free.

        :param vals: values of ``create``, with ``technician_id`` and ``datetime_start``
        :raise SlotUnavailable: with the reason; nothing is left behind
        """
        vals = {**self._complete_values(vals), "status": "scheduled"}
        draft = self.new(vals)
        draft._check_slot_for_all(not_before)  # who is visibly late does not queue
        draft._lock_days(draft._get_people()._origin)
        draft._check_slot_for_all(not_before)
        travel = draft._get_travel()
        with self._losing_is_told():
            task = self.create({**vals, **travel})
        return task

    def _reschedule(self, start, end=None, technician_id=None, not_before=None, force=False,
                    reason=""):  # fmt: skip
        """Give this task a time, a technician too when one is named, under the same guarantee.

        :param force: dispatchers only: hours, leave, events, travel and skills only warn
        :param reason: goes to the chatter
        :return: True
        """
        self.ensure_one()
        start = fields.Datetime.to_datetime(start)
        end = fields.Datetime.to_datetime(end) or start + timedelta(hours=self.duration_hours)
        vals = {"datetime_start": start, "datetime_end": end}
        if technician_id:
            vals["technician_id"] = technician_id
        if self.status != "scheduled":
            vals["status"] = "scheduled"
        if force:
            self._check_is_dispatcher()
        vals.update(self._check_move(vals, not_before, force))
        with self._losing_is_told():
            self.write(vals)
        if reason:
            self.message_post(body=reason)
        return True

    def _check_move(self, vals, not_before, force):
        """:return: the travel minutes there and on"""
        moved = self.new({"technician_id": self.technician_id.id, **vals}, origin=self)
        if not force:
            moved._check_slot_for_all(not_before)
            moved._lock_days(moved._get_people()._origin)
            moved._check_slot_for_all(not_before)
        return moved._get_travel()

    def _check_is_dispatcher(self):
        if not (self.env.su or self.env.user.has_group("fusion_tasks.group_dispatcher")):
            raise AccessError(
                self.env._("Only a dispatcher changes who goes where and when. Ask yours.")
            )

    def _check_slot_for_all(self, not_before):
        """The lead needs the skills, helpers only the time."""
        if not self.datetime_start:
            raise UserError(self.env._("A scheduled task needs a technician, a start and an end."))
        task = self.with_company(self.company_id)
        for user in self._get_people()._origin or self.env["res.users"].browse([0]):
            skills = self.skill_ids._origin.ids if user == self.technician_id._origin else []
            is_free, reason = task._check_slot(
                user.id, self.datetime_start, self.datetime_end, self.latitude, self.longitude,
                self._origin.id, skills, fields.Datetime.to_datetime(not_before),
            )  # fmt: skip
            if not is_free:
                raise SlotUnavailable(self._get_reason_text(reason), reason)

    def _get_travel(self):
        """:return: ``{"travel_before", "travel_after"}`` of the lead, in minutes"""
        self = self.with_company(self.company_id)
        day = min(self._get_local_days())
        gaps = self._get_available_gaps(
            self.technician_id._origin.id, day, self.duration_hours, self.latitude,
            self.longitude, self._origin.id, self.datetime_start,
        )  # fmt: skip
        gap = next((gap for gap in gaps if gap["start"] <= self.datetime_start < gap["end"]), None)
        return {name: gap[name] if gap else 0 for name in ("travel_before", "travel_after")}

    @contextmanager
    def _losing_is_told(self):
        """The constraint is the last line, whatever code took the time."""
        try:
            with self.env.cr.savepoint():
                yield
                self.env.flush_all()
        except ExclusionViolation as error:
            raise SlotUnavailable(self._get_reason_text("overlap"), "overlap") from error

    def action_find_slots(self):
        """:return: action that lists the openings for this task"""
        self.ensure_one()
        self._check_is_dispatcher()
        asked = {
            "duration_hours": self.duration_hours,
            "skill_ids": self.skill_ids.ids,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "company_id": self.company_id.id,
            "exclude_task_id": self.id,
        }
        openings = self.env["fusion.technician.task.opening"]._make_openings(self, asked)
        if not openings:
            raise UserError(self._get_no_slot_text(asked))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Openings for %(task)s", task=self.summary),
            "res_model": "fusion.technician.task.opening",
            "view_mode": "list",
            "domain": [("id", "in", openings.ids)],
            "target": "new",
        }

    def _get_no_slot_text(self, asked):
        steps = self._explain_no_slot(**asked)["steps"]
        lines = [f"{step['label']}: {step['value']}" for step in steps]
        return "\n".join([self.env._("There is no opening in the next two weeks."), *lines])
