from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..services import openings
from ..services.openings import to_local
from .fusion_technician_task_slot import _days, _is_inside

#: What the board shows of a task that changes.
BOARD_FIELDS = {
    "status", "active", "technician_id", "helper_ids", "datetime_start", "datetime_end",
    "duration_hours", "summary", "partner_id", "address_id", "priority", "eta",
}  # fmt: skip
MOVABLE = ("draft", "scheduled", "en_route", "cancelled", "no_show")
ON_BOARD = ("scheduled", "en_route", "in_progress", "completed", "no_show")


CARD_FIELDS = [
    "name", "summary", "task_type", "partner_id", "address_id", "priority", "duration_hours",
    "status", "technician_id", "helper_ids", "datetime_start", "datetime_end", "travel_before",
    "allow_overlap", "company_id",
]  # fmt: skip


class FusionTechnicianTaskBoard(models.Model):
    """The dispatch board. Days and minutes since midnight are the company's."""

    _inherit = "fusion.technician.task"

    @api.model
    def get_board_data(self, date_from, date_to, technician_ids=None):
        """:param date_from: a day, today when empty; likewise ``date_to``, the same day when empty
        :return: ``{"tz", "company_id", "today", "days": [date text], "technicians": [{"id",
        "name", "work": {day: [[from, to]]}}], "tasks": [...], "unscheduled": [...]}``;
        where a technician starts the day stays here
        """
        self._check_is_dispatcher()
        company = self.env.company
        today = fields.Date.to_string(self._get_today(company))
        first, last = self._get_horizon(company, date_from, date_to or date_from or today)
        users = self._search_technicians(company, technician_ids)
        days, tz = _days(first, last), company._fc_tz()
        employees = self._search_employees(users, company)
        bounds = openings.midnight(first, tz), openings.midnight(last + timedelta(days=1), tz)
        hours = self._load_hours(employees, bounds, tz, compute_leaves=True)
        work = {user_id: hours[employee.id] for user_id, employee in employees.items()}
        tasks = self._search_board_tasks(company, bounds)
        waiting = tasks.filtered(lambda task: task.status == "draft")
        return {
            "tz": tz.zone,
            "company_id": company.id,
            "today": today,
            "days": [fields.Date.to_string(day) for day in days],
            "technicians": [
                {
                    "id": user.id,
                    "name": employees[user.id].name,
                    "work": {
                        fields.Date.to_string(day): _to_minutes(work[user.id].get(day, ()), day, tz)
                        for day in days
                    },
                }
                for user in users
            ],
            "tasks": [task._get_block(work, tz) for task in tasks - waiting],
            "unscheduled": [
                task._get_card()
                for task in waiting.sorted(lambda task: (-int(task.priority or 0), task.id))
            ][: const.MAX_TRAY],
        }

    @api.model
    def get_drop_hints(self, task_id, date_from, date_to):
        """Where this task fits, for the time it is being dragged.

        :return: ``{technician id: {day: {"free": [[from, to]], "usable": [[from, to]]}}}``;
            usable is what travel leaves of a free gap
        """
        self._check_is_dispatcher()
        task = self._browse_task(task_id)
        company = task.company_id
        first, last = self._get_horizon(company, date_from, date_to)
        wish = self._make_wish(
            company, task.duration_hours, task.latitude, task.longitude, None,
            task.skill_ids.ids, task.id,
        )  # fmt: skip
        users = self._search_technicians(company)
        diaries = self._load_diaries(users, company, first, last, task.id).values()
        wish = self._with_roads(wish, diaries)
        return {
            diary.user_id: {
                fields.Date.to_string(day): _get_hints(diary, day, wish)
                for day in _days(first, last)
            }
            for diary in diaries
        }

    @api.model
    def get_best_fits(self, task_ids):
        """The opening that adds the least driving for each of these tasks.

        :return: ``{task id: {"technician_id", "technician_name", "start", "start_local",
            "detour"}}``; a task without an opening in two weeks is left out
        """
        self._check_is_dispatcher()
        fits = {}
        for task in self.browse(task_ids[: const.MAX_FITS]).exists():
            slots = task._find_slots(
                task.duration_hours, skill_ids=task.skill_ids.ids, latitude=task.latitude,
                longitude=task.longitude, company_id=task.company_id.id, exclude_task_id=task.id,
            )  # fmt: skip
            if slots:
                best = min(slots, key=lambda slot: (slot["detour"], slot["start"]))
                names = ("technician_id", "technician_name", "start", "start_local", "detour")
                fits[task.id] = {name: best[name] for name in names}
        return fits

    @api.model
    def move_task(self, task_id, technician_id, start, force=False):
        """Place a task, or put it back into the tray when there is no technician.

        :param start: naive UTC
        :param force: hours, leave, events, travel and skills only warn
        :return: ``{"ok", "reason", "message"}``, a reason of ``const.REASONS``, ``status`` when
            the task can no longer be moved
        """
        self._check_is_dispatcher()
        task = self._browse_task(task_id)
        if technician_id:
            self._browse_technician(technician_id)
        try:
            with self.env.cr.savepoint():
                if technician_id:
                    task._reschedule(start, None, technician_id, force=force)
                else:
                    task.action_reset_to_draft()
        except UserError as error:
            task.invalidate_recordset()
            is_fixed = not technician_id or task.status not in MOVABLE
            reason = getattr(error, "reason", "status" if is_fixed else "overlap")
            return {"ok": False, "reason": reason, "message": str(error)}
        return {"ok": True, "reason": "", "message": ""}

    def _browse_task(self, task_id):
        task = self.browse(task_id).exists()
        if not task:
            raise UserError(self.env._("This task no longer exists."))
        return task

    def _search_board_tasks(self, company, bounds):
        """:return: the tasks of those days, and those that have no day yet"""
        placed = Domain("status", "in", ON_BOARD) & Domain("datetime_end", ">", bounds[0])
        placed &= Domain("datetime_start", "<", bounds[1])
        domain = Domain("company_id", "=", company.id) & (placed | Domain("status", "=", "draft"))
        return self.search_fetch(domain, CARD_FIELDS)

    def _get_card(self):
        return {
            "id": self.id,
            "name": self.name,
            "summary": self.summary,
            "type": self._get_type_label(),
            "client": self.partner_id.name or "",
            "city": self.address_id.city or "",
            "priority": self.priority,
            "hours": self.duration_hours,
        }

    def _get_block(self, work, tz):
        day = to_local(self.datetime_start, tz).date()
        end = self.datetime_end
        times = [(self.datetime_start, end)]
        hours = work.get(self.technician_id.id, {}).get(day, ())
        is_off = self.status in const.BUSY and not _is_inside(hours, *times[0])
        return {
            **self._get_card(),
            "status": self.status,
            "people": [self.technician_id.id, *self.helper_ids.ids],
            "start": self.datetime_start,
            "day": fields.Date.to_string(day),
            "from": _to_minutes(times, day, tz)[0][0],
            "to": _to_minutes(times, day, tz)[0][1],
            "travel": self.travel_before,
            "is_off": is_off,
            "is_free": self.allow_overlap,
        }

    # -- Whoever looks at the board or at My Day sees changes of others ----------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks._announce()
        return tasks

    def write(self, vals):
        people = self._get_people()
        result = super().write(vals)
        if BOARD_FIELDS & vals.keys():
            self._announce(people)
        return result

    def unlink(self):
        self._announce()
        return super().unlink()

    def _announce(self, former=None):
        """Says that something changed, not what: each reader asks for what is theirs to see."""
        bus = self.env["bus.bus"].sudo()
        group = self.env.ref("fusion_tasks.group_dispatcher").sudo()
        message = {"company_ids": self.company_id.ids}
        bus._sendone(group, "fusion_tasks.changed", message)
        for partner in (self._get_people() | (former or self.env["res.users"])).partner_id:
            bus._sendone(partner, "fusion_tasks.changed", message)


def _to_minutes(intervals, day, tz):
    """:return: ``[[from, to]]`` of the wall clock of that day; the next day begins at 1440"""
    return [[_minute(start, day, tz), _minute(end, day, tz)] for start, end in intervals]


def _minute(moment, day, tz):
    local = to_local(moment, tz)
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute


def _get_hints(diary, day, wish):
    if not diary.has_skills(wish.skill_ids, day) or diary.is_full(day):
        return {"free": [], "usable": []}
    gaps = openings.find_gaps(diary, day, wish)
    usable = [(gap.usable_start, gap.usable_end) for gap in gaps if gap.usable >= wish.duration]
    return {
        "free": _to_minutes([(gap.start, gap.end) for gap in gaps], day, wish.tz),
        "usable": _to_minutes(usable, day, wish.tz),
    }
