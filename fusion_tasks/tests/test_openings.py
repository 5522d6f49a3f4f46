from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..services import openings
from ..services.openings import Diary, Gap, Stop, Wish

UTC, TORONTO = pytz.utc, pytz.timezone("America/Toronto")
DAY = date(2026, 6, 1)
#: Places on a line; a minute of driving between two neighbours, half a kilometre.
HOME, HERE, WEST, EAST = (0, 0), (10, 0), (4, 0), (30, 0)


def at(clock, day=DAY):
    """:return: naive UTC of a clock such as ``8:30``"""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute)


def drive(origin, destination):
    minutes = abs(origin[0] - destination[0])
    return minutes, minutes / 2


def make_wish(minutes=60, **changed):
    given = {
        "duration": timedelta(minutes=minutes), "here": HERE, "not_before": at("0:00"), "tz": UTC,
        "grid_minutes": 30, "travel": drive, "is_first_leg_counted": True, **changed,
    }  # fmt: skip
    return Wish(**given)


def make_diary(*stops, work=(("8:00", "16:00"),), **more):
    hours = [(at(start), at(end)) for start, end in work]
    return Diary(7, "Tess", HOME, work={DAY: hours}, stops={DAY: list(stops)}, **more)


def stop(start, end, place=None, task_id=False):
    return Stop(at(start), at(end), place, task_id)


