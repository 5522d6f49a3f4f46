from odoo import api, fields, models


class FusionBillingResolve(models.TransientModel):
    """Accepts several differences with one note."""

    _name = "fusion.billing.resolve"
    _description = "Resolve Differences"

    reconciliation_ids = fields.Many2many("fusion.billing.reconciliation", readonly=True)
    cause = fields.Selection(
        lambda self: self.env["fusion.billing.reconciliation"]._fields["cause"].selection
    )
    note = fields.Char(required=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "fusion.billing.reconciliation":
            values["reconciliation_ids"] = [(6, 0, self.env.context.get("active_ids", []))]
        return values

    def action_resolve(self):
        self.ensure_one()
        self.reconciliation_ids._resolve(self.note, self.cause)
        return {"type": "ir.actions.act_window_close"}
