from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.fusion_base.tools.table_export import to_csv, to_xlsx

from ..services.local_time import first_day_of_week, to_local

LEAD_GROUP = "fusion_clock.group_fusion_clock_team_lead"
HOURS = {
    "gross_hours": "x_fclk_gross_hours:sum",
    "break_minutes": "x_fclk_break_minutes:sum",
    "penalty_minutes": "x_fclk_penalty_minutes:sum",
    "net_hours": "x_fclk_net_hours:sum",
    "overtime_hours": "validated_overtime_hours:sum",
}
# Row key -> events that count up and, for absences, down again.
EVENTS = {
    "absence": ("absences", 1),
    "absence_cleared": ("absences", -1),
    "late_in": ("lates", 1),
    "unscheduled_shift": ("unscheduled", 1),
}
COUNTS = ("absences", "lates", "unscheduled")
MIMETYPES = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class FusionClockReportWizard(models.TransientModel):
    _name = "fusion.clock.report.wizard"
    _description = "Hours Report"

    date_from = fields.Date("From", required=True, default=lambda self: self._default_from())
    date_to = fields.Date("To", required=True, default=lambda self: self._default_to())
    employee_ids = fields.Many2many(
        "hr.employee", "fclk_report_employee_rel", string="Employees", help="Empty: everybody."
    )
    department_ids = fields.Many2many(
        "hr.department", "fclk_report_department_rel", string="Departments"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    group_by = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("period", "Whole period")],
        "One Row Per",
        required=True,
        default="day",
    )
    format = fields.Selection(
        [("xlsx", "Excel"), ("csv", "CSV"), ("pdf", "PDF")], required=True, default="xlsx"
    )
    include_penalties = fields.Boolean("Show Penalties", default=True)
    profile_id = fields.Many2one(
        "fusion.clock.payroll.profile",
        "Payroll Profile",
        domain="[('company_id', '=', company_id)]",
        help="Columns, earning codes and rounding of your payroll software; always a CSV file.",
    )
    open_count = fields.Integer(compute="_compute_open_count")

    @api.model
    def _default_from(self):
        first = self.env["fusion.clock.schedule"]._fclk_week_start(fields.Date.context_today(self))
        return first - timedelta(days=7)

    @api.model
    def _default_to(self):
        return self._default_from() + timedelta(days=6)

    @api.depends("date_from", "date_to", "employee_ids", "department_ids", "company_id")
    def _compute_open_count(self):
        for wizard in self:
            is_ready = wizard.date_from and wizard.date_to
            wizard.open_count = len(wizard._fclk_open_rows()) if is_ready else 0

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(wizard.date_from > wizard.date_to for wizard in self):
            raise ValidationError(self.env._("The period ends before it begins."))

    # -- rows -------------------------------------------------------------------------------

    def _fclk_rows(self):
        """Hours of the period, scoped to the user, in a fixed number of queries.

        :return: list of ``{"employee_id", "employee", "badge", "department", "period" (ISO date,
            or first/last), "first_in", "last_out" (naive UTC or False), "gross_hours",
            "break_minutes", "penalty_minutes", "net_hours", "regular_hours", "overtime_hours",
            "absences", "lates", "unscheduled"}``, unrounded; a row's date is the local date of
            check-in, open attendances are left out
        """
        self.ensure_one()
        employees = self._get_employees()
        sums = defaultdict(self._prepare_sums)
        for employee, day, first_in, last_out, *figures in self._read_hours(employees):
            row = sums[employee.id, self._period_of(day)]
            row["first_in"] = min(row["first_in"] or first_in, first_in)
            row["last_out"] = max(row["last_out"] or last_out, last_out)
            for name, figure in zip(HOURS, figures, strict=True):
                row[name] += figure or 0.0
        for employee, day, event, count in self._read_events(employees):
            name, sign = EVENTS[event]
            sums[employee.id, self._period_of(day)][name] += sign * count
        order = {employee.id: (number, employee) for number, employee in enumerate(employees)}
        keys = sorted(sums, key=lambda key: (order[key[0]][0], key[1]))
        return [self._prepare_row(order[key[0]][1], key[1], sums[key]) for key in keys]

    def _get_employees(self):
        """:return: employees (sudo) in order of name, people who left included"""
        if not self.env.user.has_group(LEAD_GROUP):
            raise AccessError(self.env._("Reports are for team leads and clock managers."))
        scope = self.env["hr.employee"].with_context(active_test=False)._fclk_scope()
        wizard = self.sudo()
        chosen = scope.filtered(
            lambda employee: (
                employee.company_id == wizard.company_id
                and (not wizard.employee_ids or employee in wizard.employee_ids)
                and (not wizard.department_ids or employee.department_id in wizard.department_ids)
            )
        )
        return chosen.sorted(lambda employee: (employee.name or "", employee.id))

    def _read_hours(self, employees):
        return (
            self.env["hr.attendance"]
            .sudo()
            ._read_group(
                [*self._get_domain(employees), ("check_out", "!=", False)],
                ["employee_id", "date:day"],
                ["check_in:min", "check_out:max", *HOURS.values()],
            )
        )

    def _read_events(self, employees):
        return (
            self.env["fusion.clock.activity.log"]
            .sudo()
            ._read_group(
                [*self._get_domain(employees), ("event", "in", list(EVENTS))],
                ["employee_id", "date:day", "event"],
                ["__count"],
            )
        )

    def _get_domain(self, employees):
        return [
            ("employee_id", "in", employees.ids),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    @api.model
    def _prepare_sums(self):
        return (
            {"first_in": False, "last_out": False}
            | dict.fromkeys(HOURS, 0.0)
            | dict.fromkeys(COUNTS, 0)
        )

    def _period_of(self, day):
        """:return: (first, last) date of the row that a day belongs to"""
        if self.group_by == "day":
            return day, day
        if self.group_by == "period":
            return self.date_from, self.date_to
        first_weekday = self.env["ir.config_parameter"]._fclk_get_int("week_start") % 7
        first = first_day_of_week(day, first_weekday)
        last = first + timedelta(days=6)
        return max(first, self.date_from), min(last, self.date_to)

    def _prepare_row(self, employee, period, sums):
        first, last = (fields.Date.to_string(day) for day in period)
        return {
            "employee_id": employee.id,
            "employee": employee.name,
            "badge": employee.barcode or "",
            "department": employee.department_id.name or "",
            "period": first if self.group_by == "day" else f"{first}/{last}",
            **sums,
            "absences": max(0, sums["absences"]),
            "regular_hours": max(0.0, sums["net_hours"] - sums["overtime_hours"]),
        }

    def _fclk_open_rows(self):
        """:return: attendances without a clock-out, as ``{"employee_id", "employee", "badge",
        "department", "check_in" (naive UTC)}``; never counted as hours"""
        attendances = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [*self._get_domain(self._get_employees()), ("check_out", "=", False)],
                ["employee_id", "check_in"],
                order="check_in",
            )
        )
        return [
            {
                "employee_id": attendance.employee_id.id,
                "employee": attendance.employee_id.name,
                "badge": attendance.employee_id.barcode or "",
                "department": attendance.employee_id.department_id.name or "",
                "check_in": attendance.check_in,
            }
            for attendance in attendances
        ]

    # -- export -----------------------------------------------------------------------------

    def action_export(self):
        """Make the file and hand it over.

        :return: a download action, or the preview of fusion_pdf_preview where that is installed
        """
        self.ensure_one()
        kind = "csv" if self.profile_id else self.format
        attachment = self.env["ir.attachment"].create(
            {
                "name": self._get_file_name(kind),
                "raw": getattr(self, f"_export_{kind}")(),
                "mimetype": MIMETYPES[kind],
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        if hasattr(attachment, "action_fusion_preview"):
            return attachment.action_fusion_preview()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _get_file_name(self, kind):
        return f"hours_{self.date_from}_{self.date_to}.{kind}"

    def _export_csv(self):
        rows = self._fclk_rows()
        if self.profile_id:
            return self.profile_id._export(rows)
        columns = self._get_columns()
        return to_csv(columns.values(), self._prepare_table(rows, columns))

    def _export_xlsx(self):
        columns, rows = self._get_columns(), self._fclk_rows()
        totals = self._get_totals(rows)
        total_row = [totals.get(name, "") for name in columns]
        total_row[0] = self.env._("Total")
        table = self._prepare_table(rows, columns)
        sheets = [(self.env._("Hours"), list(columns.values()), table, total_row)]
        if open_rows := self._prepare_open_table():
            sheets.append(
                (self.env._("Still clocked in"), self._get_open_headings(), open_rows, None)
            )
        return to_xlsx(sheets)

    def _export_pdf(self):
        report = self.env["ir.actions.report"].sudo()
        return report._render_qweb_pdf("fusion_clock.action_report_clock_hours", self.ids)[0]

    def _get_columns(self):
        """:return: ``{row key: heading}``"""
        columns = {
            "employee": self.env._("Employee"),
            "badge": self.env._("Badge"),
            "department": self.env._("Department"),
            "period": self.env._("Period"),
            "first_in": self.env._("First In"),
            "last_out": self.env._("Last Out"),
            "gross_hours": self.env._("Gross Hours"),
            "break_minutes": self.env._("Break (min)"),
            "penalty_minutes": self.env._("Penalties (min)"),
            "net_hours": self.env._("Net Hours"),
            "regular_hours": self.env._("Regular Hours"),
            "overtime_hours": self.env._("Overtime Hours"),
            "absences": self.env._("Absences"),
            "lates": self.env._("Late Arrivals"),
            "unscheduled": self.env._("Not Scheduled"),
        }
        if not self.include_penalties:
            del columns["penalty_minutes"]
        return columns

    def _prepare_table(self, rows, columns):
        zones = self._get_zones(rows)
        table = []
        for row in rows:
            local = {
                name: row[name] and to_local(row[name], zones[row["employee_id"]])
                for name in ("first_in", "last_out")
            }
            values = row | local
            table.append([values[name] for name in columns])
        return table

    def _get_zones(self, rows):
        employees = self.env["hr.employee"].sudo().browse({row["employee_id"] for row in rows})
        return {employee.id: employee._get_tz() for employee in employees}

    @api.model
    def _get_totals(self, rows):
        """:return: sums of the unrounded values"""
        return {name: sum(row[name] for row in rows) for name in (*HOURS, "regular_hours", *COUNTS)}

    def _get_open_headings(self):
        return [
            self.env._("Employee"),
            self.env._("Badge"),
            self.env._("Department"),
            self.env._("Clocked in"),
        ]

    def _prepare_open_table(self):
        rows = self._fclk_open_rows()
        zones = self._get_zones(rows)
        return [
            [
                row["employee"],
                row["badge"],
                row["department"],
                to_local(row["check_in"], zones[row["employee_id"]]),
            ]
            for row in rows
        ]

    def _prepare_document(self):
        """:return: what the PDF shows: ``{"columns", "rows", "totals", "open_headings",
        "open_rows"}``, cells as text"""
        columns, rows = self._get_columns(), self._fclk_rows()
        del columns["badge"]
        totals = self._get_totals(rows)
        return {
            "columns": columns,
            "rows": [
                [_cell_text(value) for value in row] for row in self._prepare_table(rows, columns)
            ],
            "totals": [_cell_text(totals.get(name, "")) for name in columns],
            "open_headings": self._get_open_headings(),
            "open_rows": [
                [_cell_text(value) for value in row] for row in self._prepare_open_table()
            ],
        }


def _cell_text(value):
    if isinstance(value, float):
        return f"{value:.2f}"
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is False else str(value)
