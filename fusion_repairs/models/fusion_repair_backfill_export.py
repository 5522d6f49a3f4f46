from odoo import api, fields, models

from odoo.addons.fusion_base.tools.table_export import to_csv, to_xlsx

_COLUMNS = ("partner_id", "product_id", "serial", "category_id", "anchor_date", "anchor_source",
            "interval_months", "fee", "due_date", "action", "reason", "contract_id")  # fmt: skip


class FusionRepairBackfillExport(models.Model):
    """The report of a backfill as tables, and how long a running one still takes."""

    _inherit = "fusion.repair.backfill.run"

    phase_started_at = fields.Datetime(copy=False, readonly=True)
    minutes_left = fields.Integer("Minutes Left", compute="_compute_minutes_left")

    @api.depends("progress", "state", "phase_started_at")
    def _compute_minutes_left(self):
        now = fields.Datetime.now()
        for run in self:
            elapsed = (now - run.phase_started_at).total_seconds() if run.phase_started_at else 0
            is_running = run.state in ("scanning", "executing") and 0 < run.progress < 100
            left_s = elapsed * (100 - run.progress) / run.progress if is_running else 0
            run.minutes_left = -(-left_s // 60)

    def write(self, vals):
        if vals.get("state") in ("scanning", "executing"):
            vals = {**vals, "phase_started_at": fields.Datetime.now()}
        return super().write(vals)

    def _list_rows(self):
        """:return: ``(headings, rows)`` of all units, as people read them"""
        lines = self.line_ids
        labels = {
            name: dict(lines._fields[name]._description_selection(self.env))
            for name in ("anchor_source", "action", "reason")
        }
        texts = lines.fields_get(_COLUMNS, ["string"])
        rows = [
            [
                line[name].display_name or ""
                if lines._fields[name].relational
                else labels[name].get(line[name], "")
                if name in labels
                else line[name]
                for name in _COLUMNS
            ]
            for line in lines
        ]
        return [texts[name]["string"] for name in _COLUMNS], rows

    def _list_totals(self):
        """:return: sheets of the totals by type and by week"""
        report = self._report()
        counts = ("create", "already", "skip")
        labels = [self.env._("Create"), self.env._("There already"), self.env._("Left out")]
        types = [
            [code, *(row[name] for name in counts)]
            for code, row in sorted(report["by_category"].items())
        ]
        weeks = [[row["week"], row["first_mails"], row["due"]] for row in report["per_week"]]
        return [
            (self.env._("By type"), [self.env._("Type"), *labels], types, None),
            (
                self.env._("By week"),
                [self.env._("Week of"), self.env._("First mails"), self.env._("Due")],
                weeks,
                None,
            ),
        ]

    def action_export_csv(self):
        """:return: action that downloads the units"""
        return self._download("csv", "text/csv", to_csv(*self._list_rows()))

    def action_export_xlsx(self):
        """:return: action that downloads units and totals"""
        headings, rows = self._list_rows()
        sheets = [(self.env._("Units"), headings, rows, None), *self._list_totals()]
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return self._download("xlsx", kind, to_xlsx(sheets))

    def _download(self, extension, mimetype, content):
        """The file stays with the run, which alone decides who may read it."""
        self.ensure_one()
        self.check_access("read")
        name = f"backfill-{self.id}.{extension}"
        files = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("name", "=", name)]
        files.search(domain).unlink()
        attachment = files.create(
            {"name": name, "raw": content, "mimetype": mimetype, "res_model": self._name,
             "res_id": self.id}
        )  # fmt: skip
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }
