from odoo import models

from ..exceptions import BillingApiError, invalid
from ..services.pricing import to_decimal
from ..services.wire import MAX_INT, Fields, cents

MAX_ITEMS = 100


class FusionBillingService(models.Model):
    """Taking back what was invoiced."""

    _inherit = "fusion.billing.service"

    def _api_void_invoice(self, move):
        """Reverse an unpaid invoice whole; twice changes nothing.

        :return: the invoice
        :raise BillingApiError: a draft, paid, credited, or a payment is under way
        """
        if not move.x_fc_voided:
            if not move._fc_is_voidable():
                raise BillingApiError(422, "not_voidable")
            move._fc_void()
        return move

    def _api_create_credit_note(self, payload):
        """Credit fees of an invoice, and give money back to the card where asked.

        :return: sudoed credit note, posted
        :raise BillingApiError: naming each wrong field; more than what is left of a fee, or no
            settled card payment that covers the refund
        """
        self.ensure_one()
        reader = Fields(payload, "credit_note")
        uuid = reader.text("invoice_id", required=True)
        reason = reader.text("reason")
        credit = reader.integer("credit_amount_cents", high=MAX_INT)
        refund = reader.integer("refund_amount_cents", high=MAX_INT) or 0
        items = self._read_credit_items(reader)
        reader.check()
        move = self._get_credited_invoice(uuid)
        amounts = self._find_credited_lines(move, items)
        if refund:
            self._check_refund(move, refund)
        note = move._fc_credit(amounts, reason or "")
        total = cents(note.amount_total, note.currency_id)
        if (total - refund if credit is None else credit) + refund != total or refund > total:
            raise invalid("credit_note.credit_amount_cents")
        if refund:
            note._fc_refund(refund * note.currency_id.rounding)
        return note

    def _read_credit_items(self, reader):
        """:return: [(fee id as text, minor units)]"""
        rows = reader.values.get("items")
        if not isinstance(rows, list) or not 0 < len(rows) <= MAX_ITEMS:
            reader.fail("items", "value_is_mandatory" if not rows else "value_is_out_of_range")
            return []
        found = []
        for number, row in enumerate(rows):
            item = Fields(row, f"{reader.path}.items.{number}")
            fee = item.text("fee_id", required=True, pattern=r"\d{1,9}")
            amount = item.integer("amount_cents", required=True, low=1)
            found.append((fee, amount))
            reader.errors.update(item.errors)
        return found

    def _get_credited_invoice(self, uuid):
        """:return: sudoed posted invoice of this service, by its public id in a body"""
        move = self._find_invoice(uuid)
        if not move:
            raise invalid("credit_note.invoice_id", "not_found")
        if move.state != "posted":
            raise invalid("credit_note.invoice_id")
        return move

    def _find_credited_lines(self, move, items):
        """:return: {invoice line: untaxed amount}"""
        fees = {str(line.id): line for line in move._fc_get_fee_lines()}
        amounts = {}
        step = to_decimal(move.currency_id.rounding)
        for number, (fee, amount) in enumerate(items):
            line = fees.get(fee)
            if not line:
                raise invalid(f"credit_note.items.{number}.fee_id", "not_found")
            amounts[line] = amounts.get(line, 0) + amount * step
            if amounts[line] > line._fc_get_left():
                where = {f"credit_note.items.{number}.amount_cents": ["value_is_out_of_range"]}
                raise BillingApiError(422, "amount_exceeds_invoice", where)
        return amounts

    def _check_refund(self, move, refund):
        _paid, left = move._fc_get_refundable()
        if refund > cents(left, move.currency_id):
            raise BillingApiError(422, "not_payable")
