from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial

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
        employees = self._search_employees(users, company)
        work = self._load_hours(employees, bounds, tz, compute_leaves=True)
        hours = cache(partial(self._load_hours, employees, bounds, tz, compute_leaves=False))
        stops, counts = self._load_stops(users, bounds, tz, exclude_task_id)
        skills = self._load_skills(users, company)
        return {
            user.id: Diary(
                user_id=user.id,
                name=user.name,
                home=self._get_home(user.sudo(), employees[user.id], company.sudo()),
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
        names = ["name", "user_id", "resource_id", "company_id", "active", "current_version_id"]
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
                day = start.astimezone(tz).date()
                days[day].append((_to_naive(start), _to_naive(end)))
        return by_employee

    def _load_stops(self, users, bounds, tz, exclude_task_id):
        """:return: two dicts by user: stops by local day, number of jobs that begin by local day"""
        stops = {user.id: defaultdict(list) for user in users}
        counts = {user.id: defaultdict(int) for user in users}
        for row in self._search_bookings(users, bounds, exclude_task_id):
            stop = _make_task_stop(row)
            counts[row.technician_id.id][to_local(stop.start, tz).date()] += 1
            _put(stops[row.technician_id.id], stop, tz)
        for user_id, stop in self._load_events(users, bounds, tz):
            _put(stops[user_id], stop, tz)
        return stops, counts

    def _search_bookings(self, users, bounds, exclude_task_id):
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
        return self.env["fusion.technician.booking"].sudo().search(domain)

    def _load_events(self, users, bounds, tz):
        """Yield ``(user id, Stop)``. Titles stay here: a private event only takes time."""
        by_partner = {user.partner_id.id: user.id for user in users}
        margin = timedelta(days=1)  # all-day events carry hours that are not UTC
        attendees = (
            self.env["calendar.attendee"]
            .sudo()
            .search(
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
        )
        for attendee in attendees:
            yield by_partner[attendee.partner_id.id], _make_event_stop(attendee.event_id, tz)

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

    def _get_home(self, user_sudo, employee_sudo, company_sudo):
        partner = (
            user_sudo.x_fc_start_partner_id or employee_sudo.address_id or company_sudo.partner_id
        )
        return _make_point(partner.partner_latitude, partner.partner_longitude, partner)


def _get_one(load, employee_id):
    return load()[employee_id]


def _make_point(latitude, longitude, partner):
    return latitude, longitude, partner.zip or ""


def _make_task_stop(row):
    task, end = row.task_id, row.stop
    if task.status == "in_progress":
        end = max(end, fields.Datetime.now() + timedelta(minutes=const.RUNNING_MINUTES))
    place = _make_point(task.latitude, task.longitude, task.address_id)
    return Stop(row.start, end, place, task.id)


def _make_event_stop(event, tz):
    if event.allday:
        day_after = event.stop_date + timedelta(days=1)
        return Stop(midnight(event.start_date, tz), midnight(day_after, tz))
    return Stop(event.start, event.stop)


def _put(days, stop, tz):
    day = to_local(stop.start, tz).date()
    while day <= to_local(stop.end, tz).date():
        days[day].append(stop)
        day += timedelta(days=1)


def _to_naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
