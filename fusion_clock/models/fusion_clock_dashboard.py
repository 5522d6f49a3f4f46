from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..const import PLAN_LEAD_HOURS

PHOTOS_SHOWN = 24
LEAD_GROUP = "fusion_clock.group_fusion_clock_team_lead"
MANAGER_GROUP = "fusion_clock.group_fusion_clock_manager"


class FusionClockDashboard(models.AbstractModel):
    """One day of everybody whom the user may see."""

    _name = "fusion.clock.dashboard"
    _description = "Clock Dashboard"

    @api.model
    def _get_day(self, date=None):
        """Figures and lists of a day, in a fixed number of queries.

        :param date: ISO text, None for today; who is in now is always told as of now
        :return: ``{"date", "now" (UTC text), "counts": {"in_now", "late", "absent", "on_leave",
            "unscheduled", "pending_corrections", "pending_reasons", "unknown_cards"}, "in_now":
            [{"attendance_id", "employee_id", "name", "avatar_url", "since", "location"}], "late":
            [person + {"expected", "arrived", "minutes"}], "absent": [person + {"expected",
            "is_over"}], "photos", "unknown_cards": [{"card_uid", "time"}], "week": {"week_start",
            "planned_hours", "net_hours", "days": [{"date", "planned_hours", "net_hours"}]},
            "is_manager"}``; late: came after start and grace; absent: should be here by then and
            is not, ``is_over`` once the shift has ended; photos: see :meth:`_prepare_photos`
        :raise AccessError: the user is no team lead and no manager
        """
        if not self.env.user.has_group(LEAD_GROUP):
            raise AccessError(self.env._("The dashboard is for team leads and clock managers."))
        self.env["fusion.clock.board"]._mark_watched()
        day = self._parse_day(date)
        now = fields.Datetime.now()
        scope = self.env["hr.employee"]._fclk_scope()
        facts = _Day(scope, day, now)
        in_now = self._get_in_now(scope)
        photos = self._prepare_photos(scope, day)
        unknown = self._get_unknown_cards()
        late, absent = facts.late(), facts.absent()
        return {
            "date": fields.Date.to_string(day),
            "now": fields.Datetime.to_string(now),
            "counts": {
                "in_now": len(in_now),
                "late": len(late),
                "absent": len(absent),
                "on_leave": facts.on_leave(),
                "unscheduled": facts.unscheduled(),
                "pending_corrections": self._count_corrections(scope),
                "pending_reasons": self._count_reasons(scope),
                "unknown_cards": len(unknown),
            },
            "in_now": in_now,
            "late": late,
            "absent": absent,
            "photos": photos,
            "unknown_cards": unknown,
            "week": facts.week(),
            "is_manager": self.env.user.has_group(MANAGER_GROUP),
        }

    @api.model
    def _parse_day(self, date):
        try:
            day = fields.Date.to_date(date) if date else fields.Date.context_today(self)
        except ValueError:
            day = None
        if not day:
            raise UserError(self.env._("This is no date."))
        return day

    @api.model
    def _get_in_now(self, scope):
        attendances = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [("employee_id", "in", scope.ids), ("check_out", "=", False)],
                ["employee_id", "check_in", "x_fclk_location_id"],
                order="check_in",
            )
        )
        return [
            {
                **_person(attendance.employee_id),
                "attendance_id": attendance.id,
                "since": fields.Datetime.to_string(attendance.check_in),
                "location": attendance.x_fclk_location_id.name or "",
            }
            for attendance in attendances
        ]

    @api.model
    def _count_corrections(self, scope):
        domain = [("employee_id", "in", scope.ids), ("state", "=", "submitted")]
        return self.env["fusion.clock.correction"].sudo().search_count(domain)

    @api.model
    def _count_reasons(self, scope):
        domain = [("employee_id", "in", scope.ids), ("x_fclk_pending_reason", "=", True)]
        return self.env["hr.attendance"].sudo().search_count(domain)

    @api.model
    def _get_unknown_cards(self):
        """:return: cards of the last week that belong to nobody; only managers enrol cards"""
        if not self.env.user.has_group(MANAGER_GROUP):
            return []
        employees = self.env["hr.employee"]
        return [
            card
            for company in self.env.companies
            for card in employees._fclk_manager_data(company)["unknown_cards"]
        ]

    @api.model
    def _assign_card(self, employee_id, card_uid):
        """Give an unknown card to an employee of the user's companies.

        :return: the answer of enrolment
        :raise AccessError: the user is no clock manager
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only clock managers assign cards."))
        employees = self.env["hr.employee"]
        chosen = employees._fclk_scope().filtered(lambda row: row.id == employee_id)
        return employees._fclk_enroll(employee_id, card_uid, chosen.company_id or self.env.company)

    @api.model
    def _prepare_photos(self, scope, day):
        """The wall of a day's photos; who asks for it has seen them.

        :return: list of ``{"attendance_id", "employee_id", "name", "avatar_url", "review",
            "shots": [{"kind": "in" / "out", "time" (UTC text), "url"}]}``, unreviewed first
        """
        attendances = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", scope.ids),
                    ("date", "=", day),
                    "|",
                    ("x_fclk_check_in_photo", "!=", False),
                    ("x_fclk_check_out_photo", "!=", False),
                ],
                ["employee_id", "check_in", "check_out", "x_fclk_photo_review"],
                order="check_in desc, id desc",
                limit=PHOTOS_SHOWN,
            )
        )
        attendances = attendances.sorted(lambda row: row.x_fclk_photo_review in ("ok", "suspect"))
        photos = attendances._fclk_get_photos()
        attendances.sudo(False)._fclk_log_photo_views()
        return [
            {
                **_person(attendance.employee_id),
                "attendance_id": attendance.id,
                "review": attendance.x_fclk_photo_review or "none",
                "shots": self._prepare_shots(attendance, photos[attendance.id]),
            }
            for attendance in attendances
        ]

    @api.model
    def _prepare_shots(self, attendance, photos):
        moments = {"in": attendance.check_in, "out": attendance.check_out}
        return [
            {
                "kind": kind,
                "time": fields.Datetime.to_string(moment) if moment else False,
                "url": f"/web/image/hr.attendance/{attendance.id}/{name}?unique={photos[name]}",
            }
            for kind, moment in moments.items()
            if (name := f"x_fclk_check_{kind}_photo") in photos
        ]


class _Day:
    """Plans, attendances and time off around a day, read once."""

    def __init__(self, employees, day, now):
        self.env = employees.env
        self.employees, self.day, self.now = employees, day, now
        self.first = self.env["fusion.clock.schedule"]._fclk_week_start(day)
        last = self.first + timedelta(days=6)
        self.plans = employees._get_fclk_day_plans(min(self.first, day - timedelta(days=1)), last)
        self.leaves = employees._get_fclk_leaves(day - timedelta(days=1), day)
        self.holidays = employees._get_fclk_holidays(day - timedelta(days=1), day)
        self.arrivals = self._get_arrivals()
        grace = self.env["ir.config_parameter"]._fclk_get_float("late_grace_minutes")
        self.grace = timedelta(minutes=grace)

    def _get_arrivals(self):
        """:return: ``{employee_id: [(check-in, local date)]}`` of the day and its neighbours;
        Odoo's own absence markers are no presence"""
        start = datetime.combine(self.day, time.min)
        attendances = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", self.employees.ids),
                    ("check_in", ">=", start - timedelta(days=2)),
                    ("check_in", "<", start + timedelta(days=2)),
                    ("in_mode", "!=", "technical"),
                ],
                ["employee_id", "check_in", "date"],
                order="check_in, id",
            )
        )
        arrivals = {}
        for row in attendances:
            arrivals.setdefault(row.employee_id.id, []).append((row.check_in, row.date))
        return arrivals

    def _expected(self):
        """:return: (employee, date, plan) of the day's plans and of overnight ones still running"""
        for employee in self.employees.filtered("x_fclk_enable_clock"):
            before = self.day - timedelta(days=1)
            plan = self.plans[employee.id, before]
            if plan["scheduled"] and plan["crosses_midnight"] and plan["end_dt"] > self.now:
                yield employee, before, plan
            plan = self.plans[employee.id, self.day]
            if plan["scheduled"]:
                yield employee, self.day, plan

    def _arrival(self, employee, plan):
        """:return: the first check-in of a plan, or None"""
        opens = plan["start_dt"] - timedelta(hours=PLAN_LEAD_HOURS)
        moments = [moment for moment, _day in self.arrivals.get(employee.id, [])]
        return next((moment for moment in moments if opens <= moment <= plan["end_dt"]), None)

    def late(self):
        rows = []
        for employee, _day, plan in self._expected():
            arrived = self._arrival(employee, plan)
            if arrived and arrived > plan["start_dt"] + self.grace:
                rows.append(
                    {
                        **_person(employee),
                        "expected": fields.Datetime.to_string(plan["start_dt"]),
                        "arrived": fields.Datetime.to_string(arrived),
                        "minutes": (arrived - plan["start_dt"]) // timedelta(minutes=1),
                    }
                )
        return rows

    def absent(self):
        return [
            {
                **_person(employee),
                "expected": fields.Datetime.to_string(plan["start_dt"]),
                "is_over": self.now >= plan["end_dt"],
            }
            for employee, day, plan in self._expected()
            if self.now > plan["start_dt"] + self.grace
            and not self._arrival(employee, plan)
            and (employee.id, day) not in self.leaves
            and (employee.id, day) not in self.holidays
        ]

    def on_leave(self):
        return sum(
            leave["state"] == "validate"
            for (_employee, day), leave in self.leaves.items()
            if day == self.day
        )

    def unscheduled(self):
        """:return: number of people who came on a day without a plan"""
        return sum(
            any(day == self.day for _moment, day in arrivals)
            and not self.plans[employee_id, self.day]["scheduled"]
            for employee_id, arrivals in self.arrivals.items()
        )

    def week(self):
        """:return: planned and net hours of the week, per day and in all"""
        days = [self.first + timedelta(days=offset) for offset in range(7)]
        groups = (
            self.env["hr.attendance"]
            .sudo()
            ._read_group(
                [
                    ("employee_id", "in", self.employees.ids),
                    ("date", ">=", days[0]),
                    ("date", "<=", days[-1]),
                    ("check_out", "!=", False),
                ],
                ["date:day"],
                ["x_fclk_net_hours:sum"],
            )
        )
        net = dict(groups)
        planned = {
            day: sum(self.plans[employee_id, day]["hours"] for employee_id in self.employees.ids)
            for day in days
        }
        return {
            "week_start": fields.Date.to_string(self.first),
            "planned_hours": round(sum(planned.values()), 2),
            "net_hours": round(sum(net.values()), 2),
            "days": [
                {
                    "date": fields.Date.to_string(day),
                    "planned_hours": round(planned[day], 2),
                    "net_hours": round(net.get(day, 0.0), 2),
                }
                for day in days
            ],
        }


def _person(employee):
    return {
        "employee_id": employee.id,
        "name": employee.name,
        "avatar_url": f"/web/image/hr.employee.public/{employee.id}/avatar_128",
    }
