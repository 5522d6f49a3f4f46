import json
from contextlib import contextmanager

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..services import ledger
from ..services.nexacloud import SourceError, open_source

_logger = redact_logger(__name__)


class FusionBillingNexacloud(models.AbstractModel):
    """What the two wizards that read NexaCloud share: the source, its service, their result."""

    _name = "fusion.billing.nexacloud"
    _description = "Reader of NexaCloud"

    result_summary = fields.Text("Result (JSON)", readonly=True)
    failed_count = fields.Integer("Failed", readonly=True)
    result_html = fields.Html("Result", compute="_compute_result_html", sanitize=False)

    @api.depends("result_summary")
    def _compute_result_html(self):
        for wizard in self:
            result = json.loads(wizard.result_summary or "{}")
            wizard.result_html = result and self.env["ir.qweb"]._render(
                "fusion_centralize_billing.nexacloud_result", wizard._prepare_result_values(result)
            )

    def _prepare_result_values(self, result):
        """:return: values of the result's page: tables of counts, rows that need a look"""
        labels = self._get_result_labels()

        def label(values):
            return [(labels.get(key, key), value) for key, value in values.items()]

        return {
            "is_dry_run": result.pop("dry_run", False),
            "counts": label({k: v for k, v in result.items() if isinstance(v, int | float)}),
            "tables": [
                (title, label(values))
                for title, values in label(result)
                if isinstance(values, dict) and values
            ],
            "lists": [
                (title, rows) for title, rows in label(result) if isinstance(rows, list) and rows
            ],
        }

    def _get_result_labels(self):
        """:return: {key of a result: what a person reads}; families are named by their codes"""
        return {
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
        }

    @api.model
    def _fc_service(self):
        """:return: sudoed service ``nexacloud``, made where it is missing"""
        return self._fc_find_service() or self.env["fusion.billing.service"].sudo().create(
            {
                "name": "NexaCloud",
                "code": "nexacloud",
                "currency_id": self.env.ref("base.CAD").id,
            }
        )

    @api.model
    def _fc_find_service(self):
        services = self.env["fusion.billing.service"].sudo().with_context(active_test=False)
        return services.search([("code", "=", "nexacloud")]).with_context(active_test=True)

    @api.model
    def _fc_company(self):
        return self._fc_find_service().company_id or self.env.company

    @api.model
    def _fc_zone(self):
        """:return: pytz zone whose midnights bound the source's days and months"""
        return pytz.timezone(self.env["sale.order"]._fc_get_timezone(self._fc_company()))

    @api.model
    def _fc_day(self, value):
        """:return: local date of what the source holds, None for nothing"""
        return ledger.to_day(value, self._fc_zone())

    @contextmanager
    def _fc_open_source(self):
        """:raise UserError: no DSN, or the source cannot be read; it never shows the DSN"""
        dsn = self.env["ir.config_parameter"]._fc_billing("nexacloud_dsn")
        if not dsn:
            raise UserError(
                self.env._(
                    "Set fusion_billing.nexacloud_dsn (or FUSION_BILLING_NEXACLOUD_DSN) to the "
                    "connection of NexaCloud's database first."
                )
            )
        try:
            with open_source(dsn) as source:
                yield source
        except SourceError as error:
            raise UserError(self._fc_explain(error)) from None

    def _fc_explain(self, error):
        texts = {
            "unreachable": self.env._("NexaCloud's database cannot be reached."),
            "missing": self.env._("NexaCloud's database lacks a table or column."),
            "denied": self.env._("NexaCloud's database does not let its reader see a table."),
            "slow": self.env._("NexaCloud's database took longer than 60 seconds to answer."),
            "failed": self.env._("NexaCloud's database refused a query."),
        }
        return f"{texts[error.code]} {error.detail}".strip()

    def _fc_check_admin(self):
        """:raise AccessError: not a billing administrator"""
        self.check_access("write")

    def _fc_show(self, result, failed=0):
        """Keep a result and open this wizard again."""
        self.write(
            {
                "result_summary": json.dumps(result, indent=2, default=str, ensure_ascii=False),
                "failed_count": failed,
            }
        )
        if failed:
            _logger.error("%s: %s rows failed", self._description, failed)
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _fc_name_error(self, error):
        """:return: one line for a person on what went wrong with a row"""
        lines = str(error).strip().splitlines()
        return (lines[0] if lines else type(error).__name__)[:200]
