from odoo import models


class SaleOrder(models.Model):
    """Invoices of a service are charged by the dunning, not with the invoice.

    The three methods are the Community stand-in's; Enterprise never calls them.
    """

    _inherit = "sale.order"

    def _charge_invoice(self, move):
        if self.x_fc_billing_service_id:
            return self.env["payment.transaction"].sudo()
        return super()._charge_invoice(move)

    def _find_or_create_charge(self, move):
        if self.x_fc_billing_service_id:
            return self.env["payment.transaction"].sudo()
        return super()._find_or_create_charge(move)

    def _on_charge_failed(self, transaction):
        others = self.filtered(lambda order: not order.x_fc_billing_service_id)
        return super(SaleOrder, others)._on_charge_failed(transaction)

    def _fc_mail_threshold(self, threshold):
        """Queue a mail to the customer; only the highest of those reached at once."""
        template = self.env.ref(
            "fusion_centralize_billing.mail_template_usage_threshold", raise_if_not_found=False
        )
        if template and self.partner_invoice_id.email:
            template.with_context(fc_threshold=threshold).send_mail(self.id, force_send=False)
