import math

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

TIMES = ("start_time", "end_time", "break_minutes")
MAX_CHANGES = 2000  # of one save: a hundred people over two weeks, and some


class FusionClockPlanner(models.AbstractModel):
    """The week as leads and managers plan it: changing drafts, never posted entries."""

    _inherit = "fusion.clock.planner"

    # -- saving -----------------------------------------------------------------------------

    @api.model
    def _save(self, changes):
        """Save changes as drafts, each in a savepoint of its own.

        :param changes: list of ``{"employee_id", "date", "shift_id", "start_time", "end_time",
            "break_minutes", "is_off", "note", "clear"}``; times are local times of day, those left
            out come from the shift
        :return: ``{"success": True, "saved": n, "errors": [{"employee_id", "date", "error",
            "message"}]}``
        :raise AccessError: the user plans nobody
        """
        scope = self.env["fusion.clock.schedule"]._fclk_get_planned()
        employees = {employee.id: employee for employee in scope}
        if not isinstance(changes, list) or len(changes) > MAX_CHANGES:
            raise UserError(self.env._("These changes cannot be read."))
        saved, errors = 0, []
        for change in changes:
            refusal = self._save_one(change, employees)
            if refusal:
                errors.append(refusal)
            else:
                saved += 1
        return {"success": True, "saved": saved, "errors": errors}

    @api.model
    def _save_one(self, change, employees):
        """:return: None, or ``{"employee_id", "date", "error", "message"}``"""
        if not isinstance(change, dict):
            return self._refuse_change({}, "invalid", self.env._("These changes cannot be read."))
        employee_id = change.get("employee_id")
        employee = employees.get(employee_id) if isinstance(employee_id, int) else None
        if not employee:
            message = self.env._("You may not plan the shifts of this employee.")
            return self._refuse_change(change, "out_of_scope", message)
        try:
            with self.env.cr.savepoint():
                self._apply(employee, self._parse_date(change.get("date")), change)
                self.env.flush_all()
        except UserError as error:
            return self._refuse_change(change, "invalid", str(error))
        return None

    @api.model
    def _refuse_change(self, change, code, message):
        return {
            "employee_id": change.get("employee_id"),
            "date": change.get("date"),
            "error": code,
            "message": message,
        }

    @api.model
    def _apply(self, employee, day, change):
        entries = self.env["fusion.clock.schedule"]._fclk_week_entries(employee, day, 1)
        draft = entries.filtered(lambda entry: entry.state == "draft")
        posted = entries - draft
        if change.get("clear"):
            self._clear(draft, posted)
            return
        values = self._parse_values(employee, change)
        if posted and posted._fclk_values() == values:
            draft.unlink()  # back to what is posted: nothing to post
        elif draft:
            draft.write(values)
        else:
            entries.create({**values, "employee_id": employee.id, "date": day})

    @api.model
    def _clear(self, draft, posted):
        if not draft and posted:
            raise ValidationError(
                self.env._("This day is posted. Plan it as a day off, or with other times.")
            )
        draft.unlink()

    # -- parsing ----------------------------------------------------------------------------

    @api.model
    def _parse_date(self, text):
        try:
            day = fields.Date.to_date(text) if isinstance(text, str) else None
        except ValueError:
            day = None
        if not day:
            raise ValidationError(self.env._("This is no date."))
        return day

    @api.model
    def _parse_values(self, employee, change):
        """:return: complete values of an entry, as ``fusion.clock.schedule._fclk_values``
        :raise ValidationError: what came from outside is no entry"""
        shift = self._find_shift(employee, change.get("shift_id"))
        note = change.get("note") or ""
        values = {
            "shift_id": shift.id,
            "is_off": bool(change.get("is_off")),
            "note": str(note).strip()[:500],
        }
        if values["is_off"]:
            return values | {"shift_id": False} | dict.fromkeys(TIMES, 0.0)
        if not shift and None in (change.get("start_time"), change.get("end_time")):
            raise ValidationError(self.env._("Choose a shift, or a start and an end."))
        for name in TIMES:
            given = change.get(name)
            values[name] = self._parse_figure(shift[name] if given is None else given, name)
        return values

    @api.model
    def _find_shift(self, employee, shift_id):
        shifts = self.env["fusion.clock.shift"].sudo()
        if not shift_id:
            return shifts
        shift = isinstance(shift_id, int) and shifts.search(
            [("id", "=", shift_id), ("company_id", "=", employee.company_id.id)], limit=1
        )
        if not shift:
            raise ValidationError(
                self.env._("This shift does not exist in the employee's company.")
            )
        return shift

    @api.model
    def _parse_figure(self, figure, name):
        limit = 24 * 60 if name == "break_minutes" else 24
        is_figure = isinstance(figure, (int, float)) and not isinstance(figure, bool)
        if not is_figure or not math.isfinite(figure) or not 0 <= figure < limit:
            raise ValidationError(
                self.env._("A planned break cannot be negative.")
                if name == "break_minutes"
                else self.env._("Times of day go from 0:00 to 23:59.")
            )
        return float(figure)

    # -- copying ----------------------------------------------------------------------------

    @api.model
    def _copy_week(self, from_week, to_week, employee_ids=None):
        """Copy the planned days of a week into drafts of another; never overwrites a day.

        :return: ``{"success": True, "saved": n, "skipped": n}``; skipped: days that already have
            an entry, posted or draft
        :raise AccessError: see ``fusion.clock.schedule._fclk_get_planned``
        """
        schedules = self.env["fusion.clock.schedule"]
        employees = schedules._fclk_get_planned(employee_ids)
        source, target = schedules._fclk_week_start(from_week), schedules._fclk_week_start(to_week)
        shift = target - source
        taken = {entry._fclk_key() for entry in schedules._fclk_week_entries(employees, target)}
        latest = {}  # a draft is the later word: "draft" sorts before "posted"
        for entry in schedules._fclk_week_entries(employees, source).sorted("state", reverse=True):
            latest[entry._fclk_key()] = entry
        rows = [
            {**entry._fclk_values(), "employee_id": employee_id, "date": day + shift}
            for (employee_id, day), entry in sorted(latest.items(), key=lambda row: row[0])
            if (employee_id, day + shift) not in taken
        ]
        schedules.sudo().create(rows)
        return {"success": True, "saved": len(rows), "skipped": len(latest) - len(rows)}
