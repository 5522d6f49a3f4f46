import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..services.period import Periods

_logger = redact_logger(__name__)
BATCH = 1000  # rows in one statement
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
FIGURES = (
    "flat_amount", "overage_amount", "odoo_amount", "external_amount", "delta", "quantity",
)  # fmt: skip
COLUMNS = (
    "service_id", "company_id", "partner_id", "subscription_id", "external_subscription_id",
    "period", *FIGURES, "status", "cause",
)  # fmt: skip
TEMPLATE = (
    "(%s::int, %s::int, %s::int, %s::int, %s, %s, "
    + "%s::numeric, " * len(FIGURES)
    + "%s, %s, {uid}, {now}, {uid}, {now})"
)
# A resolved row stays so while its figures do.
WRITE = """
INSERT INTO fusion_billing_reconciliation AS r
    ({columns}, create_uid, create_date, write_uid, write_date) VALUES %s
ON CONFLICT (service_id, external_subscription_id, period) DO UPDATE
   SET partner_id = EXCLUDED.partner_id, subscription_id = EXCLUDED.subscription_id, {figures},
       status = EXCLUDED.status, cause = EXCLUDED.cause, resolved_by_id = NULL,
       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
 WHERE ({mine}) IS DISTINCT FROM ({theirs})
    OR (r.status <> 'resolved' AND r.status <> EXCLUDED.status)
"""


