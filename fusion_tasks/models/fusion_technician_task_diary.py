from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache, lru_cache, partial

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..services.openings import Diary, Stop, Wish, midnight, to_local


class FusionTechnicianTaskDiary(models.Model):
    """What the engine knows of the technicians, in a fixed number of queries."""

    _inherit = "fusion.technician.task"

    @api.model
    def _qualified_technicians(self, skill_ids=None, on_date=None, company_id=None):
        """:return: technicians of the company who hold all the skills on that local day"""
        company = self.env["res.company"].browse(company_id) if company_id else self.env.company
        day = fields.Date.to_date(on_date) or self._get_today(company)
        users = self._search_technicians(company)
        diaries = self._load_skills(users, company)
        return users.filtered(
            lambda user: Diary(0, "", (), skills=diaries[user.id]).has_skills(skill_ids or [], day)
        )

    @api.model
    def _search_technicians(self, company, technician_ids=None):
        works_here = Domain("company_id", "=", company.id) & Domain("active", "=", True)
        domain = Domain("x_fc_is_technician", "=", True) & Domain("share", "=", False)
        domain &= Domain("employee_ids", "any!", works_here)
        if technician_ids is not None:
            domain &= Domain("id", "in", technician_ids)
        return self.env["res.users"].search(domain, order="id")

    def _get_today(self, company):
        return to_local(fields.Datetime.now(), company._fc_tz()).date()

    @api.model
    def _make_wish(self, company, duration_hours, latitude, longitude, not_before, skill_ids,
                   exclude_task_id):  # fmt: skip
        if not 0 <= duration_hours <= const.MAX_DURATION_HOURS:
            raise UserError(self.env._("A task lasts more than 0 and at most 24 hours."))
        travel = self.env["fusion.tasks.travel"]
        known_sudo = self.browse(exclude_task_id or []).sudo()
        return Wish(
            duration=timedelta(hours=duration_hours),
            here=(latitude or 0.0, longitude or 0.0, known_sudo.address_id.zip or ""),
            not_before=fields.Datetime.to_datetime(not_before) or fields.Datetime.now(),
            tz=company._fc_tz(),
            grid_minutes=travel._get_number("slot_grid_minutes"),
            travel=travel._minutes,
            is_first_leg_counted=travel._is_on("travel_counts_at_day_start"),
            is_way_home_counted=travel._is_on("return_trip_counts"),
            skill_ids=tuple(skill_ids or ()),
        )

    def _with_roads(self, wish, diaries):
        """:return: the wish with the travel times between all the places of these diaries"""
        places = {wish.here, *(diary.home for diary in diaries)}
        stops = (stop for diary in diaries for day in diary.stops.values() for stop in day)
        places |= {stop.place for stop in stops if stop.place}
        lookup = self.env["fusion.tasks.travel"]._make_lookup(places)
        return replace(wish, travel=cache(lookup))

    @api.model
    def _load_diaries(self, users, company, first, last, exclude_task_id=False):
        """:return: ``{user id: Diary}`` for the local days ``first`` to ``last``"""
        tz = company._fc_tz()
        bounds = midnight(first, tz), midnight(last + timedelta(days=2), tz)
        users.sudo().fetch(["partner_id", "x_fc_max_tasks_per_day", "x_fc_start_partner_id"])
        employees = self._search_employees(users, company)
        work = self._load_hours(employees, bounds, tz, compute_leaves=True)
        hours = cache(partial(self._load_hours, employees, bounds, tz, compute_leaves=False))
        stops, counts = self._load_stops(users, bounds, tz, exclude_task_id)
        skills = self._load_skills(users, company)
        homes = self._load_homes(users, employees, company)
        users.sudo().partner_id.fetch(["name"])
        return {
            user.id: Diary(
                user_id=user.id,
                name=user.sudo().partner_id.name,
                home=homes[user.id],
                limit=user.x_fc_max_tasks_per_day,
                work=work[employees[user.id].id],
                load_hours=partial(_get_one, hours, employees[user.id].id),
                stops=stops[user.id],
                counts=counts[user.id],
                skills=skills[user.id],
            )
            for user in users
            if user.id in employees
        }

    def _search_employees(self, users, company):
        """:return: ``{user id: employee}`` of that company"""
        employees = self.env["hr.employee"].sudo()
        domain = [("user_id", "in", users.ids), ("company_id", "=", company.id)]
        names = ["name", "user_id", "resource_id", "company_id", "active", "current_version_id",
                 "address_id"]  # fmt: skip
        found = employees.search_fetch(domain, names)
        return {employee.user_id.id: employee for employee in found}

    def _load_hours(self, employees, bounds, tz, compute_leaves):
        """:return: ``{employee id: {local day: [(start, end)]}}``, naive UTC"""
        resources = (
            self.env["resource.resource"]
            .sudo()
            .union(*(employee.resource_id for employee in employees.values()))
        )
        aware = [pytz.utc.localize(bound) for bound in bounds]
        flexible = resources.filtered(lambda resource: not resource.calendar_id)
        found = (resources - flexible)._get_valid_work_intervals(
            *aware, compute_leaves=compute_leaves
        )[0]
        for company, members in flexible.grouped("company_id").items():
            # with the resources named, core gives those without hours every hour of the day
            calendar = company.resource_calendar_id
            hours = calendar._attendance_intervals_batch(*aware)[False]
            leaves = calendar._leave_intervals_batch(*aware, resources=members)
            for member in members:
                found[member.id] = hours - leaves[member.id] if compute_leaves else hours
        by_employee = {}
        for employee in employees.values():
            days = by_employee[employee.id] = defaultdict(list)
            for start, end, _attendance in found[employee.resource_id.id]:
                day, *naive = _to_shift(start, end, tz)
                days[day].append(tuple(naive))
        return by_employee

    def _load_stops(self, users, bounds, tz, exclude_task_id):
        """:return: two dicts by user: stops by local day, number of jobs that begin by local day"""
        stops = {user.id: defaultdict(list) for user in users}
        counts = {user.id: defaultdict(int) for user in users}
        for user_id, stop in self._load_bookings(users, bounds, exclude_task_id):
            counts[user_id][_put(stops[user_id], stop, tz)] += 1
        for user_id, stop in self._load_events(users, bounds, tz):
            _put(stops[user_id], stop, tz)
        return stops, counts

    def _load_bookings(self, users, bounds, exclude_task_id):
        """Yield ``(user id, Stop)``."""
        still_on = Domain("stop", ">", bounds[0]) | Domain("task_id.status", "=", "in_progress")
        domain = still_on & Domain(
            [
                ("technician_id", "in", users.ids),
                ("start", "<", bounds[1]),
                ("task_id.active", "=", True),
                ("task_id.status", "in", const.BUSY),
            ]
        )
        if exclude_task_id:
            domain &= Domain("task_id", "!=", exclude_task_id)
        names = ("technician_id", "start", "stop", "task_id", "task_id.status", "task_id.latitude",
                 "task_id.longitude", "task_id.address_id.zip")  # fmt: skip
        until = fields.Datetime.now() + timedelta(minutes=const.RUNNING_MINUTES)
        for user_id, start, end, task_id, status, lat, lng, code in self._select_rows(
            "fusion.technician.booking", domain, names
        ):
            end = max(end, until) if status == "in_progress" else end
            yield user_id, Stop(start, end, (lat or 0.0, lng or 0.0, code or ""), task_id)

    def _load_events(self, users, bounds, tz):
        """Yield ``(user id, Stop)``. Titles stay here: a private event only takes time."""
        by_partner = {user.partner_id.id: user.id for user in users}
        margin = timedelta(days=1)  # all-day events carry hours that are not UTC
        domain = Domain(
            [
                ("partner_id", "in", list(by_partner)),
                ("state", "!=", "declined"),
                ("event_id.active", "=", True),
                ("event_id.x_fc_task_id", "=", False),
                ("event_id.show_as", "=", "busy"),
                ("event_id.start", "<", bounds[1] + margin),
                ("event_id.stop", ">", bounds[0] - margin),
            ]
        )
        names = ("partner_id", "event_id.allday", "event_id.start", "event_id.stop",
                 "event_id.start_date", "event_id.stop_date")  # fmt: skip
        for partner_id, is_all_day, start, end, first, last in self._select_rows(
            "calendar.attendee", domain, names
        ):
            if is_all_day:
                start, end = midnight(first, tz), midnight(last + timedelta(days=1), tz)
            yield by_partner[partner_id], Stop(start, end)

    def _select_rows(self, model, domain, paths):
        """Read thousands of rows without a record for each.

        :param paths: stored fields, also of the records that a row points to
        :return: list of tuples, by id
        """
        records = self.env[model].sudo()
        query = records._search(domain, order="id")
        columns = []
        for path in paths:
            *ways, name = path.split(".")
            one, alias = records, records._table
            for way in ways:
                field = one._fields[way]
                one = self.env[field.comodel_name].sudo()
                alias = query.left_join(alias, way, one._table, "id", way)
            columns.append(one._field_to_sql(alias, name, query))
        return self.env.execute_query(query.select(*columns))

    def _load_skills(self, users, company):
        """:return: ``{user id: [(skill id, valid from, valid to)]}``"""
        rows = (
            self.env["hr.employee.skill"]
            .sudo()
            .search(
                [
                    ("employee_id.user_id", "in", users.ids),
                    ("employee_id.company_id", "=", company.id),
                ]
            )
        )
        skills = {user.id: [] for user in users}
        for row in rows:
            skills[row.employee_id.user_id.id].append(
                (row.skill_id.id, row.valid_from, row.valid_to)
            )
        return skills

    def _load_homes(self, users, employees, company):
        """:return: ``{user id: place where the day starts}``, those of ``employees``"""
        homes = {
            user.id: user.x_fc_start_partner_id
            or employees[user.id].address_id
            or company.sudo().partner_id
            for user in users.sudo()
            if user.id in employees
        }
        partners = self.env["res.partner"].sudo().union(*homes.values())
        partners.fetch(["partner_latitude", "partner_longitude", "zip"])
        return {
            user_id: (partner.partner_latitude, partner.partner_longitude, partner.zip or "")
            for user_id, partner in homes.items()
        }


def _get_one(load, employee_id):
    return load()[employee_id]


def _put(days, stop, tz):
    """:return: the local day on which the stop begins"""
    first, last = to_local(stop.start, tz).date(), to_local(stop.end, tz).date()
    day = first
    while day <= last:
        days[day].append(stop)
        day += timedelta(days=1)
    return first


# Technicians share their calendars, and with them the very moments.
@lru_cache(maxsize=8192)
def _to_shift(start, end, tz):
    """:return: local day, and naive UTC of both"""
    return (
        start.astimezone(tz).date(),
        start.astimezone(pytz.utc).replace(tzinfo=None),
        end.astimezone(pytz.utc).replace(tzinfo=None),
    )