@tagged("post_install", "-at_install")
class TestOpenings(BaseCase):
    """Worked by hand on one line of places; UTC where the zone does not matter."""

    def usable(self, diary, wish=None):
        """:return: [(usable from, usable until, detour)] as clocks and minutes"""
        return [
            (f"{gap.usable_start:%H:%M}", f"{gap.usable_end:%H:%M}", gap.detour)
            for gap in openings.find_gaps(diary, DAY, wish or make_wish())
        ]

    def test_subtract(self):
        work = [(at("8:00"), at("12:00")), (at("13:00"), at("17:00"))]
        for stops, free in (
            ([], ["08:00-12:00", "13:00-17:00"]),
            ([stop("7:00", "8:00"), stop("17:00", "18:00")], ["08:00-12:00", "13:00-17:00"]),
            ([stop("8:00", "9:00")], ["09:00-12:00", "13:00-17:00"]),
            ([stop("11:00", "14:00")], ["08:00-11:00", "14:00-17:00"]),
            ([stop("7:00", "12:00")], ["13:00-17:00"]),
            ([stop("9:00", "10:00"), stop("9:30", "9:45"), stop("10:00", "11:00")],
             ["08:00-09:00", "11:00-12:00", "13:00-17:00"]),
            ([stop("7:00", "18:00")], []),
        ):  # fmt: skip
            with self.subTest(stops=stops):
                found = openings.subtract(work, stops)
                self.assertEqual([f"{start:%H:%M}-{end:%H:%M}" for start, end in found], free)

    def test_no_work_no_gap(self):
        self.assertEqual(openings.find_gaps(Diary(7, "Tess", HOME), DAY, make_wish()), [])
        self.assertEqual(self.usable(make_diary(work=())), [])

    def test_an_empty_day(self):
        (gap,) = openings.find_gaps(make_diary(), DAY, make_wish())
        self.assertEqual(gap, Gap(at("8:00"), at("16:00"), at("8:10"), at("16:00"), 10, 0, 10, 5.0,
                                  False, False))  # fmt: skip
        self.assertEqual(gap.usable, timedelta(hours=7, minutes=50))

    def test_the_first_leg_is_driven_before_work(self):
        wish = make_wish(is_first_leg_counted=False)
        self.assertEqual(self.usable(make_diary(), wish), [("08:00", "16:00", 10)])

    def test_the_way_home_within_work(self):
        wish = make_wish(is_way_home_counted=True)
        self.assertEqual(self.usable(make_diary(), wish), [("08:10", "15:50", 10)])

    def test_a_day_of_two_parts(self):
        """The first leg is before the first part, the way home after the last one."""
        diary = make_diary(work=(("8:00", "12:00"), ("13:00", "17:00")))
        self.assertEqual(
            self.usable(diary, make_wish(is_way_home_counted=True)),
            [("08:10", "12:00", 10), ("13:00", "16:50", 10)],
        )

    def test_between_two_jobs(self):
        diary = make_diary(stop("8:00", "9:00", WEST, 1), stop("12:00", "13:00", EAST, 2))
        self.assertEqual(
            self.usable(diary, make_wish(is_way_home_counted=True)),
            # WEST 4, HERE 10, EAST 30: on the way there, no detour; 20 beyond EAST and back home
            [("09:06", "11:40", 0), ("13:20", "15:50", 20)],
        )
        between, last = openings.find_gaps(diary, DAY, make_wish())
        self.assertEqual((between.travel_before, between.travel_after), (6, 20))
        self.assertEqual((between.prev_task_id, between.next_task_id), (1, 2))
        self.assertEqual((last.prev_task_id, last.next_task_id), (2, False))
        self.assertEqual((between.distance_km, last.distance_km), (3.0, 10.0))

    def test_before_the_first_job(self):
        (before, _after) = openings.find_gaps(
            make_diary(stop("10:00", "11:00", WEST, 1)), DAY, make_wish()
        )
        # home 0, HERE 10, WEST 4: 10 there, 6 back, where 4 would do
        self.assertEqual((before.usable_start, before.usable_end), (at("8:10"), at("9:54")))
        self.assertEqual((before.detour, before.next_task_id), (12, 1))
        diary = make_diary(stop("10:00", "11:00", WEST, 1), stop("12:00", "13:00", EAST, 2))
        self.assertEqual(openings.find_gaps(diary, DAY, make_wish())[0].next_task_id, 1)

    def test_a_stop_without_a_place_takes_time_only(self):
        diary = make_diary(stop("8:00", "9:00", WEST, 1), stop("10:00", "11:00"))
        self.assertEqual(self.usable(diary), [("09:06", "10:00", 6), ("11:00", "16:00", 6)])

    def test_travel_longer_than_the_gap(self):
        diary = make_diary(stop("8:00", "9:00", EAST, 1), stop("9:30", "16:00", EAST, 2))
        (gap,) = openings.find_gaps(diary, DAY, make_wish())
        self.assertEqual(gap.usable, timedelta())
        self.assertEqual(openings.find_starts(gap, make_wish()), ())

    def test_jobs_of_another_local_day_are_no_neighbours(self):
        night = [(datetime(2026, 6, 1, 22), datetime(2026, 6, 2, 4))]  # 18:00 to midnight there
        late = Stop(datetime(2026, 6, 2, 4), datetime(2026, 6, 2, 5), EAST, 2)
        early = Stop(datetime(2026, 6, 1, 1), datetime(2026, 6, 1, 2), EAST, 1)  # the day before
        diary = Diary(7, "Tess", HOME, work={DAY: night}, stops={DAY: [late, early]})
        (gap,) = openings.find_gaps(diary, DAY, make_wish(tz=TORONTO))
        self.assertEqual((gap.prev_task_id, gap.next_task_id), (False, False))
        evening = Stop(datetime(2026, 6, 1, 21), datetime(2026, 6, 1, 22), WEST, 3)
        diary.stops[DAY].append(evening)
        (gap,) = openings.find_gaps(diary, DAY, make_wish(tz=TORONTO))
        self.assertEqual((gap.prev_task_id, gap.next_task_id), (3, False))

    def test_a_night_shift_meets_the_stops_of_the_next_day(self):
        night = [(datetime(2026, 6, 1, 20), datetime(2026, 6, 2, 4))]
        tomorrow = DAY + openings.ONE_DAY
        job = Stop(datetime(2026, 6, 2, 1), datetime(2026, 6, 2, 2), WEST, 3)
        diary = Diary(7, "Tess", HOME, work={DAY: night}, stops={tomorrow: [job]})
        gaps = openings.find_gaps(diary, DAY, make_wish())
        self.assertEqual([gap.start.hour for gap in gaps], [20, 2])

    def test_stops_of_two_days_by_time_each_once(self):
        tomorrow = DAY + openings.ONE_DAY
        first, second, third = stop("9:00", "10:00"), stop("9:00", "11:00"), stop("12:00", "13:00")
        diary = Diary(7, "Tess", HOME, stops={DAY: [third, second], tomorrow: [third, first]})
        self.assertEqual(diary.list_stops(DAY, DAY), [second, third])
        self.assertEqual(diary.stops_near(DAY), [first, second, third])
        self.assertEqual(diary.list_stops(tomorrow, tomorrow + openings.ONE_DAY), [first, third])
        self.assertEqual(Diary(7, "Tess", HOME).stops_near(DAY), [])

    def test_a_full_day(self):
        for limit, count, is_full in ((0, 9, False), (3, 2, False), (3, 3, True), (3, 4, True)):
            with self.subTest(limit=limit, count=count):
                diary = make_diary(limit=limit, counts={DAY: count})
                self.assertEqual(diary.is_full(DAY), is_full)
        self.assertFalse(make_diary(limit=1).is_full(DAY))
        self.assertFalse(make_diary(counts={DAY: 1}).is_full(DAY))

    def test_skills_are_those_of_the_day(self):
        held = [(1, DAY, None), (2, DAY - openings.ONE_DAY, DAY), (3, DAY, DAY)]
        diary = make_diary(skills=held)
        yesterday, tomorrow = DAY - openings.ONE_DAY, DAY + openings.ONE_DAY
        for skills, day, has in (
            ([], DAY, True), ([1, 2, 3], DAY, True), ([4], DAY, False), ([1, 4], DAY, False),
            ([1], tomorrow, True), ([2], tomorrow, False), ([3], tomorrow, False),
            ([1], yesterday, False), ([2], yesterday, True), ([3], yesterday, False),
        ):  # fmt: skip
            with self.subTest(skills=skills, day=day):
                self.assertEqual(diary.has_skills(skills, day), has)

    def test_hours_are_loaded_once_and_late(self):
        asked = []
        diary = make_diary(load_hours=lambda: asked.append(1) or {DAY: [1]})
        self.assertEqual(asked, [])
        self.assertEqual((diary.hours, diary.hours), ({DAY: [1]}, {DAY: [1]}))
        self.assertEqual(asked, [1])

    def test_round_up_on_the_local_clock(self):
        newfoundland = pytz.timezone("America/St_Johns")  # half an hour off
        for moment, zone, grid, rounded in (
            (at("9:00"), UTC, 30, at("9:00")),
            (at("9:01"), UTC, 30, at("9:30")),
            (at("9:30"), UTC, 60, at("10:00")),
            (at("9:30"), newfoundland, 60, at("9:30")),
            (at("9:31"), newfoundland, 60, at("10:30")),
            (datetime(2026, 6, 1, 9, 0, 1), UTC, 15, at("9:15")),
            (datetime(2026, 6, 1, 9, 59, 59), UTC, 7, at("10:02")),  # 602 minutes are 86 x 7
            (datetime(2026, 6, 1, 9, 0, 0, 1), UTC, 15, at("9:15")),
        ):
            with self.subTest(moment=moment, grid=grid):
                self.assertEqual(openings.round_up(moment, zone, grid), rounded)

    def starts(self, first, last, **wished):
        gap = Gap(at(first), at(last), at(first), at(last), 0, 0, 0, 0.0, False, False)
        return [f"{moment:%H:%M}" for moment in openings.find_starts(gap, make_wish(**wished))]

    def test_starts(self):
        self.assertEqual(self.starts("8:10", "10:00"), ["08:30", "09:00"])
        self.assertEqual(self.starts("8:00", "9:00"), ["08:00"])
        self.assertEqual(self.starts("8:00", "8:59"), [])
        self.assertEqual(self.starts("8:10", "9:10"), [])  # it fits, on no step of the grid
        self.assertEqual(self.starts("8:00", "10:00", not_before=at("8:40")), ["09:00"])
        self.assertEqual(self.starts("8:00", "10:00", not_before=at("9:01")), [])
        self.assertEqual(self.starts("8:00", "9:30", grid_minutes=15), ["08:00", "08:15", "08:30"])

    def test_starts_keep_to_the_clock_when_it_changes(self):
        """On 1 November 2026 the hour from 1 to 2 comes twice in Toronto."""
        day = date(2026, 11, 1)
        gap = Gap(*[at("4:00", day), at("8:00", day)] * 2, 0, 0, 0, 0.0, False, False)
        wish = make_wish(tz=TORONTO, grid_minutes=60, not_before=at("4:00", day))
        starts = openings.find_starts(gap, wish)
        self.assertEqual(
            [f"{openings.to_local(moment, TORONTO):%H:%M %Z}" for moment in starts],
            ["00:00 EDT", "01:00 EDT", "01:00 EST", "02:00 EST"],
        )

    def test_midnight(self):
        self.assertEqual(openings.midnight(DAY, TORONTO), datetime(2026, 6, 1, 4))
        self.assertEqual(openings.midnight(date(2026, 12, 1), TORONTO), datetime(2026, 12, 1, 5))
        self.assertIsNone(openings.midnight(DAY, TORONTO).tzinfo)
