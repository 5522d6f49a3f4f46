from odoo import api, models

from ..services import ledger
from .fusion_billing_import_user import _write_changes

CPU_PRICE, CPU_BATCH = 0.0075, 3600  # CAD for a core-hour; counters are core-seconds
CYCLES = {"month": "price_monthly", "year": "price_yearly"}


class FusionBillingImportWizard(models.TransientModel):
    """Plans of the source: products, catalogue entries and a charge that is not live."""

    _inherit = "fusion.billing.import.wizard"

    @api.model
    def _fc_cpu_metric(self):
        """:return: the metric ``cpu_seconds``, made where it is missing"""
        metrics = self.env["fusion.billing.metric"].sudo().with_context(active_test=False)
        return metrics.search([("code", "=", "cpu_seconds")]) or metrics.create(
            {"name": "CPU-seconds", "code": "cpu_seconds", "unit_label": "CPU-seconds"}
        )

    @api.model
    def _fc_recurrence_plan(self, unit):
        """:param unit: ``month`` or ``year``
        :return: the recurrence of one such unit, made where it is missing"""
        plans = self.env["sale.subscription.plan"].sudo()
        domain = [("billing_period_value", "=", 1), ("billing_period_unit", "=", unit)]
        return plans.search([*domain, ("billing_first_day", "=", False)], limit=1) or plans.create(
            {
                "name": {"month": "Monthly", "year": "Yearly"}[unit],
                "billing_period_value": 1,
                "billing_period_unit": unit,
            }
        )

    @api.model
    def _import_plan(self, metric, row):
        """:return: (``{row, product}``, whether it is new, [])
        :raise ValueError: a price or quota that is no number"""
        service, number = self._fc_service(), str(row["id"])
        name = (row.get("name") or "").strip() or number
        prices = {
            unit: float(ledger.number(row[column]))
            for unit, column in CYCLES.items()
            if row.get(column) is not None
        }
        product, is_new = self._import_product(
            f"NC-PLAN-{number}", f"NexaCloud {name}", prices.get("month", 0.0), True
        )
        overage, _is_new = self._import_product(
            f"NC-CPU-OVG-{number}", f"NexaCloud CPU overage ({name})", 0.0, False
        )
        self._import_charge(service, metric, number, overage, name, row)
        for unit, price in prices.items():
            self._import_catalogue_entry(service, number, name, product, unit, price)
        return {"code": number, "product": product, "prices": prices}, is_new, []

    def _import_product(self, code, name, price, is_recurring):
        """:return: (product, whether it is new)"""
        products = self.env["product.product"].with_context(active_test=False)
        product = products.search([("default_code", "=", code)], limit=1)
        values = {
            "name": name,
            "list_price": price,
            "recurring_invoice": is_recurring,
            "active": True,
        }
        if product:
            _write_changes(product.product_tmpl_id, values)
            return product, False
        values.update({"default_code": code, "type": "service", "invoice_policy": "order"})
        return products.create(values), True

    def _import_charge(self, service, metric, code, product, name, row):
        """Its recurrence stays empty: no order is charged by it before the cut-over."""
        charges = self.env["fusion.billing.charge"].with_context(active_test=False)
        charge = charges.search(
            [
                ("service_id", "=", service.id),
                ("plan_code", "=", code),
                ("metric_id", "=", metric.id),
                ("plan_id", "=", False),
            ],
            limit=1,
        )
        values = {
            "name": f"NexaCloud CPU overage — {name}",
            "product_id": product.id,
            "charge_model": "standard",
            "included_quota": float(ledger.number(row.get("cpu_seconds_quota"))),
            "price_per_unit": CPU_PRICE,
            "unit_batch": CPU_BATCH,
            "currency_id": self.env.ref("base.CAD").id,
        }
        if charge:
            _write_changes(charge, values)
        else:
            charges.create(
                {
                    **values,
                    "service_id": service.id,
                    "plan_code": code,
                    "metric_id": metric.id,
                    "plan_id": False,
                }
            )

    def _import_catalogue_entry(self, service, code, name, product, unit, price):
        entries = self.env["fusion.billing.plan"].with_context(active_test=False)
        recurrence = self._fc_recurrence_plan(unit)
        entry = entries.search(
            [
                ("service_id", "=", service.id),
                ("code", "=", code),
                ("plan_id", "=", recurrence.id),
            ]
        )
        values = {
            "name": f"NexaCloud {name}",
            "product_id": product.id,
            "amount": price,
            "currency_id": self.env.ref("base.CAD").id,
        }
        if entry:
            _write_changes(entry, values)
        else:
            entries.create(
                {**values, "service_id": service.id, "code": code, "plan_id": recurrence.id}
            )
