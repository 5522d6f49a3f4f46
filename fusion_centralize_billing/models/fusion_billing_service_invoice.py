from odoo import fields, models
from odoo.fields import Command

from ..exceptions import BillingApiError, invalid
from ..services.wire import MAX_INT, Fields

MAX_FEES = 100


class FusionBillingService(models.Model):
    """Invoices of an app's customers beside their periods."""

    _inherit = "fusion.billing.service"

    def _api_create_invoice(self, payload):
        """Invoice add-ons once, posted; charged by the next run when asked for and a card is saved.

        :return: sudoed account.move
        :raise BillingApiError: naming each wrong field
        """
        self.ensure_one()
        reader = Fields(payload, "invoice")
        customer = reader.external_id("external_customer_id")
        subscription = reader.external_id("external_subscription_id", required=False)
        currency = reader.text("currency", limit=3)
        charge = reader.boolean("charge")
        fees = self._read_fees(reader)
        reader.check()
        link = self._require(self._find_account(customer), "invoice.external_customer_id")
        order = self.env["sale.order"].sudo()
        if subscription:
            order = self._require(
                self._api_find_subscription(subscription), "invoice.external_subscription_id"
            )
        own = link.currency_id or self.currency_id
        if currency and currency.upper() != own.name:
            raise BillingApiError(422, "currency_mismatch")
        move = self._make_invoice(link, order, own, fees)
        move.action_post()
        if charge and order:
            move._fc_schedule_charge(order)
        return move

    def _read_fees(self, reader):
        """:return: list of (product, units, price or None, description)"""
        rows = reader.values.get("fees")
        if not isinstance(rows, list) or not 0 < len(rows) <= MAX_FEES:
            reader.fail("fees", "value_is_mandatory" if not rows else "value_is_out_of_range")
            return []
        found = []
        for number, row in enumerate(rows):
            fee = Fields(row, f"{reader.path}.fees.{number}")
            code = fee.text("add_on_code", required=True, limit=64)
            product = (
                self.env["product.product"]
                .sudo()
                .search([("x_fc_addon_code", "=", code or "-")], limit=1)
            )
            if code and not product:
                fee.fail("add_on_code", "not_found")
            units = fee.number("units")
            cents = fee.integer("unit_amount_cents", high=MAX_INT)
            found.append((product, units, cents, fee.text("description", limit=1000)))
            reader.errors.update(fee.errors)
        return found

    def _make_invoice(self, link, order, currency, fees):
        moves = self.env["account.move"].sudo().with_company(self.company_id)
        return moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": link.partner_id.id,
                "currency_id": currency.id,
                "invoice_date": fields.Date.context_today(self),
                "x_fc_billing_service_id": self.id,
                "invoice_line_ids": [
                    Command.create(self._prepare_fee_values(currency, order, *fee)) for fee in fees
                ],
            }
        )

    def _prepare_fee_values(self, currency, order, product, units, cents, description):
        values = {
            "product_id": product.id,
            "quantity": float(1 if units is None else units),
            "subscription_id": order.id,
            **self._prepare_tax_values(),
        }
        if cents is not None:
            values["price_unit"] = cents * currency.rounding
        if description:
            values["name"] = description
        return values

    def _find_invoice(self, uuid):
        """:return: sudoed invoice of this service, or empty"""
        known = [
            ("x_fc_billing_service_id", "=", self.id),
            ("move_type", "=", "out_invoice"),
            ("x_fc_billing_uuid", "=", uuid),
        ]
        return self.env["account.move"].sudo().search(known, limit=1)

    def _get_invoice(self, uuid):
        """:return: sudoed invoice of this service
        :raise BillingApiError: 404, also for another service's"""
        move = self._find_invoice(uuid)
        if not move:
            raise BillingApiError(404, "invoice_not_found")
        return move

    def _api_retry_payment(self, move):
        """Charge the saved card again.

        :raise BillingApiError: nothing to pay, or no card
        """
        if move.state != "posted" or move.currency_id.is_zero(move.amount_residual):
            raise BillingApiError(422, "not_payable")
        if not move._fc_get_subscription().payment_token_id:
            raise BillingApiError(422, "no_payment_method")
        return move._fc_charge_token()

    def _api_preview_invoice(self, payload):
        """:return: the API's invoice object of what a subscription's next invoice would be"""
        reader = Fields(payload, "invoice")
        named = reader.external_id("external_subscription_id")
        reader.check()
        order = self._get_subscription(named)
        if order._fc_get_status() != "active":
            raise invalid("invoice.external_subscription_id")
        return order._fc_preview_invoice()
