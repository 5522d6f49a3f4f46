import uuid

from odoo import fields, models

from ..services.wire import cents, show_date, show_moment, show_number

PAID = ("paid", "in_payment", "reversed")


class AccountMove(models.Model):
    _inherit = "account.move"

    x_fc_billing_service_id = fields.Many2one(
        "fusion.billing.service",
        "Billing Service",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    x_fc_billing_uuid = fields.Char("Public Id", copy=False, default=lambda self: str(uuid.uuid4()))

    def _post(self, soft=True):
        """Posting tells the app and schedules the charge; it calls nobody."""
        posted = super()._post(soft)
        for move in posted.filtered(lambda one: one.move_type == "out_invoice"):
            order = move._fc_get_subscription()
            service = move.x_fc_billing_service_id or order.x_fc_billing_service_id
            if service:
                move.x_fc_billing_service_id = service
                move._fc_emit("invoice.created")
                move._fc_apply_credits()
                move._fc_apply_wallet()
                move._fc_schedule_charge(order)
        return posted

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._fc_fill_wallet()
        for move in self.filtered(
            lambda one: one.x_fc_billing_service_id and one.move_type == "out_invoice"
        ):
            move._fc_note_paid()
        return result

    def _fc_get_subscription(self):
        """:return: sudoed order of a service whose lines this invoice bills"""
        return self.sudo().line_ids.subscription_id.filtered("x_fc_billing_service_id")[:1]

    def _fc_emit(self, event_type, data=None):
        service = self.x_fc_billing_service_id.sudo()
        return service._emit(
            event_type, subscription=self._fc_get_subscription(), invoice=self, data=data
        )

    def _fc_event_values(self):
        """:return: the invoice as events show it"""
        return {
            "id": self.x_fc_billing_uuid,
            "number": self.name,
            "total_amount_cents": cents(self.amount_total, self.currency_id),
            "total_due_amount_cents": cents(self.amount_residual, self.currency_id),
            "currency": self.currency_id.name,
            "payment_due_date": show_date(self.invoice_date_due),
        }

    def _fc_api_values(self):
        """:return: the API's invoice object"""
        self.ensure_one()
        order = self._fc_get_subscription()
        link = self.x_fc_billing_service_id._find_link(order.partner_id or self.partner_id)
        untaxed, total = (
            cents(amount, self.currency_id) for amount in (self.amount_untaxed, self.amount_total)
        )
        reductions = self.invoice_line_ids.filtered("x_fc_coupon_use_id")
        coupons = cents(-sum(reductions.mapped("price_subtotal")), self.currency_id)
        return {
            **self._fc_event_values(),
            "lago_id": self.x_fc_billing_uuid,
            "issuing_date": show_date(self.invoice_date),
            "invoice_type": "subscription" if self._fc_has_period() else "one_off",
            "status": self._fc_get_status(),
            "payment_status": self._fc_get_payment_status(),
            "fees_amount_cents": untaxed + coupons,
            "coupons_amount_cents": coupons,
            "taxes_amount_cents": total - untaxed,
            "sub_total_excluding_taxes_amount_cents": untaxed,
            "sub_total_including_taxes_amount_cents": total,
            "external_customer_id": link.external_id or None,
            "external_subscription_id": order.x_fc_billing_external_id or None,
            "fees": [line._fc_api_values() for line in self._fc_get_fee_lines()],
            "taxes": self._fc_get_tax_values(),
            "file_url": None,
            "created_at": show_moment(self.create_date),
        }

    def _fc_has_period(self):
        """:return: whether order lines stand behind the invoice, not add-ons alone"""
        return bool(self.line_ids.sale_line_ids)

    def _fc_get_status(self):
        """:return: ``draft``, ``finalized`` or ``voided``"""
        if self.x_fc_voided:
            return "voided"
        return {"draft": "draft", "posted": "finalized"}.get(self.state, "voided")

    def _fc_get_payment_status(self):
        """:return: ``succeeded`` (also by credit notes), ``failed`` (given up) or ``pending``"""
        if self.payment_state in PAID and not self.x_fc_voided:
            return "succeeded"
        return "failed" if self.x_fc_dunning_state == "exhausted" else "pending"

    def _fc_get_fee_lines(self):
        """:return: the lines that bill something; coupons' reductions are none"""
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.x_fc_coupon_use_id
        )

    def _fc_get_tax_values(self):
        return [
            {
                "name": line.tax_line_id.name,
                "rate": line.tax_line_id.amount,
                "amount_cents": cents(abs(line.amount_currency), self.currency_id),
            }
            for line in self.line_ids.filtered("tax_line_id")
        ]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _fc_api_values(self):
        """:return: a fee of the API's invoice object"""
        sold = self.sale_line_ids[:1]
        currency = self.currency_id
        is_usage = bool(sold.x_fc_charge_id)
        item = sold.x_fc_charge_id if is_usage else self.product_id
        code = item.metric_id.code if is_usage else item.default_code
        return {
            "id": str(self.id),
            "item": {
                "type": "charge" if is_usage else "subscription",
                "code": code or None,
                "name": item.name or self.name,
            },
            "units": show_number(sold.x_fc_usage_quantity if is_usage else self.quantity),
            "unit_amount_cents": cents(self.price_unit, currency),
            "amount_cents": cents(self.price_subtotal, currency),
            "taxes_amount_cents": cents(self.price_total - self.price_subtotal, currency),
            "from_datetime": show_moment(sold.x_fc_usage_period_start),
            "to_datetime": show_moment(sold.x_fc_usage_period_end),
        }
