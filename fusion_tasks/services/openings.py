"""Free time of one technician on one day. Times are naive UTC; no ``env``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import NamedTuple

import pytz

ONE_DAY = timedelta(days=1)
_by_time = attrgetter("start", "end")


class Stop(NamedTuple):
    """Time taken. ``place`` is a point of ``services.travel``, None when it has none."""

    start: object
    end: object
    place: tuple | None = None
    task_id: int | bool = False


@dataclass
class Diary:
    """What is known of a technician. ``work``, ``hours``, ``stops``, ``counts`` are by local day.

    ``counts`` are the jobs that begin.
    """

    user_id: int
    name: str
    home: tuple
    limit: int = 0
    work: dict = field(default_factory=dict)
    load_hours: Callable = dict
    stops: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    skills: list = field(default_factory=list)

    @cached_property
    def hours(self):
        """Working hours before leave is taken off: loaded only to say why a time cannot be had."""
        return self.load_hours()

    def is_full(self, day):
        return bool(self.limit) and self.counts.get(day, 0) >= self.limit

    def has_skills(self, skill_ids, day):
        """Validity is looked at on the day of the visit."""
        held = {skill for skill, since, until in self.skills
                if since <= day and (not until or until >= day)}  # fmt: skip
        return held.issuperset(skill_ids)

    def stops_near(self, day):
        """:return: stops of the day and of the next one, into which a night shift reaches"""
        return self.list_stops(day, day + ONE_DAY)

    def list_stops(self, first, last):
        """:return: stops of a local day, or of two that follow each other, by time"""
        stops = self.stops.get(first, ())
        if last != first and last in self.stops:
            stops = dict.fromkeys([*stops, *self.stops[last]])
        return sorted(stops, key=_by_time)


@dataclass(frozen=True)
class Wish:
    """What is looked for. ``travel(origin, destination)`` gives ``(minutes, km)``."""

    duration: timedelta
    here: tuple
    not_before: object
    tz: object
    grid_minutes: int
    travel: Callable
    is_first_leg_counted: bool
    is_way_home_counted: bool = False
    skill_ids: tuple = ()


class Gap(NamedTuple):
    start: object
    end: object
    usable_start: object
    usable_end: object
    travel_before: int
    travel_after: int
    detour: int
    distance_km: float
    prev_task_id: int | bool
    next_task_id: int | bool

    @property
    def usable(self):
        return max(self.usable_end - self.usable_start, timedelta())


def subtract(work, stops):
    """:return: what of the intervals ``work`` no stop takes, in order"""
    free = []
    for start, end in work:
        for stop in stops:
            if stop.start < end and stop.end > start:
                if stop.start > start:
                    free.append((start, stop.start))
                start = max(start, stop.end)
        if start < end:
            free.append((start, end))
    return free


def find_gaps(diary, day, wish):
    """:return: the gaps of that day, travel taken off both ends"""
    work = diary.work.get(day)
    if not work:
        return []
    stops = diary.list_stops(day, to_local(work[-1][1], wish.tz).date())
    placed = [(to_local(stop.start, wish.tz).date(), stop) for stop in stops if stop.place]
    return [_make_gap(diary, work, placed, gap, wish) for gap in subtract(work, stops)]


def _make_gap(diary, work, placed, gap, wish):
    """:param placed: list of ``(local day, stop)``, the stops that have a place"""
    start, end = gap
    before, after = _find_neighbours(placed, start, end, wish.tz)
    origin = before.place if before else diary.home
    minutes_to, km = wish.travel(origin, wish.here)
    usable_start, usable_end, minutes_on, skipped = start, end, 0, 0
    if before or wish.is_first_leg_counted:
        left = before.end if before else work[0][0]
        usable_start = max(start, left + timedelta(minutes=minutes_to))
    if after:
        minutes_on = wish.travel(wish.here, after.place)[0]
        skipped = wish.travel(origin, after.place)[0]
        usable_end = min(end, after.start - timedelta(minutes=minutes_on))
    elif wish.is_way_home_counted:
        home_by = work[-1][1] - timedelta(minutes=wish.travel(wish.here, diary.home)[0])
        usable_end = min(end, home_by)
    return Gap(
        start, end, usable_start, usable_end, minutes_to, minutes_on,
        minutes_to + minutes_on - skipped, km,
        before.task_id if before else False, after.task_id if after else False,
    )  # fmt: skip


def _find_neighbours(placed, start, end, tz):
    """:return: the last stop before a gap and the first one after it, of its local day"""
    before = after = None
    day = placed and to_local(start, tz).date()
    for stop_day, stop in placed:
        if stop_day != day:
            continue
        if stop.start >= end:
            after = stop
            break
        if stop.end <= start:
            before = stop
    return before, after


# Technicians share their moments: a search asks for the same ones over and over.
@lru_cache(maxsize=8192)
def to_local(moment, tz):
    return pytz.utc.localize(moment).astimezone(tz)


def midnight(day, tz):
    """:return: naive UTC at which that local day begins"""
    local = tz.localize(datetime.combine(day, time.min))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


@lru_cache(maxsize=8192)
def round_up(moment, tz, grid_minutes):
    """:return: the first instant at or after ``moment`` on the grid of the local wall clock"""
    local = to_local(moment, tz)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    rest = timedelta(seconds=seconds % (grid_minutes * 60), microseconds=local.microsecond)
    return moment + timedelta(minutes=grid_minutes) - rest if rest else moment


def find_starts(gap, wish):
    """:return: the instants at which a visit of the wished length may begin"""
    if gap.usable_start + wish.duration > gap.usable_end:
        return ()
    first = round_up(max(gap.usable_start, wish.not_before), wish.tz, wish.grid_minutes)
    if first + wish.duration > gap.usable_end:
        return ()
    return _list_starts(first, gap.usable_end - wish.duration, wish.tz, wish.grid_minutes)


@lru_cache(maxsize=8192)
def _list_starts(first, last, tz, grid_minutes):
    starts, step = [], timedelta(minutes=grid_minutes)
    while first <= last:
        starts.append(first)
        first = round_up(first + step, tz, grid_minutes)
    return tuple(starts)
