from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.fusion_base.tools.table_export import to_csv

from ..services.payroll import round_hours

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
HOUR_SOURCES = ("gross_hours", "net_hours", "regular_hours", "overtime_hours")


class FusionClockPayrollProfile(models.Model):
    """How a payroll program wants the hours: columns, earning codes, rounding. Hours are rounded
    here and nowhere else."""

    _name = "fusion.clock.payroll.profile"
    _description = "Payroll Export Profile"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    layout = fields.Selection(
        [("columns", "One row per employee"), ("earnings", "One row per earning code")],
        required=True,
        default="columns",
        help="One row per earning code: columns without a code repeat on every row, columns with a "
        "code become rows of their own; hours of 0 are left out.",
    )
    delimiter = fields.Selection(
        [("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab")],
        required=True,
        default="comma",
    )
    decimal_separator = fields.Selection(
        [(".", "Point"), (",", "Comma")], required=True, default="."
    )
    rounding_minutes = fields.Integer(
        "Round to (min)", help="0 leaves the hours as they are. Only the exported file is rounded."
    )
    rounding_method = fields.Selection(
        [("nearest", "Nearest"), ("up", "Up"), ("down", "Down")], required=True, default="nearest"
    )
    code_heading = fields.Char(default=lambda self: self.env._("Earning Code"), required=True)
    hours_heading = fields.Char(default=lambda self: self.env._("Hours"), required=True)
    line_ids = fields.One2many(
        "fusion.clock.payroll.profile.line", "profile_id", "Columns", copy=True
    )

    _rounding_positive = models.Constraint(
        "CHECK(rounding_minutes >= 0 AND rounding_minutes <= 60)",
        "Hours are rounded to 0 to 60 minutes.",
    )
    _separators_differ = models.Constraint(
        "CHECK(NOT (delimiter = 'comma' AND decimal_separator = ','))",
        "Columns and decimals cannot both be separated by a comma.",
    )

    def _export(self, rows):
        """:param rows: see ``fusion.clock.report.wizard._fclk_rows``
        :return: bytes of a CSV file
        :raise ValidationError: the profile has no column"""
        self.ensure_one()
        lines = self.line_ids
        if not lines:
            raise ValidationError(self.env._("This payroll profile has no columns yet."))
        if self.layout == "columns":
            headings = lines.mapped("name")
            table = [[self._cell(line, row) for line in lines] for row in rows]
        else:
            coded = lines.filtered("earning_code")
            common = lines - coded
            headings = [*common.mapped("name"), self.code_heading, self.hours_heading]
            table = [
                [*(self._cell(line, row) for line in common), line.earning_code, hours]
                for row in rows
                for line in coded
                if (hours := self._cell(line, row))
            ]
        return to_csv(
            headings, table, delimiter=DELIMITERS[self.delimiter], decimal=self.decimal_separator
        )

    def _cell(self, line, row):
        if line.source == "text":
            return line.text or ""
        if line.source in ("period_start", "period_end"):
            first, _slash, last = row["period"].partition("/")
            return first if line.source == "period_start" else last or first
        value = row[line.source]
        if line.source in HOUR_SOURCES:
            return round_hours(value, self.rounding_minutes, self.rounding_method)
        return value
