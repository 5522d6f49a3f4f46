from odoo import api, fields, models
from odoo.tools import SQL

from .. import const


class FusionBillingMargin(models.Model):
    """What a service was billed for on a day, beside what its providers cost.

    Costs are another addon's: a model ``fusion.api.usage.daily`` with the stored fields ``date``
    (Date), ``service_code`` (Char, a service's code) and ``cost`` (in the currency of the service's
    company). Without it, the report is of what was billed alone.
    """

    _name = "fusion.billing.margin"
    _description = "Billing Margin"
    _order = "date desc, service_id"
    _auto = False
    _rec_name = "service_id"

    service_id = fields.Many2one("fusion.billing.service", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)
    billed = fields.Monetary(readonly=True, help="Flat prices and usage on invoices, before tax.")
    cost = fields.Monetary("Provider Cost", readonly=True)
    margin = fields.Monetary(readonly=True, help="Billed less what the providers cost.")
    currency_id = fields.Many2one("res.currency", readonly=True)

    @api.model
    def _fc_has_costs(self):
        """:return: whether the addon that knows the costs is installed"""
        return const.COST_MODEL in self.env and all(
            name in self.env[const.COST_MODEL]._fields
            and self.env[const.COST_MODEL]._fields[name].store
            for name in const.COST_FIELDS
        )

    @api.model
    def _fc_hidden(self):
        """:return: names of the fields that say nothing without costs"""
        return () if self._fc_has_costs() else ("cost", "margin")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY day.date, s.id) AS id, s.id AS service_id,
                   s.company_id, day.date, SUM(day.billed) AS billed, SUM(day.cost) AS cost,
                   SUM(day.billed) - SUM(day.cost) AS margin, c.currency_id
              FROM (
                    SELECT o.x_fc_billing_service_id AS service_id, i.invoice_date AS date,
                           -i.balance AS billed, 0 AS cost
                      FROM account_move_line i
                      JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
                      JOIN sale_order_line l ON l.id = r.order_line_id
                      JOIN sale_order o ON o.id = l.order_id
                       AND o.x_fc_billing_service_id IS NOT NULL
                     WHERE i.parent_state = 'posted'
                     %s
                   ) day
              JOIN fusion_billing_service s ON s.id = day.service_id
              JOIN res_company c ON c.id = s.company_id
             GROUP BY s.id, s.company_id, day.date, c.currency_id
            """,
            self._fc_get_costs_query(),
        )

    def _fc_get_costs_query(self):
        """:return: SQL of the costs by service and day, to be joined to the billed lines"""
        if not self._fc_has_costs():
            return SQL()
        return SQL(
            """
             UNION ALL
            SELECT s.id, d.date, 0, COALESCE(d.cost, 0)
              FROM %s d
              JOIN fusion_billing_service s ON s.code = d.service_code
            """,
            SQL.identifier(self.env[const.COST_MODEL]._table),
        )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        for name in self._fc_hidden():
            for node in arch.xpath(f"//field[@name='{name}']"):
                node.getparent().remove(node)
        return arch, view

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        found = super().fields_get(allfields, attributes)
        for name in self._fc_hidden():
            found.pop(name, None)  # neither a measure nor a filter
        return found
