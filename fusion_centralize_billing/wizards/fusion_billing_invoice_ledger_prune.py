from psycopg2 import errors

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger


class FusionBillingInvoiceLedgerWizard(models.TransientModel):
    """Removing what the importer made, before the ledger takes over."""

    _inherit = "fusion.billing.invoice.ledger.wizard"

    def action_prune(self):
        return self._fc_run("prune", lambda: (self._fc_prune_metered_shadow(), 0))

    @api.model
    def _fc_prune_metered_shadow(self):
        """Only what the importer of service ``nexacloud`` made goes: no confirmed order, no live
        charge, nothing of another service. A product that is in use is archived.

        :return: ``{subscriptions, usage, products, charges, plans, reconciliations: n}``
        """
        books = self.sudo().with_context(active_test=False, tracking_disable=True)
        service = self._fc_find_service()
        found = books._fc_find_shadow(service)
        counts = {name: len(records) for name, records in found.items()}
        for name in ("reconciliations", "usage", "subscriptions", "plans", "charges"):
            found[name].unlink()
        for product in found["products"]:
            books._fc_drop_product(product)
        return counts

    def _fc_find_shadow(self, service):
        """:return: {name of the result: records}, empty ones without the service"""
        mine = ("service_id", "in", service.ids)
        orders = self.env["sale.order"].search(
            [
                ("x_fc_billing_service_id", "in", service.ids),
                ("x_fc_nexacloud_subscription_id", "!=", False),
                ("x_fc_shadow", "=", True),
                ("state", "=", "draft"),
            ]
        )
        products = self.env["product.product"].search(
            [
                "|",
                ("default_code", "=like", "NC-PLAN-%"),
                ("default_code", "=like", "NC-CPU-OVG-%"),
            ]
        )
        return {
            "subscriptions": orders,
            "usage": self.env["fusion.billing.usage"].search(
                [("subscription_id", "in", orders.ids)]
            ),
            "products": products,
            "charges": self.env["fusion.billing.charge"].search([mine, ("plan_id", "=", False)]),
            "plans": self.env["fusion.billing.plan"].search(
                [mine, ("product_id", "in", products.ids)]
            ),
            "reconciliations": self.env["fusion.billing.reconciliation"].search([mine]),
        }

    def _fc_drop_product(self, product):
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                product.product_tmpl_id.unlink()
        except (errors.ForeignKeyViolation, UserError, ValidationError):
            product.product_tmpl_id.active = False
