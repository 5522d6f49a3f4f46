from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import const
from ..services.openings import subtract


class FusionTechnicianTaskCapacity(models.Model):
    """The free hours of the coming week, by skill: where clients will wait."""

    _inherit = "fusion.technician.task"

    @api.model
    def get_capacity(self):
        """Hours without leave, tasks and appointments; driving is not taken off, because it depends
        on the place of the next visit.

        :return: ``{"days": [{"date", "label"}], "rows": [{"skill_id", "label", "cells": [{"free",
            "work"}]}]}``, hours; the first row is for visits that need no skill
        :raise AccessError: for others than managers
        """
        if not self.env.user.has_group("fusion_tasks.group_manager"):
            raise AccessError(self.env._("Only a manager sees the capacity."))
        company = self.env.company
        today = company._fc_today()
        days = [today + timedelta(days=number) for number in range(const.CAPACITY_DAYS)]
        users = self._search_technicians(company, None)
        diaries = list(self._load_diaries(users, company, days[0], days[-1]).values())
        hours = {
            (diary.user_id, day): self._count_hours(diary, day) for diary in diaries for day in days
        }
        held = {skill for diary in diaries for skill, _since, _until in diary.skills}
        skills = self.env["hr.skill"].sudo().browse(held).sorted("display_name")
        # TRANSLATORS: day of a week without the year, a pattern of Unicode's LDML
        pattern = self.env._("EEE, MMM d")
        return {
            "days": [
                {"date": fields.Date.to_string(day), "label": self._format_day(day, pattern)}
                for day in days
            ],
            "rows": [
                {
                    "skill_id": skill.id,
                    "label": skill.name or self.env._("Any technician"),
                    "cells": [
                        _add_up(hours[diary.user_id, day] for diary in diaries
                                if diary.has_skills(skill.ids, day))
                        for day in days
                    ],
                }
                for skill in (skills.browse(), *skills)
            ],
        }  # fmt: skip

    def _count_hours(self, diary, day):
        """:return: ``(free, at work)`` of what is left of that day, in hours"""
        now = fields.Datetime.now()
        work = [(max(start, now), end) for start, end in diary.work.get(day, ()) if end > now]
        free = [] if diary.is_full(day) else subtract(work, diary.stops_near(day))
        return tuple(
            sum((end - start).total_seconds() / 3600 for start, end in spans)
            for spans in (free, work)
        )


def _add_up(pairs):
    free = work = 0.0
    for one_free, one_work in pairs:
        free, work = free + one_free, work + one_work
    return {"free": round(free, 2), "work": round(work, 2)}
