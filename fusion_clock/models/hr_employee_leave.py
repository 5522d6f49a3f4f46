from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

_HALVES = {"am": ("am", "am"), "pm": ("pm", "pm")}


class HrEmployee(models.Model):
    """Time off asked for on the portal. Odoo's Time Off decides everything."""

    _inherit = "hr.employee"

    def _fclk_get_leave_types(self):
        """:return: types (sudo) that this employee may ask for: active, of the company or of all,
        and either without allocation or with one that is not used up"""
        self.ensure_one()
        domain = Domain("company_id", "in", (False, self.company_id.id))
        country = self.company_id.country_id.id
        domain &= Domain("country_id", "in", (False, country))
        types = (
            self.env["hr.leave.type"]
            .sudo()
            .with_company(self.company_id)
            .with_context(employee_id=self.id, default_employee_id=self.id)
        )
        return types.search(domain).filtered(
            lambda kind: not kind.requires_allocation or kind.has_valid_allocation
        )

    def _fclk_submit_leave(self, leave_type_id, date_from, date_to, note=None, half=None):
        """Ask for time off; it takes Odoo's own way of approval.

        :param date_from: ISO text of the first local day
        :param date_to: ISO text of the last local day
        :param half: "am" or "pm" where the type allows half days and it is one day
        :return: ``{"success": True, "id", "state"}``; ``not_found`` for a type that is not on
            offer, ``invalid`` with Odoo's text
        """
        self.ensure_one()
        kind = self._fclk_get_leave_types().filtered(lambda row: row.id == leave_type_id)
        if not kind:
            return self._fclk_refuse_quietly("not_found")
        try:
            first = self._fclk_parse_date(date_from)
            last = self._fclk_parse_date(date_to or date_from)
            periods = self._fclk_parse_half(kind, first, last, half)
        except ValueError:
            return self._fclk_refuse_quietly("invalid")
        if last < first:
            return self._fclk_refuse_invalid(
                self.env._("The last day cannot be before the first one.")
            )
        vals = {
            "employee_id": self.id,
            "holiday_status_id": kind.id,
            "request_date_from": first,
            "request_date_to": last,
            "request_date_from_period": periods[0],
            "request_date_to_period": periods[1],
            "private_name": note.strip() if isinstance(note, str) else "",
        }
        if same := self._fclk_find_same_leave(vals):
            return {"success": True, "id": same.id, "state": same.state}
        return self._fclk_create_leave(vals)

    def _fclk_create_leave(self, vals):
        leaves = self.env["hr.leave"].sudo().with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                leave = leaves.create(vals)
                leave.env.flush_all()
                self._fclk_check_leave_counts(leave)
        except UserError as error:
            return self._fclk_refuse_invalid(str(error))
        self.env["fusion.clock.activity.log"]._fclk_log(
            "leave_requested",
            self,
            details={"leave_id": leave.id, "days": leave.number_of_days},
        )
        return {"success": True, "id": leave.id, "state": leave.state}

    def _fclk_check_leave_counts(self, leave):
        """A request for days nobody works anyway would be approved and change nothing."""
        if not leave.number_of_days and not leave.number_of_hours:
            raise UserError(self.env._("You do not work on these days: nothing to take off."))

    def _fclk_cancel_leave(self, leave_id):
        """:return: ``{"success": True}`` or ``not_found``: not one's own, or decided already"""
        leave = self._fclk_find_own("hr.leave", leave_id, [("state", "=", "confirm")])
        if not leave:
            return self._fclk_refuse_quietly("not_found")
        leave._force_cancel(notify_responsibles=False)
        return {"success": True}

    def _fclk_find_same_leave(self, vals):
        """The same request twice is one: a double click, a second tab."""
        names = (
            "employee_id",
            "holiday_status_id",
            "request_date_from",
            "request_date_to",
            "request_date_from_period",
            "request_date_to_period",
        )
        same = Domain.AND(Domain(name, "=", vals[name]) for name in names)
        return self.env["hr.leave"].sudo().search(same & Domain("state", "=", "confirm"), limit=1)

    def _fclk_parse_half(self, kind, first, last, half):
        """:return: (period of the first day, period of the last day)
        :raise ValueError: no such half, or none is allowed"""
        if half in (None, False, ""):
            return ("am", "pm")
        if half not in _HALVES or kind.request_unit != "half_day" or first != last:
            raise ValueError(half)
        return _HALVES[half]
