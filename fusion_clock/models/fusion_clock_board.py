from datetime import timedelta

from odoo import api, fields, models

from ..services.local_time import to_local

BOARD_GROUPS = (
    "fusion_clock.group_fusion_clock_team_lead",
    "fusion_clock.group_fusion_clock_manager",
    "fusion_clock.group_fusion_clock_kiosk",
)
CHANNEL = "fusion_clock_board"


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
        each reader sees other people."""
        self.env["bus.bus"]._sendone((company, CHANNEL), "fusion_clock.board", {})

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
