from datetime import timedelta

from odoo import api, fields, models

from ..services import openings
from .fusion_technician_task_slot import _days


class FusionTechnicianTaskExplain(models.Model):
    _inherit = "fusion.technician.task"

    @api.model
    def _explain_no_slot(self, **asked):
        """Why each technician has no opening on each day; takes the arguments of ``_find_slots``.

        :return: ``{"result": number of openings, "inputs", "rule", "steps": [{"label", "value"}]}``
        """
        company_id = asked.get("company_id")
        company = self.env["res.company"].browse(company_id) if company_id else self.env.company
        first, last = self._get_horizon(company, asked.get("date_from"), asked.get("date_to"))
        excluded = asked.get("exclude_task_id", False)
        wish = self._make_wish(
            company, asked.get("duration_hours", 1.0), asked.get("latitude", 0.0),
            asked.get("longitude", 0.0), asked.get("not_before"), asked.get("skill_ids"), excluded,
        )  # fmt: skip
        users = self._search_technicians(company, asked.get("technician_ids"))
        diaries = self._load_diaries(users, company, first, last, excluded).values()
        wish = self._with_roads(wish, diaries)
        return {
            "result": len(self._find_slots(**asked)),
            "inputs": {**asked, "date_from": first, "date_to": last, "not_before": wish.not_before},
            "rule": {
                "name": self.env._("Openings"),
                "version": "1",
                "source": self.env._("Working hours, leaves, jobs, appointments and travel"),
            },
            "steps": self._explain_days(diaries, _days(first, last), wish),
        }

    def _explain_days(self, diaries, days, wish):
        if not diaries:
            return [
                {"label": self.env._("Technicians"), "value": self.env._("No technicians yet.")}
            ]
        return [
            {
                "label": f"{diary.name}, {fields.Date.to_string(day)}",
                "value": self._get_day_text(_find_day_reason(diary, day, wish)),
            }
            for diary in diaries
            for day in days
        ]

    def _get_day_text(self, reason):
        if reason == "open":
            return self.env._("There is an opening.")
        if reason == "overlap":
            return self.env._("Jobs and appointments leave no gap that is long enough.")
        return self._get_reason_text(reason)


def _find_day_reason(diary, day, wish):
    """:return: the first thing that takes the day's last opening, ``open`` when one is left"""
    if not diary.has_skills(wish.skill_ids, day):
        return "skill"
    if not _has_room(diary.hours.get(day, ()), wish):
        return "outside_hours"
    if not _has_room(diary.work.get(day, ()), wish):
        return "leave"
    if diary.is_full(day):
        return "day_full"
    gaps = openings.find_gaps(diary, day, wish)
    if not _has_room([(gap.start, gap.end) for gap in gaps], wish):
        return "overlap"
    if all(gap.usable < wish.duration for gap in gaps):
        return "travel"
    has_start = any(openings.find_starts(gap, wish) for gap in gaps)
    return "open" if has_start else _find_late_reason(gaps, wish)


def _find_late_reason(gaps, wish):
    """Room there is, but before the earliest start, or between two lines of the grid."""
    latest = max(gap.usable_end for gap in gaps)
    return "lead_time" if latest - wish.duration < wish.not_before else "travel"


def _has_room(intervals, wish):
    return any(end - start >= max(wish.duration, timedelta(minutes=1)) for start, end in intervals)
