from odoo import fields, models
from odoo.tools import SQL


class FusionBillingRevenue(models.Model):
    """Changes of the recurring revenue, and invoiced usage, by service, month and customer."""

    _name = "fusion.billing.revenue"
    _description = "Billing Revenue"
    _order = "date desc, id desc"
    _auto = False
    _rec_name = "partner_id"

    service_id = fields.Many2one("fusion.billing.service", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    subscription_id = fields.Many2one("sale.order", readonly=True)
    plan_code = fields.Char("Plan Code", readonly=True)
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [
            ("new", "MRR: New"),
            ("expansion", "MRR: Expansion"),
            ("contraction", "MRR: Contraction"),
            ("churn", "MRR: Churn"),
            ("transfer", "MRR: Transfer"),
            ("usage", "Usage"),
        ],
        readonly=True,
    )
    amount = fields.Monetary(readonly=True, help="Before tax; MRR: the change of a month's price.")
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id * 2 AS id, o.x_fc_billing_service_id AS service_id, o.company_id,
                   o.partner_id, o.id AS subscription_id, o.x_fc_billing_plan_code AS plan_code,
                   l.event_date AS date,
                   CASE l.event_type WHEN '0_creation' THEN 'new'
                        WHEN '1_expansion' THEN 'expansion'
                        WHEN '15_contraction' THEN 'contraction'
                        WHEN '2_churn' THEN 'churn' ELSE 'transfer' END AS kind,
                   l.amount_signed AS amount, o.currency_id
              FROM sale_order_log l
              JOIN sale_order o ON o.id = l.order_id
             WHERE o.x_fc_billing_service_id IS NOT NULL AND NOT COALESCE(o.x_fc_shadow, FALSE)
             UNION ALL
            SELECT i.id * 2 + 1, o.x_fc_billing_service_id, o.company_id, o.partner_id, o.id,
                   o.x_fc_billing_plan_code, i.invoice_date, 'usage', -i.balance,
                   i.company_currency_id
              FROM account_move_line i
              JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
              JOIN sale_order_line s ON s.id = r.order_line_id
               AND s.x_fc_usage_kind IN ('usage', 'adjustment', 'progress', 'credit')
              JOIN sale_order o ON o.id = s.order_id AND o.x_fc_billing_service_id IS NOT NULL
             WHERE i.parent_state = 'posted'
            """
        )
