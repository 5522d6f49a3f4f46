"""From the taps of a day to its paid hours, step by step, without Odoo and without words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation.

    ``code``: ``gross`` (hours), ``break1`` / ``break2`` / ``penalty`` / ``recorded_break``
    (minutes taken off), ``break`` (minutes, their sum), ``net`` (hours). ``reason`` says why the
    value is what it is: ``reached``, ``below``, ``tier_off``, ``waived``, ``switched_off``,
    ``open`` or "". ``limit`` is the tier's threshold in hours.
    """

    code: str
    value: float
    reason: str = ""
    limit: float = 0.0

    @property
    def unit(self):
        return "h" if self.code in ("gross", "net") else "min"


_TAKEN_OFF = frozenset(("break1", "break2", "penalty", "recorded_break"))


def explain_hours(gross, snapshot, penalties, recorded_minutes):
    """Explain the paid hours of one attendance.

    :param gross: elapsed hours
    :param snapshot: what was kept beside the number (``hr.attendance.x_fclk_break_snapshot``),
        or None for a row that has none
    :param penalties: minutes of each applied penalty
    :param recorded_minutes: the break as stored, used where no snapshot says how it came about
    :return: list of :class:`Step`
    """
    if snapshot:
        taken = [*_break_steps(gross, snapshot), *(Step("penalty", value) for value in penalties)]
    else:
        taken = [Step("recorded_break", recorded_minutes)]
    total = sum(step.value for step in taken)
    net = max(0.0, gross - total / 60)
    return [Step("gross", gross), *taken, Step("break", total), Step("net", net)]


def replay(steps):
    """:return: paid hours, from nothing but the steps (each a :class:`Step` or its dictionary)"""
    rows = [(_get(step, "code"), _get(step, "value")) for step in steps]
    gross = sum(value for code, value in rows if code == "gross")
    minutes = sum(value for code, value in rows if code in _TAKEN_OFF)
    return max(0.0, gross - minutes / 60)


def _break_steps(gross, snapshot):
    """The two tiers; where none is taken off at all, one step that says why."""
    reason = _get_reason(gross, snapshot)
    if reason:
        return [Step("break1", 0.0, reason)]
    hours = round(gross, 6)  # as BreakTiers does
    return [_tier_step(number, hours, snapshot) for number in (1, 2)]


def _get_reason(gross, snapshot):
    if snapshot.get("break_waived"):
        return "waived"
    if not snapshot.get("auto_deduct_break"):
        return "switched_off"
    return "" if gross > 0 else "open"


def _tier_step(number, hours, snapshot):
    code = f"break{number}"
    limit = snapshot.get(f"{code}_after_hours") or 0.0
    minutes = snapshot.get(f"{code}_minutes") or 0.0
    if not minutes:
        return Step(code, 0.0, "tier_off", limit)
    if hours >= limit:
        return Step(code, minutes, "reached", limit)
    return Step(code, 0.0, "below", limit)


def _get(step, name):
    return step[name] if isinstance(step, dict) else getattr(step, name)
