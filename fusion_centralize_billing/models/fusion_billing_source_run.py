import base64
import json

from odoo import api, fields, models
from odoo.tools.misc import format_datetime, formatLang

from odoo.addons.fusion_base.tools.table_export import to_csv

LISTS = ("failed", "issues", "warnings", "skipped")


class FusionBillingSourceRun(models.Model):
    """What one run against NexaCloud did: kept when its window is closed, or when nobody watched.

    A run that raised wrote nothing, and left nothing here.
    """

    _name = "fusion.billing.source.run"
    _description = "NexaCloud Run"
    _order = "id desc"

    kind = fields.Selection(
        [
            ("test", "Connection Test"),
            ("import", "Import"),
            ("reconciliation", "Reconciliation"),
            ("ledger", "Invoice Ledger"),
            ("sync", "Verified Sync"),
            ("post", "Posting of Drafts"),
            ("prune", "Removal of Shadow Data"),
        ],
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    create_date = fields.Datetime("Ended at")
    create_uid = fields.Many2one("res.users", "By")
    started_at = fields.Datetime(required=True, readonly=True)
    is_dry_run = fields.Boolean("Dry Run", readonly=True)
    is_cancelled = fields.Boolean("Cancelled", readonly=True)
    resume_after = fields.Char(
        readonly=True, help="The last invoice of a run that was cut short by its time share."
    )
    failed_count = fields.Integer("Failed", readonly=True)
    result_summary = fields.Text("Result (JSON)", readonly=True)
    result_html = fields.Html("Result", compute="_compute_result_html", sanitize=False)
    log_file = fields.Binary("Log", compute="_compute_log_file", help="Every row with a reason.")
    log_name = fields.Char(compute="_compute_log_file")

    @api.depends("kind", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            moment = run.create_date and format_datetime(self.env, run.create_date, False, "short")
            run.display_name = ", ".join(text for text in (kinds.get(run.kind), moment) if text)

    @api.model
    def _keep(self, company, kind, result, failed, started_at):
        """:param result: dict of a run, shown and stored whole
        :param failed: rows that a person must look at
        :param started_at: naive UTC datetime
        :return: the sudoed run"""
        return self.sudo().create(
            {
                "company_id": company.id,
                "kind": kind,
                "started_at": started_at,
                "is_dry_run": result.get("dry_run", False),
                "is_cancelled": result.get("cancelled", False),
                "failed_count": failed,
                "result_summary": json.dumps(result, indent=2, default=str, ensure_ascii=False),
            }
        )

    @api.depends("result_summary")
    @api.depends_context("lang")
    def _compute_result_html(self):
        for run in self:
            run.result_html = run.result_summary and self.env["ir.qweb"]._render(
                "fusion_centralize_billing.nexacloud_result", run._prepare_result_values()
            )

    @api.depends("result_summary")
    @api.depends_context("lang")
    def _compute_log_file(self):
        headings = [
            self.env._("List"), self.env._("Kind"), self.env._("Id"), self.env._("Reason"),
        ]  # fmt: skip
        for run in self:
            rows = [
                (title, row["kind"], row["id"], row["reason"])
                for title, found in run._get_lists()
                for row in found
            ]
            run.log_file = base64.b64encode(to_csv(headings, rows))
            run.log_name = f"nexacloud-{run.kind}-{run.id}.csv"

    def _prepare_result_values(self):
        """:return: values of the result's page: tables of counts, rows that need a look"""
        result = json.loads(self.result_summary or "{}")
        labels = self._get_result_labels()

        def label(values):
            return [
                (
                    labels.get(key, key),
                    formatLang(self.env, value, digits=2) if isinstance(value, float) else value,
                )
                for key, value in values.items()
            ]

        return {
            "is_dry_run": self.is_dry_run,
            "is_cancelled": self.is_cancelled,
            "counts": label(
                {
                    key: value
                    for key, value in result.items()
                    if isinstance(value, int | float) and not isinstance(value, bool)
                }
            ),
            "tables": [
                (title, label(values))
                for title, values in label(result)
                if isinstance(values, dict) and values
            ],
            "lists": self._get_lists(),
        }

    def _get_lists(self):
        """:return: list of (title, ``[{kind, id, reason, move_id}]``), what is worst first"""
        result = json.loads(self.result_summary or "{}")
        labels, words = self._get_result_labels(), self._get_words()
        moves = self._find_drafts(result.get("issues", []))
        lists = []
        for name in LISTS:
            rows = []
            for row in result.get(name, []):
                reason = row.get("error") or row.get("reason") or row.get("issue") or ""
                texts = (words.get(reason, reason), row.get("detail"))
                rows.append(
                    {
                        "kind": words.get(row.get("kind"), ""),
                        "id": row.get("id") or "",
                        "reason": ": ".join(text for text in texts if text),
                        "move_id": moves.get(row.get("id")),
                    }
                )
            if rows:
                lists.append((labels[name], rows))
        return lists

    def _find_drafts(self, issues):
        """:return: {id at the source: id of the invoice here}, for one who may read invoices"""
        moves = self.env["account.move"]
        if not issues or not moves.has_access("read"):
            return {}
        moves = moves.search(
            [("x_fc_nexacloud_invoice_id", "in", [str(row["id"]) for row in issues])]
        )
        return {move.x_fc_nexacloud_invoice_id: move.id for move in moves}

    def _get_result_labels(self):
        """:return: {key of a result: what a person reads}"""
        families = self.env["fusion.billing.revenue.family"].sudo()
        families = families.search([("code", "!=", False)])
        return {
            **{family.code: family.name for family in families},
            "created": self.env._("Created"),
            "updated": self.env._("Updated"),
            "posted": self.env._("Posted"),
            "skipped": self.env._("Skipped"),
            "failed": self.env._("Failed"),
            "warnings": self.env._("To look at"),
            "issues": self.env._("Issues"),
            "by_family": self.env._("Amount by family"),
            "lines_by_family": self.env._("Lines by family"),
            "partners": self.env._("Customers"),
            "users": self.env._("Users"),
            "plans": self.env._("Plans"),
            "subscriptions": self.env._("Subscriptions"),
            "match": self.env._("Months that match"),
            "delta": self.env._("Months that differ"),
            "unlinked": self.env._("Without a subscription"),
            "count": self.env._("Months"),
            "amount": self.env._("Amount"),
            "usage": self.env._("Counters"),
            "products": self.env._("Products"),
            "charges": self.env._("Charges"),
            "reconciliations": self.env._("Comparisons"),
            "already_posted": self.env._("Posted already"),
            "zero": self.env._("Without an amount"),
            "void": self.env._("Void"),
            "draft": self.env._("Drafts at the source"),
            "ingested": self.env._("Booked"),
            "unverified": self.env._("Wait for the provider's word"),
        }

    def _get_words(self):
        """:return: {kind, reason or issue in a result: what a person reads}"""
        issues = self.env["account.move"]._fields["x_fc_ledger_issue"]
        return {
            "user": self.env._("Customer"),
            "plan": self.env._("Plan"),
            "subscription": self.env._("Subscription"),
            "inactive": self.env._("Inactive at the source"),
            "live": self.env._("Billed here already"),
            "unresolved user": self.env._("Its customer was not imported"),
            "unresolved plan": self.env._("Its plan was not imported"),
            "no e-mail": self.env._("No e-mail address"),
            "unknown country": self.env._("The country is unknown"),
            "tax id refused": self.env._("The tax number was refused; it is in the notes"),
            "unknown subscription": self.env._("Not imported"),
            "no subscription": self.env._("Without a subscription"),
            "already posted": self.env._("Posted already"),
            "cancelled here": self.env._("Cancelled here"),
            "missing id": self.env._("No id at the source"),
            "void": self.env._("Void"),
            "draft": self.env._("A draft at the source"),
            "zero": self.env._("Without an amount"),
            **dict(issues._description_selection(self.env)),
        }
