from babel.dates import format_skeleton

from odoo.tools import babel_locale_parse, format_date, format_time, get_lang

from .services.local_time import to_local


class ClockFormat:
    """Figures and moments as a template shows them, in the reader's language and the employee's
    time zone."""

    def __init__(self, env, tz_name):
        self._env = env
        self._tz_name = tz_name
        self._locale = babel_locale_parse(get_lang(env).code)

    def time(self, moment):
        """:param moment: naive UTC"""
        return format_time(self._env, moment, tz=self._tz_name, time_format="short")

    def moment(self, moment):
        """:param moment: naive UTC, or False for none
        :return: for example "Mon, Jun 1, 8:02 AM" """
        if not moment:
            return ""
        return f"{self.day(to_local(moment, self._tz_name))}, {self.time(moment)}"

    def day(self, date):
        """:return: for example "Mon, Jun 1", in the order of the language"""
        return format_skeleton("MMMEd", date, locale=self._locale)

    def weekday(self, date):
        return format_date(self._env, date, date_format="EEEEE")

    def hours(self, hours):
        """:return: hours as "7:30" """
        return "{}:{:02d}".format(*divmod(round(hours * 60), 60))

    def minutes(self, minutes):
        return f"{minutes:g}"

    def local_input(self, moment):
        """:return: value of a datetime-local input"""
        return to_local(moment, self._tz_name).strftime("%Y-%m-%dT%H:%M") if moment else ""

    def paid(self, attendance):
        """:return: for example "7:30 h paid" """
        return self._env._("%(hours)s h paid", hours=self.hours(attendance.x_fclk_net_hours))

    def summary(self, attendance):
        """:return: how the paid hours of a closed attendance come about, in one line"""
        texts = {
            "gross": self.hours(attendance.x_fclk_gross_hours),
            "minutes": self.minutes(attendance.x_fclk_break_minutes),
            "penalties": self.minutes(attendance.x_fclk_penalty_minutes),
        }
        if attendance.x_fclk_penalty_minutes:
            return self._env._(
                "%(gross)s h at work, %(minutes)s min break, of it %(penalties)s min penalties",
                **texts,
            )
        return self._env._("%(gross)s h at work, %(minutes)s min break", **texts)

    def closed(self, attendance):
        """:return: what happened to an attendance that was closed automatically"""
        return self._env._(
            "You clocked in on %(came)s and, on %(left)s, were clocked out automatically.",
            came=self.moment(attendance.check_in),
            left=self.moment(attendance.check_out),
        )
