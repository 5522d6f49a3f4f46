"""When units sold long ago become due for the first time: spread out, so that no day drowns."""

from datetime import timedelta


def spread(count, first_day, weeks, per_day, skip_weekends):
    """:param count: units, the oldest first
    :param first_day: earliest date
    :param weeks: length of the window; it grows when it cannot hold all
    :param per_day: most units of one day
    :return: list of dates, rising, as evenly over the window as whole units allow
    """
    days = _list_days(first_day, weeks * 7, skip_weekends)
    while len(days) * per_day < count:
        days += _list_days(days[-1] + timedelta(days=1), 7, skip_weekends)
    return [days[number * len(days) // count] for number in range(count)]


def _list_days(first_day, length, skip_weekends):
    days = (first_day + timedelta(days=number) for number in range(length))
    return [day for day in days if not (skip_weekends and day.weekday() >= 5)]
