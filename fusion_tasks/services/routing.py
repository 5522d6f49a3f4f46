"""The order of a day's visits that drives the least. Times are naive UTC; no ``env``."""

from dataclasses import dataclass
from datetime import timedelta

from .openings import round_up

MAX_VISITS = 9  # beyond it, orders are too many to be tried within a request


@dataclass(frozen=True)
class Visit:
    """``latest`` is the last start that keeps what the client was told; equal to ``start`` for one
    that cannot move. ``earliest`` likewise. ``task_id`` is False for an appointment."""

    task_id: int | bool
    place: tuple | None
    start: object
    duration: timedelta
    earliest: object
    latest: object

    @property
    def end(self):
        return self.start + self.duration


@dataclass
class Day:
    """What all orders of a day share. ``work`` are its hours, ``taken`` stops without a place."""

    work: list
    taken: list
    home: tuple
    travel: object  # (origin, destination) -> (minutes, km)
    tz: object
    grid_minutes: int
    is_first_leg_counted: bool
    is_way_home_counted: bool

    def drive(self, places):
        """:return: minutes from home along these places, and home where that counts"""
        stops = [self.home, *(place for place in places if place)]
        if self.is_way_home_counted and len(stops) > 1:
            stops.append(self.home)
        return sum(self.travel(one, two)[0] for one, two in zip(stops, stops[1:], strict=False))


def find_best(visits, day):
    """Try every order that keeps hours, appointments and what clients were told.

    :param visits: by their present start, at most :data:`MAX_VISITS`
    :return: ``(minutes of driving, [(visit, start)])``; None where no order is possible
    """
    best = None

    def go_on(left, place, ready, minutes, done):
        nonlocal best
        if best and minutes >= best[0]:
            return
        if not left:
            total = day.drive([visit.place for visit, _start in done])
            if not best or total < best[0]:
                best = (total, done)
            return
        for visit in left:
            there = day.travel(place, visit.place)[0] if visit.place else 0
            counted = there if done or day.is_first_leg_counted else 0
            start = find_start(visit, ready + timedelta(minutes=counted), day)
            if start is not None:
                go_on(
                    [one for one in left if one is not visit],
                    visit.place or place,
                    start + visit.duration,
                    minutes + there,
                    [*done, (visit, start)],
                )

    begin = day.work[0][0] if day.work else min(visit.start for visit in visits)
    go_on(list(visits), day.home, min(begin, visits[0].start), 0, [])
    return best


def find_start(visit, ready, day):
    """:return: when a visit begins at the earliest once the technician is there, None for never;
    its present start where that can be kept"""
    if ready <= visit.start and visit.earliest == visit.latest:
        return visit.start
    moment = max(ready, visit.earliest)
    if moment <= visit.start and _is_free(visit.start, visit, day) and _is_bound(visit):
        return visit.start
    moment = round_up(moment, day.tz, day.grid_minutes)
    while moment <= visit.latest:
        if _is_free(moment, visit, day):
            return moment
        following = moment + timedelta(minutes=day.grid_minutes)
        moment = round_up(following, day.tz, day.grid_minutes)
    return None


def _is_bound(visit):
    """:return: whether the client was told a time: an earlier one would surprise"""
    return visit.earliest >= visit.start


def _is_free(start, visit, day):
    end = start + visit.duration
    if not any(begin <= start and end <= stop for begin, stop in day.work):
        return False
    return not any(stop.start < end and stop.end > start for stop in day.taken)
