"""The two-tier unpaid break, without Odoo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BreakTiers:
    """Two inclusive thresholds (hours at work) and what each takes off (minutes)."""

    break1_after_hours: float = 0.0
    break1_minutes: float = 0.0
    break2_after_hours: float = 0.0
    break2_minutes: float = 0.0

    def minutes_for(self, worked_hours):
        """:param worked_hours: elapsed hours at work, None or 0 for none
        :return: unpaid minutes; the second tier adds to the first, a tier of 0 minutes is off
        """
        hours = round(worked_hours or 0.0, 6)  # 5 h are 5 h although 18000/3600 is a float
        if hours <= 0:
            return 0.0
        first = self.break1_minutes if hours >= self.break1_after_hours else 0.0
        second = self.break2_minutes if hours >= self.break2_after_hours else 0.0
        return float(first + second)


NO_BREAK = BreakTiers()


def gross_hours(check_in, check_out):
    """:return: elapsed hours between two naive UTC datetimes, 0.0 while one is missing"""
    if not check_in or not check_out:
        return 0.0
    return max(0.0, (check_out - check_in).total_seconds() / 3600)


def net_hours(gross, break_minutes):
    """:return: paid hours, never negative"""
    return max(0.0, gross - break_minutes / 60)
