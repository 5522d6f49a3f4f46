from odoo import fields, models
from odoo.exceptions import AccessError


class FusionBillingUsageLog(models.Model):
    """A counter that was reported again with other figures. Rows are only added."""

    _name = "fusion.billing.usage.log"
    _description = "Usage Correction"
    _order = "changed_at desc, id desc"
    _rec_name = "idempotency_key"
    _log_access = False

    usage_id = fields.Many2one("fusion.billing.usage", ondelete="set null", index=True)
    subscription_id = fields.Many2one("sale.order", ondelete="cascade", index=True)
    idempotency_key = fields.Char("Key")
    old_quantity = fields.Float(digits=(20, 6))
    new_quantity = fields.Float(digits=(20, 6))
    changed_at = fields.Datetime("When")

    def write(self, vals):  # pylint: disable=method-required-super
        """:raise AccessError: always, rows are not changed"""
        raise AccessError(self.env._("Corrections of usage cannot be changed."))
