from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

SIX = (16, 6)


class FusionBillingReconciliation(models.Model):
    """One month of a subscription: what would be billed here, beside what its app charged."""

    _name = "fusion.billing.reconciliation"
    _description = "Billing Reconciliation"
    _order = "period desc, id desc"
    _rec_name = "external_subscription_id"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    subscription_id = fields.Many2one(
        "sale.order", readonly=True, ondelete="set null", index="btree_not_null"
    )
    external_subscription_id = fields.Char("Source Subscription", required=True, readonly=True)
    period = fields.Char("Month", required=True, readonly=True, help="YYYY-MM")
    flat_amount = fields.Float("Flat Price", digits=SIX, readonly=True)
    overage_amount = fields.Float("Overage", digits=SIX, readonly=True)
    odoo_amount = fields.Float("Amount Here", digits=SIX, readonly=True)
    external_amount = fields.Float("Amount at the Source", digits=SIX, readonly=True)
    delta = fields.Float("Difference", digits=SIX, readonly=True, help="Here less the source.")
    quantity = fields.Float("CPU Seconds", digits=SIX, readonly=True)
    status = fields.Selection(
        [("match", "Match"), ("delta", "Different"), ("resolved", "Resolved")],
        required=True,
        readonly=True,
        index=True,
    )
    cause = fields.Selection(
        [
            ("proration", "Proration"),
            ("list_price", "List Price"),
            ("one_off", "One-off Charge"),
            ("credit", "Credit"),
            ("late_usage", "Late Usage"),
            ("unknown", "Unknown"),
        ]
    )
    note = fields.Char()
    resolved_by_id = fields.Many2one("res.users", "Resolved By", readonly=True)

    _month_uniq = models.UniqueIndex("(service_id, external_subscription_id, period)")

    @api.model
    def _compute_reconciliation(
        self, flat_amount, charge, cpu_seconds, external_amount, tolerance=0.01
    ):
        """Before tax, at six decimals: cents would hide the drift that is looked for.

        :param charge: ``fusion.billing.charge`` or empty: no overage
        :return: (amount here, its difference to the source's, ``match`` or ``delta``)
        """
        overage = charge._compute_billable(cpu_seconds)[1] if charge else 0.0
        odoo_amount = _six(flat_amount) + _six(overage)
        delta = odoo_amount - _six(external_amount)
        is_match = abs(delta) <= Decimal(str(tolerance)) + Decimal("1e-9")
        return float(odoo_amount), float(delta), "match" if is_match else "delta"

    def action_resolve(self):
        """Accept the differences of these rows; each has a note that says why.

        :raise UserError: a row without a note"""
        if self.filtered(lambda row: row.status == "delta" and not row.note):
            raise UserError(self.env._("Write down why it differs first."))
        self._resolve()

    def _resolve(self, note=None, cause=None):
        self.check_access("write")
        values = {"status": "resolved", "resolved_by_id": self.env.uid}
        if note:
            values["note"] = note
        if cause:
            values["cause"] = cause
        self.filtered(lambda row: row.status == "delta").write(values)

    def action_view_subscription(self):
        self.ensure_one()
        return self.subscription_id.get_formview_action()


def _six(value):
    """:return: Decimal at six decimals
    :raise ValueError: no finite number"""
    number = Decimal(str(value or 0))
    if not number.is_finite():
        raise ValueError("no finite number")
    return round(number, 6)
