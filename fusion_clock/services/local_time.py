"""Times of day of a place, as floats, to UTC moments and back."""

from datetime import datetime, time, timedelta

import pytz


def to_utc(day, hours, tz_name):
    """:param hours: time of day as a float, 24 or more means a later day
    :return: naive UTC; a time that the spring change skips moves forward, one that the autumn
        change repeats is the first"""
    wall = datetime.combine(day, time.min) + timedelta(minutes=round(hours * 60))
    zone = pytz.timezone(tz_name)
    try:
        local = zone.localize(wall, is_dst=None)
    except pytz.AmbiguousTimeError:
        local = min(zone.localize(wall, is_dst=dst) for dst in (True, False))
    except pytz.NonExistentTimeError:
        local = max(zone.localize(wall, is_dst=dst) for dst in (True, False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def to_local(moment, tz_name):
    """:param moment: naive UTC
    :return: naive local datetime"""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(tz_name)).replace(tzinfo=None)


def shift_hours(start, end, break_minutes=0.0):
    """:return: hours of a shift given as times of day, net of its planned break, over midnight
    when it ends at or before its start"""
    return max(0.0, (end - start) % 24 - break_minutes / 60)


def as_time(hours):
    """:return: datetime.time of a time of day given as float"""
    return (datetime.min + timedelta(minutes=round(hours * 60))).time()


def first_day_of_week(day, first_weekday=0):
    """:param first_weekday: 0 = Monday
    :return: the first day of the week that holds ``day``"""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)
