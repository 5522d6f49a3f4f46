from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..services.local_time import to_local

BOARD_GROUPS = (
    "fusion_clock.group_fusion_clock_team_lead",
    "fusion_clock.group_fusion_clock_manager",
    "fusion_clock.group_fusion_clock_kiosk",
)
CHANNEL = "fusion_clock_board"
WATCHED = "board_watched_on"  # config key without prefix: last UTC date a screen was open


class FusionClockBoard(models.AbstractModel):
    """Who is in, on a screen for everybody to see, and on paper when the alarm rings."""

    _name = "fusion.clock.board"
    _description = "Who Is In"

    @api.model
    def _may_see(self):
        return any(self.env.user.has_group(group) for group in BOARD_GROUPS)

    @api.model
    def _notify(self, company):
        """Tell the open boards of a company to look again; the message carries no data, because
        each reader sees other people. Where no screen is watched a tap does not pay for it."""
        if self._is_watched():
            self.env["bus.bus"]._sendone((company, CHANNEL), "fusion_clock.board", {})

    @api.model
    def _is_watched(self):
        """:return: whether a board or dashboard was open today or yesterday (UTC); the parameter
        is cached, so asking costs no query"""
        seen = self.env["ir.config_parameter"]._fclk_get_text(WATCHED)
        yesterday = fields.Datetime.now().date() - timedelta(days=1)
        return seen >= fields.Date.to_string(yesterday)

    @api.model
    def _mark_watched(self):
        """Note that a screen is open: at most one write a day.

        :raise AccessError: boards are not for this user
        """
        if not self._may_see():
            raise AccessError(self.env._("Boards are for team leads, clock managers and kiosks."))
        settings = self.env["ir.config_parameter"].sudo()
        today = fields.Date.to_string(fields.Datetime.now().date())
        if settings._fclk_get_text(WATCHED) != today:
            settings.set_param(f"fusion_clock.{WATCHED}", today)

    @api.model
    def _get_channels(self):
        """:return: bus channels of the current user's boards"""
        if not self._may_see():
            return []
        return [(company, CHANNEL) for company in self.env.user.company_ids]

    @api.model
    def _prepare_page_values(self):
        """:return: ``{"company", "people": [{"name", "department", "location", "since" (local
        HH:MM), "elapsed" (h:mm), "avatar_url"}], "now" (local text), "lang"}``"""
        now = fields.Datetime.now()
        company = self.env.company.sudo()
        attendances = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [("employee_id", "in", self._get_employees().ids), ("check_out", "=", False)],
                ["employee_id", "check_in", "x_fclk_location_id"],
            )
        )
        people = [self._prepare_person(attendance, now) for attendance in attendances]
        local = to_local(now, company.resource_calendar_id.tz or self.env.user.tz or "UTC")
        return {
            "company": company,
            "people": sorted(people, key=lambda person: person["name"]),
            "now": local.strftime("%Y-%m-%d %H:%M"),
            "lang": self.env.lang,
        }

    @api.model
    def _get_employees(self):
        """:return: whom the reader may see, of the current company (sudo): a kiosk everybody"""
        employees = self.env["hr.employee"]
        scope = employees._fclk_scope()
        is_kiosk = not self.env.user.has_group(BOARD_GROUPS[0])
        if is_kiosk and self.env.user.has_group(BOARD_GROUPS[2]):
            return employees.sudo().search([("company_id", "=", self.env.company.id)])
        return scope.filtered(lambda employee: employee.company_id == self.env.company)

    @api.model
    def _prepare_person(self, attendance, now):
        employee = attendance.employee_id
        minutes = max(0, (now - attendance.check_in) // timedelta(minutes=1))
        is_kiosk = self.env.user.has_group(BOARD_GROUPS[2])
        avatar = f"/web/image/hr.employee.public/{employee.id}/avatar_128"
        return {
            "name": employee.name,
            "department": employee.department_id.name or "",
            "location": attendance.x_fclk_location_id.name or "",
            "since": to_local(attendance.check_in, employee._get_tz()).strftime("%H:%M"),
            "elapsed": f"{minutes // 60}:{minutes % 60:02}",
            "avatar_url": f"/fusion_clock/kiosk/avatar/{employee.id}" if is_kiosk else avatar,
        }
