from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .fusion_clock_payroll_profile import HOUR_SOURCES


class FusionClockPayrollProfileLine(models.Model):
    _name = "fusion.clock.payroll.profile.line"
    _description = "Payroll Export Column"
    _order = "sequence, id"

    profile_id = fields.Many2one(
        "fusion.clock.payroll.profile", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("Column", required=True, help="Heading in the file.")
    source = fields.Selection(
        [
            ("badge", "Badge number"),
            ("employee", "Employee"),
            ("department", "Department"),
            ("period_start", "First day"),
            ("period_end", "Last day"),
            ("gross_hours", "Gross hours"),
            ("net_hours", "Net hours"),
            ("regular_hours", "Regular hours"),
            ("overtime_hours", "Overtime hours"),
            ("break_minutes", "Break (min)"),
            ("penalty_minutes", "Penalties (min)"),
            ("absences", "Absences"),
            ("text", "Fixed text"),
        ],
        required=True,
    )
    text = fields.Char("Fixed Text")
    earning_code = fields.Char(help="Code of these hours in the payroll program, e.g. REG or OT.")

    @api.constrains("earning_code", "source")
    def _check_earning_code(self):
        if any(line.earning_code and line.source not in HOUR_SOURCES for line in self):
            raise ValidationError(self.env._("Only columns of hours have an earning code."))
