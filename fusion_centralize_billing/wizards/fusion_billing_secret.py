from odoo import api, fields, models


class FusionBillingSecret(models.TransientModel):
    """Shows a key or secret the one time it can be seen."""

    _name = "fusion.billing.secret"
    _description = "New Billing Secret"

    name = fields.Char(readonly=True)
    # Never stored: it travels in the action's context to the dialog and is gone with it.
    secret = fields.Char(compute="_compute_secret")

    @api.depends_context("fusion_billing_secret")
    def _compute_secret(self):
        self.secret = self.env.context.get("fusion_billing_secret")

    @api.model
    def _show(self, name, secret):
        """:return: the dialog's action"""
        dialog = self.create({"name": name})
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
            "context": {"fusion_billing_secret": secret},
        }
