from contextlib import contextmanager

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..services import ledger
from ..services.nexacloud import SourceError, open_source
from .fusion_billing_progress import RunCancelled

_logger = redact_logger(__name__)


class FusionBillingNexacloud(models.AbstractModel):
    """What the two wizards that read NexaCloud share: the source, its service, their result."""

    _name = "fusion.billing.nexacloud"
    _description = "Reader of NexaCloud"

    run_id = fields.Many2one("fusion.billing.source.run", "Last Run", readonly=True)
    run_count = fields.Integer(readonly=True)
    cancelled_run = fields.Integer(readonly=True, help="The number of the run that was cancelled.")
    result_summary = fields.Text(related="run_id.result_summary")
    failed_count = fields.Integer(related="run_id.failed_count")
    result_html = fields.Html(related="run_id.result_html")
    log_file = fields.Binary(related="run_id.log_file")
    log_name = fields.Char(related="run_id.log_name")

    def action_cancel_run(self):
        """Ask the run of this window to stop; nothing of it is kept.

        A run that ends at the same moment wins or loses as a whole: both write this row, so that
        the database lets one of them through, and Odoo starts the other anew.
        """
        self.ensure_one()
        self._fc_check_admin()
        self.cancelled_run = self.run_count + 1
        return True

    def _is_cancelled(self):
        return self.cancelled_run > self.run_count

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

    def _fc_run(self, kind, work):
        """Do one run of this window and open it again on the result. What was cancelled wrote
        nothing.

        :param kind: of ``fusion.billing.source.run``
        :param work: returns (result, rows that a person must look at)
        """
        self.ensure_one()
        self._fc_check_admin()
        started_at = fields.Datetime.now()
        try:
            if self._is_cancelled():
                raise RunCancelled
            with self.env.cr.savepoint():
                result, failed = work()
        except RunCancelled:
            result, failed = {"cancelled": True}, 0
        run = self._fc_keep_run(kind, result, failed, started_at)
        self.write({"run_id": run.id, "run_count": self.run_count + 1, "cancelled_run": 0})
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _fc_keep_run(self, kind, result, failed, started_at):
        """:return: the run, in the log"""
        if failed:
            _logger.error("%s: %s rows failed", self._description, failed)
        runs = self.env["fusion.billing.source.run"]
        return runs._keep(self._fc_company(), kind, result, failed, started_at)

    @api.model
    def _fc_name_error(self, error):
        """:return: one line for a person on what went wrong with a row"""
        lines = str(error).strip().splitlines()
        return (lines[0] if lines else type(error).__name__)[:200]
