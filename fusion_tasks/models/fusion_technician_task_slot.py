from collections import defaultdict
from datetime import timedelta
from operator import itemgetter

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..services import openings
from ..services.openings import to_local


class FusionTechnicianTaskSlot(models.Model):
    """When can a qualified person really be there? Naive UTC, company's dates."""

    _inherit = "fusion.technician.task"

    @api.model
    def _get_available_gaps(self, technician_id, date, duration_hours=0.0, latitude=0.0,
                            longitude=0.0, exclude_task_id=False, not_before=None):  # fmt: skip
        """:return: list of ``{"start", "end", "usable_start", "usable_end", "usable_minutes",
        "travel_before", "travel_after", "prev_task_id", "next_task_id"}`` by start
        """
        company, day = self.env.company, fields.Date.to_date(date)
        diary = self._load_diary(technician_id, company, day, day, exclude_task_id)
        wish = self._make_wish(
            company, duration_hours, latitude, longitude, not_before, (), exclude_task_id
        )
        if diary.is_full(day):
            return []
        wish = self._with_roads(wish, [diary])
        gaps = [_make_gap_values(gap, wish) for gap in openings.find_gaps(diary, day, wish)]
        least = max(duration_hours * 60, 1)
        return [gap for gap in gaps if gap["usable_minutes"] >= least]

    @api.model
    def _find_next_available_slot(self, technician_id, date, duration_hours=1.0, latitude=0.0,
                                  longitude=0.0, exclude_task_id=False,
                                  horizon_days=const.HORIZON_DAYS, not_before=None):  # fmt: skip
        """:return: the first slot dict from that local day on, or False"""
        self._browse_technician(technician_id)
        first = fields.Date.to_date(date)
        slots = self._find_slots(
            duration_hours=duration_hours,
            date_from=first,
            date_to=first + timedelta(days=horizon_days - 1),
            technician_ids=[technician_id],
            latitude=latitude,
            longitude=longitude,
            exclude_task_id=exclude_task_id,
            not_before=not_before,
            limit=1,
        )
        return slots[0] if slots else False

    @api.model
    def _find_slots(self, duration_hours=1.0, date_from=None, date_to=None, technician_ids=None,
                    skill_ids=None, latitude=0.0, longitude=0.0, company_id=None,
                    not_before=None, exclude_task_id=False, per_day=None, limit=None):  # fmt: skip
        """The best technician of each start, by start.

        :param per_day: keep so many starts of each local day, those that add the least driving
        :return: list of ``{"technician_id", "technician_name", "start", "end", "start_local",
            "end_local", "date", "tz", "travel_before", "travel_after", "detour", "distance_km",
            "recommended"}``
        """
        company = self.env["res.company"].browse(company_id) if company_id else self.env.company
        first, last = self._get_horizon(company, date_from, date_to)
        wish = self._make_wish(
            company, duration_hours, latitude, longitude, not_before, skill_ids, exclude_task_id
        )
        if not wish.duration:
            raise UserError(self.env._("A task lasts more than 0 and at most 24 hours."))
        users = self._search_technicians(company, technician_ids)
        diaries = self._load_diaries(users, company, first, last, exclude_task_id)
        wish = self._with_roads(wish, diaries.values())
        best = _pick_best(diaries.values(), _days(first, last), wish)
        return _make_slots(_keep_per_day(best, per_day), wish)[:limit]

    @api.model
    def _check_slot(self, technician_id, start, end, latitude=0.0, longitude=0.0,
                    exclude_task_id=False, skill_ids=None, not_before=None):  # fmt: skip
        """:return: ``(True, "")`` or ``(False, reason)``, a reason of ``const.REASONS``"""
        faults = self._get_slot_faults(
            technician_id, start, end, latitude, longitude, exclude_task_id, skill_ids, not_before
        )
        reason = next(faults, "")
        return not reason, reason

    def _get_slot_faults(self, technician_id, start, end, latitude=0.0, longitude=0.0,
                         exclude_task_id=False, skill_ids=None, not_before=None):  # fmt: skip
        """Yield every reason against this time, in the order of ``const.REASONS``."""
        company, now = self.env.company, fields.Datetime.now()
        user = self.env["res.users"].browse(technician_id).exists()
        if not user or not user.active or user.share or not user.x_fc_is_technician:
            yield "not_technician"
            return
        day = to_local(start, company._fc_tz()).date()
        diary = self._load_diaries(user, company, day, day, exclude_task_id).get(user.id)
        if not diary:
            yield "company"
            return
        if start < now:
            yield "past"
        if not_before and start < not_before:
            yield "lead_time"
        hours = (end - start).total_seconds() / 3600
        wish = self._make_wish(
            company, hours, latitude, longitude, start, skill_ids, exclude_task_id
        )
        wish = self._with_roads(wish, [diary])
        yield from _get_place_faults(diary, day, start, end, wish)

    def _get_schedule_warning(self):
        """:return: why the present time is not ideal, empty when it is"""
        if self.status not in ("scheduled", "en_route") or not self.datetime_start:
            return ""
        task = self.with_company(self.company_id)
        faults = task._get_slot_faults(
            self.technician_id.id, self.datetime_start, self.datetime_end, self.latitude,
            self.longitude, self._origin.id, self.skill_ids._origin.ids,
        )  # fmt: skip
        reason = next((fault for fault in faults if fault not in const.TIME_REASONS), "")
        return reason and self._get_reason_text(reason)

    @api.model
    def _get_reason_text(self, reason):
        """:return: a reason of ``const.REASONS`` as a sentence in the reader's language"""
        return {
            "not_technician": self.env._("This person is not a technician."),
            "company": self.env._("The technician does not work for this company."),
            "past": self.env._("This time has passed."),
            "lead_time": self.env._("This time is too soon."),
            "skill": self.env._("The technician lacks a required skill on that day."),
            "outside_hours": self.env._("This is outside the technician's working hours."),
            "leave": self.env._("The technician is on leave at this time."),
            "overlap": self.env._("Another job was just booked at this time for this technician."),
            "event": self.env._("The technician has another appointment at this time."),
            "travel": self.env._("There is not enough time to drive there and on to the next job."),
            "day_full": self.env._("The technician already has as many jobs as fit that day."),
        }[reason]

    def _browse_technician(self, technician_id):
        user = self.env["res.users"].browse(technician_id).exists()
        if not user.x_fc_is_technician:
            raise UserError(self._get_reason_text("not_technician"))
        return user

    def _load_diary(self, technician_id, company, first, last, exclude_task_id):
        user = self._browse_technician(technician_id)
        diaries = self._load_diaries(
            self._search_technicians(company, user.ids), company, first, last, exclude_task_id
        )
        return diaries.get(user.id) or openings.Diary(user.id, user.name, (0.0, 0.0, ""))

    def _get_horizon(self, company, date_from, date_to):
        """:return: first and last local day of a search; today and two weeks when not said"""
        first = fields.Date.to_date(date_from) or self._get_today(company)
        last = fields.Date.to_date(date_to) or first + timedelta(days=const.HORIZON_DAYS - 1)
        if not 0 <= (last - first).days < const.MAX_HORIZON_DAYS:
            raise UserError(
                self.env._(
                    "A search covers 1 to %(days)s days, and ends after it begins.",
                    days=const.MAX_HORIZON_DAYS,
                )
            )
        return first, last


