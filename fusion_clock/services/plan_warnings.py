"""What a planner should look at twice, without Odoo."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

MIN_REST_HOURS = 8  # between two shifts
MAX_WEEK_HOURS = 44  # Employment Standards Act, 2000, S.O. 2000, c. 41, s. 22 (overtime threshold)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """``start`` and ``end``: naive UTC, or None on a day without work; ``leaves``: list of
    (naive UTC start, end)."""

    day: date
    start: datetime | None = None
    end: datetime | None = None
    hours: float = 0.0  # net of the planned break
    leaves: tuple = ()
    is_holiday: bool = False


def day_warnings(days):
    """:param days: PlannedDay of one person, in order of date
    :return: ``{date: [(code, figure)]}``; codes ``rest_gap`` (hours of rest), ``leave``,
        ``holiday``"""
    found = {}
    previous = None
    for planned in days:
        codes = []
        if planned.start:
            gap = _rest_hours(previous, planned)
            if gap is not None and gap < MIN_REST_HOURS:
                codes.append(("rest_gap", round(gap, 2)))
            if any(start < planned.end and end > planned.start for start, end in planned.leaves):
                codes.append(("leave", 0.0))
            if planned.is_holiday:
                codes.append(("holiday", 0.0))
            previous = planned
        found[planned.day] = codes
    return found


def week_warnings(hours, calendar_hours):
    """:param hours: planned hours of the week
    :param calendar_hours: of the person's working schedule, 0 for none
    :return: list of (code, limit in hours); codes ``week_hours``, ``calendar_hours``"""
    if hours > MAX_WEEK_HOURS + 0.001:
        return [("week_hours", float(MAX_WEEK_HOURS))]
    if calendar_hours and hours > calendar_hours + 0.001:
        return [("calendar_hours", calendar_hours)]
    return []


def _rest_hours(previous, planned):
    return (planned.start - previous.end) / timedelta(hours=1) if previous else None
