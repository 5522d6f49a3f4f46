from psycopg2 import OperationalError

from odoo import api, models

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..models.account_move_ledger import BLOCKING
from ..services import ledger
from .fusion_billing_progress import Progress
from .fusion_billing_statistics import Statistics

_logger = redact_logger(__name__)
JOURNAL_CODE = "NCSTR"


class FusionBillingInvoiceLedgerWizard(models.TransientModel):
    """Posting what was booked, with the payments that the source knows of."""

    _inherit = "fusion.billing.invoice.ledger.wizard"

    @api.model
    def _post_ingested(self):
        """Post every draft of the source that has no issue against it, with its payment.

        :return: number posted; one that cannot be posted stays a draft
        """
        return self._fc_post_drafts()["posted"]

    @api.model
    def _fc_post_drafts(self):
        """:return: ``{posted: n, failed: [{id, error}]}``"""
        books = self.sudo().with_company(self._fc_company())
        drafts = books.env["account.move"].search(
            [
                ("x_fc_nexacloud_invoice_id", "!=", False),
                ("state", "=", "draft"),
                ("x_fc_ledger_issue", "not in", BLOCKING),
            ],
            order="invoice_date, id",
        )
        result = {"posted": 0, "failed": []}
        progress, statistics = Progress(self, len(drafts)), Statistics(self.env.cr)
        for move in drafts:
            progress.step()
            statistics.step()
            inv = {
                "id": move.x_fc_nexacloud_invoice_id,
                "stripe_invoice_id": move.x_fc_stripe_invoice_id,
                "amount_paid": move.x_fc_ledger_paid,
                "paid_at": move.x_fc_ledger_paid_on,
            }
            books._fc_post_one(move, inv, result)
        return result

    @api.model
    def _fc_post_one(self, move, inv, result):
        try:
            with self.env.cr.savepoint():
                move.action_post()
                self._fc_reconcile_payment(move, inv)
        except OperationalError:
            raise
        except Exception as error:  # row boundary: one bad row never stops the rest
            _logger.warning("Invoice %s was not posted", inv["id"], exc_info=True)
            result["failed"].append({"id": str(inv["id"]), "error": self._fc_name_error(error)})
        else:
            result["posted"] += 1

    @api.model
    def _fc_read_paid(self, inv, total):
        """:return: what was paid, in the invoice's currency; the total where the source says paid
        and names no amount"""
        paid = inv.get("amount_paid")
        is_unknown = paid is None or paid is False or paid == ""
        if is_unknown:
            return total if str(inv.get("status") or "").lower() == "paid" else 0.0
        return abs(float(ledger.number(paid)))

    @api.model
    def _fc_reconcile_payment(self, move, inv):
        """Book what the source was paid: less leaves the rest open, more stays as the customer's
        credit. Doing it twice changes nothing.

        :return: account.payment, empty when there is nothing to book
        """
        nothing = self.env["account.payment"]
        if move.state != "posted" or move.currency_id.is_zero(move.amount_residual):
            return nothing
        booked = move.amount_total - move.amount_residual
        amount = move.currency_id.round(self._fc_read_paid(inv, move.amount_total) - booked)
        if amount <= 0:
            return nothing
        kind = "inbound" if move.move_type == "out_invoice" else "outbound"
        journal = self._fc_stripe_journal()
        register = self.env["account.payment.register"].sudo().with_company(move.company_id)
        register = register.with_context(active_model="account.move", active_ids=move.ids).create(
            {
                "journal_id": journal.id,
                "payment_method_line_id": journal[f"{kind}_payment_method_line_ids"][:1].id,
                "payment_date": self._fc_day(inv.get("paid_at")) or move.invoice_date,
                "currency_id": move.currency_id.id,
                "amount": amount,
                "payment_difference_handling": "open",
                "communication": inv.get("stripe_invoice_id") or move.ref or move.name,
            }
        )
        return register._create_payments()

    @api.model
    def _fc_stripe_journal(self):
        """Its payments have journal entries on every edition: each line has an outstanding account.

        :return: the bank journal of the provider's payouts, made where it is missing
        """
        company = self._fc_company()
        journals = self.env["account.journal"].sudo().with_company(company)
        journal = journals.search(
            [("code", "=", JOURNAL_CODE), ("company_id", "=", company.id)], limit=1
        ) or journals.create(
            {
                "name": "NexaCloud Stripe",
                "code": JOURNAL_CODE,
                "type": "bank",
                "company_id": company.id,
            }
        )
        payments = self.env["account.payment"].sudo().with_company(company)
        payment = payments.new({"company_id": company.id})
        for kind in ("inbound", "outbound"):
            lines = journal[f"{kind}_payment_method_line_ids"]
            for line in lines.filtered(lambda one: not one.payment_account_id):
                line.payment_account_id = payment._get_outstanding_account(kind)
        return journal
