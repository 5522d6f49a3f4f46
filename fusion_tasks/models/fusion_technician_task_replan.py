from datetime import timedelta

from odoo import api, fields, models

from .. import const
from ..exceptions import SlotUnavailable


class FusionTechnicianTaskReplan(models.Model):
    """A technician calls in sick: where the visits of the day could go instead."""

    _inherit = "fusion.technician.task"

    @api.model
    def propose_replan(self, technician_id, date):
        """Each visit goes to a colleague of the same day, as near to its time as can be, else to
        whoever is free first within a week. Nothing is written.

        :param date: local day on which the technician does not work
        :return: ``[{"task_id", "technician_id", "start", "message"}]`` by present start, naive UTC;
            without a technician the message says why
        """
        self._check_is_dispatcher()
        company, day = self.env.company, fields.Date.to_date(date)
        user = self._browse_technician(technician_id)
        found = []
        # Tried for real, so that no two visits are promised one opening; then undone.
        with self.env.cr.savepoint() as undo:
            for task in self._search_of_day(company, user, day):
                found.append(task._try_elsewhere(user, day))
            self.env.flush_all()
            undo.rollback()
        self.env.invalidate_all()
        return found

    def _search_of_day(self, company, user, day):
        return self.search(
            [
                ("company_id", "=", company.id),
                ("technician_id", "=", user.id),
                ("status", "=", "scheduled"),
                ("scheduled_date", "=", day),
                ("datetime_start", ">=", fields.Datetime.now()),
            ],
            order="datetime_start, id",
        )

    def _try_elsewhere(self, user, day):
        """Move this task to the best opening, where there is one.

        :return: see :meth:`propose_replan`
        """
        nothing = {"task_id": self.id, "technician_id": False, "start": False}
        others = self._search_technicians(self.company_id, None) - user
        asked = {
            "duration_hours": self.duration_hours,
            "skill_ids": self.skill_ids.ids,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "company_id": self.company_id.id,
            "exclude_task_id": self.id,
        }
        later = {"date_from": day + timedelta(days=1),
                 "date_to": day + timedelta(days=const.REPLAN_DAYS)}  # fmt: skip
        slots = others and self._find_slots(
            **asked, date_from=day, date_to=day, technician_ids=others.ids
        )
        slots = slots or self._find_slots(**asked, **later)
        old = self.datetime_start
        for slot in sorted(slots, key=lambda slot: (abs(slot["start"] - old), slot["detour"])):
            try:
                self._reschedule(slot["start"], technician_id=slot["technician_id"])
            except SlotUnavailable:  # a helper is busy
                continue
            return {**nothing, "technician_id": slot["technician_id"], "start": slot["start"],
                    "message": ""}  # fmt: skip
        return {**nothing, "message": self.env._("Nobody with the skills is free within a week.")}
