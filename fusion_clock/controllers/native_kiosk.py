"""Odoo's own kiosk and systray, made safe: same signatures, same answers."""

from odoo import http
from odoo.http import request

from odoo.addons.hr_attendance.controllers.main import HrAttendance

_LEAVES = {("name", "ilike"), ("department_id", "=")}  # all that core's page sends
_LIMIT = 100


class FusionNativeKiosk(HrAttendance):
    @staticmethod
    def _get_company(token):
        """Core asks the table with whatever was sent: a false one finds a company without a key."""
        is_text = isinstance(token, str) and token
        return HrAttendance._get_company(token) if is_text else request.env["res.company"]

    @http.route()
    def employees_infos(self, token, limit, offset, domain):
        """With any field in the domain this public route would answer questions about any column
        of any employee, PINs included."""
        if not _is_page_domain(domain):
            return []
        limit = limit if isinstance(limit, int) and 0 < limit <= _LIMIT else _LIMIT
        return super().employees_infos(token, limit, offset, domain)

    @http.route()
    def scan_barcode(self, token, barcode):
        company = self._get_company(token)
        if not company or not isinstance(barcode, str) or not barcode:
            return {}
        employee = (
            request.env["hr.employee"]
            .sudo()
            .search([("barcode", "=", barcode), ("company_id", "=", company.id)], limit=1)
        )
        if not employee:
            return {}
        return self._fclk_clock_at_kiosk(employee)

    @http.route()
    def manual_selection(self, token, employee_id, pin_code, latitude=False, longitude=False):
        company = self._get_company(token)
        employees = request.env["hr.employee"].sudo()
        employee = employees._fclk_find_in_company(employee_id, company) if company else employees
        if not employee:
            return {}
        return self._fclk_clock_at_kiosk(
            employee,
            pin=pin_code,
            check_pin=company.attendance_kiosk_use_pin,
            latitude=latitude,
            longitude=longitude,
        )

    def _fclk_clock_at_kiosk(self, employee, **kw):
        """:return: the employee's data as core gives it, changed or not; ``{}`` for a PIN fault"""
        geo = self._get_geoip_response(
            "kiosk",
            latitude=kw.pop("latitude", False),
            longitude=kw.pop("longitude", False),
            device_tracking_enabled=employee.company_id.attendance_device_tracking,
        )
        answer = employee._fclk_shared_clock("native_kiosk", geo=geo, **kw)
        if answer.get("error") in ("no_pin", "wrong_pin", "pin_locked"):
            return {}
        return self._get_employee_info_response(employee)

    @http.route()
    def systray_attendance(self, latitude=False, longitude=False, expected=None):
        employee = request.env.user.employee_id.sudo()
        if not employee:
            raise request.not_found()  # a user who is nobody's employee has no clock
        geo = self._get_geoip_response(
            mode="systray",
            latitude=latitude,
            longitude=longitude,
            device_tracking_enabled=employee.company_id.attendance_device_tracking,
        )
        answer = employee._fclk_clock(
            "systray",
            expected=expected,
            latitude=latitude,
            longitude=longitude,
            ip=request.httprequest.remote_addr,
            geo=geo,
        )
        response = self._get_employee_info_response(employee)
        if answer.get("error"):
            response["fclk_error"] = {key: answer[key] for key in ("error", "message")}
        return response

    @http.route()
    def set_badge(self, employee_id, badge, token):
        company = self._get_company(token)
        if not company or not request.env.user.has_group("hr.group_hr_user"):
            return {}
        employee = request.env["hr.employee"].search(
            [("id", "=", employee_id), ("company_id", "=", company.id)], limit=1
        )
        if not employee:
            return {}
        return super().set_badge(employee.id, badge, token)

    @http.route()
    def create_employee(self, name, token):
        if not self._fclk_may_manage(token, "hr.group_hr_user"):
            return False
        return super().create_employee(name, token)

    @http.route()
    def set_attendance_settings(self, token, mode):
        """Core writes the mode on the user's company, whatever the token says."""
        if self._fclk_may_manage(token, "hr_attendance.group_hr_attendance_manager"):
            self._get_company(token).attendance_kiosk_mode = mode

    def _fclk_may_manage(self, token, group):
        company = self._get_company(token)
        return company and request.env.user.has_group(group) and company in request.env.companies


def _is_page_domain(domain):
    """:return: whether a domain holds only leaves of core's page, joined by ``&``"""
    if not isinstance(domain, list):
        return False
    return all(leaf == "&" or _is_page_leaf(leaf) for leaf in domain)


def _is_page_leaf(leaf):
    if not isinstance(leaf, list) or len(leaf) != 3:
        return False
    field, operator, value = leaf
    kind = str if field == "name" else int
    return (
        isinstance(field, str)
        and isinstance(operator, str)
        and (field, operator) in _LEAVES
        and isinstance(value, kind)
    )
