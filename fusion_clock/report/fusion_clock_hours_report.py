from odoo import fields, models
from odoo.tools import SQL


class FusionClockHoursReport(models.Model):
    """Closed attendances for pivot and graph."""

    _name = "fusion.clock.hours.report"
    _description = "Hours Analysis"
    _auto = False
    _rec_name = "date"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True, help="Local date of the clock-in.")
    employee_id = fields.Many2one("hr.employee", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    attendance_id = fields.Many2one("hr.attendance", readonly=True)
    gross_hours = fields.Float(readonly=True)
    break_minutes = fields.Float("Break (min)", readonly=True)
    penalty_minutes = fields.Float("Penalties (min)", readonly=True)
    net_hours = fields.Float(readonly=True)
    overtime_hours = fields.Float("Validated Overtime", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT attendance.id,
                      attendance.id AS attendance_id,
                      attendance.date,
                      attendance.employee_id,
                      version.department_id,
                      employee.company_id,
                      attendance.x_fclk_gross_hours AS gross_hours,
                      attendance.x_fclk_break_minutes AS break_minutes,
                      attendance.x_fclk_penalty_minutes AS penalty_minutes,
                      attendance.x_fclk_net_hours AS net_hours,
                      attendance.validated_overtime_hours AS overtime_hours
                 FROM hr_attendance attendance
                 JOIN hr_employee employee ON employee.id = attendance.employee_id
            LEFT JOIN hr_version version ON version.id = employee.current_version_id
                WHERE attendance.check_out IS NOT NULL"""
        )