class FusionBillingReconciliation(models.Model):
    """Comparing an app's bills with ours, thousands at a time."""

    _inherit = "fusion.billing.reconciliation"

    @api.model
    def _reconcile_rows(self, rows, tolerance=0.01):
        """Compare and keep the result; nothing else is written. A row that somebody resolved stays
        resolved, and counts as a match, while its figures do not change.

        :param rows: list of ``{subscription_external_id, period: YYYY-MM, cpu_seconds,
            external_amount}``, amounts before tax
        :return: ``{match, delta: n, skipped: [{id, reason}], failed: [{id, error}],
            unlinked: {count, amount}}``; unlinked are amounts without a subscription
        """
        result = {
            "match": 0, "delta": 0, "skipped": [], "failed": [],
            "unlinked": {"count": 0, "amount": 0.0},
        }  # fmt: skip
        comparer = self.sudo()
        asked = {str(row.get("subscription_external_id") or "") for row in rows} - {""}
        orders = comparer._find_orders(asked)
        service = comparer.env["fusion.billing.nexacloud"]._fc_find_service()
        context = {
            "prices": comparer._find_flat_prices(orders.values()),
            "charges": comparer._find_charges(orders.values(), service),
            "service": service,
            "zone": comparer.env["sale.order"]._fc_get_timezone(
                service.company_id or self.env.company
            ),
            "tolerance": tolerance,
        }
        found = {}
        for row in rows:
            number = str(row.get("subscription_external_id") or "")
            if not number:
                _count_unlinked(result, row)
                continue
            order = orders.get(number)
            if not order:
                result["skipped"].append({"id": number, "reason": "unknown subscription"})
                continue
            try:
                values = comparer._compare(order, number, row, context)
            except Exception as error:  # row boundary: one bad row never stops the rest
                _logger.warning("Subscription %s was not compared", number, exc_info=True)
                result["failed"].append({"id": number, "error": str(error)[:200]})
                continue
            key = (values["service_id"], number, values["period"])
            if key in found:
                result["failed"].append({"id": number, "error": "the month was given twice"})
                continue
            found[key] = values
        comparer._count_settled(found, result)
        comparer._write_rows(list(found.values()))
        if result["failed"] or result["delta"]:
            _logger.error(
                "Reconciliation: %s months differ, %s failed",
                result["delta"],
                len(result["failed"]),
            )
        return result

    def _find_orders(self, numbers):
        """:return: {source id: the newest order of it}, in one query"""
        orders = self.env["sale.order"].search_fetch(
            [("x_fc_nexacloud_subscription_id", "in", list(numbers)), ("state", "!=", "cancel")],
            [
                "x_fc_nexacloud_subscription_id", "x_fc_nexacloud_plan_id", "partner_id",
                "x_fc_billing_service_id", "plan_id", "x_fc_billing_anchor", "start_date",
            ],
            order="id",
        )  # fmt: skip
        return {order.x_fc_nexacloud_subscription_id: order for order in orders}

    def _find_flat_prices(self, orders):
        """:return: {order id: price of its plan line}, in one query"""
        lines = self.env["sale.order.line"].search_fetch(
            [
                ("order_id", "in", [order.id for order in orders]),
                ("product_id.recurring_invoice", "=", True),
            ],
            ["order_id", "price_unit"],
            order="id desc",
        )
        return {line.order_id.id: line.price_unit for line in lines}

    def _find_charges(self, orders, service):
        """CPU time first; the live one first where the plan has both.

        :return: {(service id, plan code, recurrence id or False): charge}, in one query
        """
        services = {order.x_fc_billing_service_id.id for order in orders} | {service.id}
        charges = self.env["fusion.billing.charge"].search(
            [
                ("service_id", "in", list(services - {False})),
                ("plan_code", "in", list({order.x_fc_nexacloud_plan_id for order in orders})),
            ]
        )
        charges = charges.sorted(lambda charge: charge.metric_id.code == "cpu_seconds")
        return {(one.service_id.id, one.plan_code, one.plan_id.id): one for one in charges}

    def _compare(self, order, number, row, context):
        """:return: values of the month's row
        :raise ValueError: no month, no number"""
        period = str(row.get("period") or "")
        if not MONTH.fullmatch(period):
            raise ValueError("the period is no month (YYYY-MM)")
        service = order.x_fc_billing_service_id or context["service"]
        charges, code = context["charges"], order.x_fc_nexacloud_plan_id
        charge = charges.get((service.id, code, order.plan_id.id)) or charges.get(
            (service.id, code, False), self.env["fusion.billing.charge"]
        )
        flat = context["prices"].get(order.id, 0.0)
        if not _has_bound(order, period, context["zone"]):
            flat = 0.0
        seconds = float(row.get("cpu_seconds") or 0)
        external = float(row.get("external_amount") or 0)
        amount, delta, status = self._compute_reconciliation(
            flat, charge, seconds, external, context["tolerance"]
        )
        return {
            "service_id": service.id,
            "company_id": service.company_id.id,
            "partner_id": order.partner_id.id,
            "subscription_id": order.id,
            "external_subscription_id": number,
            "period": period,
            "flat_amount": round(flat, 6),
            "overage_amount": round(amount - flat, 6),
            "odoo_amount": amount,
            "external_amount": round(external, 6),
            "delta": delta,
            "quantity": round(seconds, 6),
            "status": status,
            "cause": "unknown" if status == "delta" else None,
        }

    def _count_settled(self, found, result):
        """Rows that were resolved with the same figures count as matches."""
        resolved = self.search_fetch(
            [("status", "=", "resolved"), ("service_id", "in", list({key[0] for key in found}))],
            ["service_id", "external_subscription_id", "period", *FIGURES],
        )
        settled = {
            (row.service_id.id, row.external_subscription_id, row.period): row for row in resolved
        }
        for key, values in found.items():
            row = settled.get(key)
            same = row and all(round(row[name] - values[name], 6) == 0 for name in FIGURES)
            result["match" if same or values["status"] == "match" else "delta"] += 1

    def _write_rows(self, rows):
        """One statement for each thousand rows."""
        self.flush_model()
        parts = {"uid": str(int(self.env.uid)), "now": "(now() AT TIME ZONE 'UTC')"}
        query = WRITE.format(
            columns=", ".join(COLUMNS),
            figures=", ".join(f"{name} = EXCLUDED.{name}" for name in FIGURES),
            mine=", ".join(f"r.{name}" for name in FIGURES),
            theirs=", ".join(f"EXCLUDED.{name}" for name in FIGURES),
        )
        for start in range(0, len(rows), BATCH):
            values = [[row[name] for name in COLUMNS] for row in rows[start : start + BATCH]]
            self.env.cr.execute_values(
                query, values, template=TEMPLATE.format(**parts), page_size=BATCH
            )
        self.invalidate_model()


def _has_bound(order, period, zone):
    """:return: whether a billing period of the order begins in the month"""
    anchor, plan = order.x_fc_billing_anchor or order.start_date, order.plan_id
    if not anchor or not plan:
        return False
    first = date(int(period[:4]), int(period[5:]), 1)
    last = first + relativedelta(months=1) - timedelta(days=1)
    periods = Periods(anchor, plan.billing_period_value, plan.billing_period_unit, zone)
    return periods.day(periods.number_on(last)) >= first


def _count_unlinked(result, row):
    result["skipped"].append({"id": "", "reason": "no subscription"})
    result["unlinked"]["count"] += 1
    amount = result["unlinked"]["amount"] + float(row.get("external_amount") or 0)
    result["unlinked"]["amount"] = round(amount, 6)
