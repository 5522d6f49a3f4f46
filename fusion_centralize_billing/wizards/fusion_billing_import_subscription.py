from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .fusion_billing_import_user import _write_changes


class FusionBillingImportWizard(models.TransientModel):
    """Subscriptions of the source: draft orders that nothing bills, charges or tells of."""

    _inherit = "fusion.billing.import.wizard"

    @api.model
    def _import_subscription(self, service, partner, plan_ctx, recurrence_plans, row):
        """:param plan_ctx: what ``_import_plan`` made of the plan
        :param recurrence_plans: ``{"month": recurrence, "year": recurrence}``
        :return: (sale.order, whether it is new, [])
        :raise UserError: the plan has no price for this cycle
        """
        unit = "year" if row.get("billing_cycle") == "yearly" else "month"
        price = plan_ctx["prices"].get(unit)
        if price is None:
            raise UserError(self.env._("The plan has no price for this billing cycle."))
        values = self._prepare_shadow_values(service, partner, plan_ctx, row)
        values["plan_id"] = recurrence_plans[unit].id
        order = self._fc_find_order(service, row)
        is_new = not order
        if is_new:
            order = order.create(
                {
                    **values,
                    "company_id": service.company_id.id,
                    "order_line": [
                        Command.create({"product_id": plan_ctx["product"].id, "product_uom_qty": 1})
                    ],
                }
            )
        else:
            _write_changes(order, values)
        self._import_order_line(order, plan_ctx["product"], price)
        return order, is_new, []

    def _prepare_shadow_values(self, service, partner, plan_ctx, row):
        start = self._fc_day(row.get("current_period_start"))
        return {
            "partner_id": partner.id,
            "start_date": start or False,
            "x_fc_billing_service_id": service.id,
            "x_fc_billing_external_id": str(row["id"]),
            "x_fc_billing_plan_code": plan_ctx["code"],
            "x_fc_billing_anchor": start or False,
            "x_fc_nexacloud_subscription_id": str(row["id"]),
            "x_fc_nexacloud_deployment_id": str(row.get("deployment_id") or "") or False,
            "x_fc_nexacloud_plan_id": plan_ctx["code"],
            "x_fc_source_status": row.get("status") or False,
            "x_fc_shadow": True,
        }

    def _import_order_line(self, order, product, price):
        """:raise UserError: the line does not keep the source's price"""
        line = order.order_line[:1]
        _write_changes(line, {"product_id": product.id, "product_uom_qty": 1.0})
        _write_changes(line, {"price_unit": price})
        if len(order.order_line) != 1 or line.price_unit != price:
            raise UserError(self.env._("The order does not keep the source's price."))

    def _fc_find_order(self, service, row):
        """:return: the order of this source subscription, the newest where there are several"""
        return self.env["sale.order"].search(
            [
                ("x_fc_billing_service_id", "=", service.id),
                ("x_fc_nexacloud_subscription_id", "=", str(row.get("id") or "")),
            ],
            order="id desc",
            limit=1,
        )

    @api.model
    def _fc_is_live(self, service, row):
        """:return: whether the subscription is billed here already, so that it is left alone"""
        order = self._fc_find_order(service, row)
        return bool(order) and not (order.x_fc_shadow and order.state == "draft")
