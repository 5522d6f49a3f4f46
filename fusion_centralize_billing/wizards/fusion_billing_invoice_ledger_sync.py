import time
from urllib.parse import quote

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.outbound import (
    LOOPBACK,
    OutboundBusy,
    OutboundClient,
    OutboundError,
)
from odoo.addons.fusion_base.tools.redact import redact_logger

from ..services import ledger

_logger = redact_logger(__name__)
TIMEOUT_S = 10
MAX_WAIT_S = 5  # a provider that asks for more is asked again by the next run
STRIPE_BASE = "https://api.stripe.com"
COUNTS = {"zero": "zero", "void": "void", "draft": "draft", "already posted": "already_posted"}


class FusionBillingInvoiceLedgerWizard(models.TransientModel):
    """The daily sync: what the providers confirm is booked and posted."""

    _inherit = "fusion.billing.invoice.ledger.wizard"

    @api.model
    def _cron_sync_verified(self):
        """Book what is not posted yet, each invoice as its provider tells it. The app's own dates
        and states are those of its last sync and decide nothing. A job whose time share is used up
        goes on behind the invoice it came to, so that a slow provider is asked once for each.

        :return: ``{already_posted, zero, void, draft, ingested, unverified: n, failed: [...]}``
        :raise UserError: the source cannot be read
        """
        started_at = fields.Datetime.now()
        result = dict.fromkeys((*COUNTS.values(), "ingested", "unverified"), 0)
        result["failed"] = []
        rows = self._fc_skip_asked(self._read_nexacloud_invoices())
        posted = self._fc_find_posted()
        result["already_posted"] = sum(row["id"] in posted for row in rows)
        rows = [row for row in rows if row["id"] not in posted]
        in_cron = self.env.context.get("ir_cron_progress_id")
        if in_cron:
            self.env["ir.cron"]._commit_progress(remaining=len(rows))
        resume_after = False
        for row in rows:
            self._fc_sync_one(row, result)
            if in_cron and not self.env["ir.cron"]._commit_progress(1):
                resume_after = row["id"] != rows[-1]["id"] and row["id"]
                break  # the time share is used up
        if result["unverified"]:
            _logger.warning("%s invoices wait for their provider's word", result["unverified"])
        run = self._fc_keep_run("sync", result, len(result["failed"]), started_at)
        run.resume_after = resume_after
        return result

    def _fc_skip_asked(self, rows):
        """:return: the rows behind the one where the last run had to stop"""
        runs = self.env["fusion.billing.source.run"].sudo()
        mark = runs.search([("kind", "=", "sync")], limit=1).resume_after
        numbers = [row["id"] for row in rows]
        return rows[numbers.index(mark) + 1 :] if mark in numbers else rows

    def _fc_find_posted(self):
        """:return: set of source ids"""
        rows = (
            self.env["account.move"]
            .sudo()
            .search_fetch(
                [("x_fc_nexacloud_invoice_id", "!=", False), ("state", "=", "posted")],
                ["x_fc_nexacloud_invoice_id"],
            )
        )
        return set(rows.mapped("x_fc_nexacloud_invoice_id"))

    def _fc_sync_one(self, row, result):
        if ledger.is_zero(row):
            result["zero"] += 1
            return
        told = self._fc_verify(row)
        if not told:
            result["unverified"] += 1
            return
        done = self._ingest_invoices([row], post=True, verified={row["id"]: told})
        result["ingested"] += done["created"] + done["updated"]
        result["failed"] += done["failed"]
        for skipped in done["skipped"]:
            name = COUNTS.get(skipped["reason"])
            if name:
                result[name] += 1

    @api.model
    def _fc_verify(self, inv):
        """Ask the provider that issued an invoice.

        :return: ``{invoice_date, void, draft, paid, paid_at, amount_paid}`` with local dates and
            major units; None without a credential (nobody is asked) or a usable answer
        """
        number = str(inv.get("stripe_invoice_id") or "")
        if number.startswith("in_"):
            base = self._fc_setting("stripe_api_base", STRIPE_BASE)
            path, key, read = (
                "/v1/invoices/",
                self._fc_setting("stripe_api_key"),
                ledger.read_stripe,
            )
        elif number.startswith("lago:"):
            number = number.removeprefix("lago:")
            base, key = self._fc_setting("lago_api_url"), self._fc_setting("lago_api_key")
            path, read = "/invoices/", ledger.read_lago
        else:
            return None
        if not base or not key:
            return None
        answer = self._fc_http_get(base, f"{path}{quote(number, safe='')}", key)
        if answer is None:
            return None
        try:
            return read(answer, self._fc_zone())
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            _logger.warning("The provider's answer on an invoice is unreadable")
            return None

    def _fc_setting(self, name, default=""):
        return self.env["ir.config_parameter"]._fc_billing(name, default)

    @api.model
    def _fc_http_get(self, base, path, key):
        """A busy provider is asked twice.

        :return: parsed JSON, None where there is no usable answer"""
        client = OutboundClient(
            base,
            timeout=TIMEOUT_S,
            allow_private=LOOPBACK,
            allow_http=LOOPBACK,
            allowed_hosts=self.env["fusion.billing.webhook"]._get_allowed_hosts(),
            headers={"Authorization": f"Bearer {key}"},
        )
        for attempt in range(2):
            try:
                return client.get(path)
            except OutboundBusy as error:
                wait = 1 if error.retry_after is None else error.retry_after
                if attempt or wait > MAX_WAIT_S:
                    _logger.warning("The provider is busy: HTTP %s", error.status)
                    return None
                time.sleep(wait)
            except OutboundError as error:
                _logger.warning("The provider did not answer: %s", type(error).__name__)
                return None