def _days(first, last):
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _make_gap_values(gap, wish):
    usable_start = max(gap.usable_start, wish.not_before)
    return {
        "start": gap.start,
        "end": gap.end,
        "usable_start": usable_start,
        "usable_end": gap.usable_end,
        "usable_minutes": int((gap.usable_end - usable_start).total_seconds() // 60),
        "travel_before": gap.travel_before,
        "travel_after": gap.travel_after,
        "prev_task_id": gap.prev_task_id,
        "next_task_id": gap.next_task_id,
    }


def _list_gaps(diaries, days, wish):
    """:return: list of ``(rank, starts, gap, diary)``, the best technician first; of gaps that
    offer the same starts only the best one
    """
    found = {}
    for diary in diaries:
        for day in days:
            if not diary.work.get(day) or diary.is_full(day):
                continue
            if wish.skill_ids and not diary.has_skills(wish.skill_ids, day):
                continue
            jobs = diary.counts.get(day, 0)
            for gap in openings.find_gaps(diary, day, wish):
                if starts := openings.find_starts(gap, wish):
                    rank = (gap.detour, jobs, diary.user_id)
                    if starts not in found or rank < found[starts][0]:
                        found[starts] = (rank, starts, gap, diary)
    return sorted(found.values(), key=itemgetter(0))


def _pick_best(diaries, days, wish):
    """:return: ``{local day: [candidate]}``, one candidate ``(start, rank, gap, diary)`` for each
    start: that of the lowest rank
    """
    best = {}
    for rank, starts, gap, diary in _list_gaps(diaries, days, wish):
        for start in starts:
            best.setdefault(start, (start, rank, gap, diary))
    by_day = defaultdict(list)
    for start in sorted(best):
        by_day[to_local(start, wish.tz).date()].append(best[start])
    return by_day


def _keep_per_day(by_day, per_day):
    kept = []
    for candidates in by_day.values():
        kept += sorted(candidates, key=_by_detour)[:per_day]
    return sorted(kept, key=lambda candidate: candidate[0])


def _by_detour(candidate):
    return candidate[1][0], candidate[0]


def _make_slots(candidates, wish):
    advised = {
        candidate[0] for candidate in sorted(candidates, key=_by_detour)[: const.RECOMMENDED]
    }
    return [
        {
            "technician_id": diary.user_id,
            "technician_name": diary.name,
            "start": start,
            "end": start + wish.duration,
            "start_local": to_local(start, wish.tz).isoformat(),
            "end_local": to_local(start + wish.duration, wish.tz).isoformat(),
            "date": to_local(start, wish.tz).date(),
            "tz": wish.tz.zone,
            "travel_before": gap.travel_before,
            "travel_after": gap.travel_after,
            "detour": gap.detour,
            "distance_km": gap.distance_km,
            "recommended": start in advised,
        }
        for start, _rank, gap, diary in candidates
    ]


def _get_place_faults(diary, day, start, end, wish):
    """Yield the reasons that come from the technician's day."""
    if not diary.has_skills(wish.skill_ids, day):
        yield "skill"
    if not _is_inside(diary.work.get(day, ()), start, end):
        yield "leave" if _is_inside(diary.hours.get(day, ()), start, end) else "outside_hours"
    taken = [stop for stop in diary.stops_near(day) if stop.start < end and stop.end > start]
    if any(stop.task_id for stop in taken):
        yield "overlap"
    if any(not stop.task_id for stop in taken):
        yield "event"
    fitting = [(gap.usable_start, gap.usable_end) for gap in openings.find_gaps(diary, day, wish)
               if gap.start <= start and end <= gap.end]  # fmt: skip
    if fitting and not _is_inside(fitting, start, end):
        yield "travel"
    if diary.is_full(day):
        yield "day_full"


def _is_inside(intervals, start, end):
    return any(first <= start and end <= last for first, last in intervals)
