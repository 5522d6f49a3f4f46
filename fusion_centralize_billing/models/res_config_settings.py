from odoo import fields, models

from .. import const

#: {field: (parameter, what an absent row means)}; an empty text is written as the default
PARAMETERS = {
    "x_fc_billing_timezone": ("timezone", ""),
    "x_fc_billing_dunning_days": ("dunning_days", const.DEFAULT_DUNNING_DAYS),
    "x_fc_billing_thresholds": ("usage_thresholds", const.DEFAULT_THRESHOLDS),
    "x_fc_billing_allowed_hosts": ("webhook_allowed_hosts", ""),
}


class ResConfigSettings(models.TransientModel):
    """Texts are read and written by hand: Odoo would delete the row of an empty one, and an absent
    row means the default."""

    _inherit = "res.config.settings"

    x_fc_billing_timezone = fields.Char("Billing Time Zone")
    x_fc_billing_dunning_days = fields.Char("Try the Card Again After (days)")
    x_fc_billing_thresholds = fields.Char("Tell of Quotas at (percent)")
    x_fc_billing_allowed_hosts = fields.Char("Private Webhook Hosts")
    x_fc_billing_unsigned_stripe = fields.Char("Unsigned Stripe Providers")

    def get_values(self):
        values = super().get_values()
        parameters = self.env["ir.config_parameter"]
        for field, (name, default) in PARAMETERS.items():
            values[field] = parameters._fc_billing(name, default)
        unsigned = self.env["fusion.health"]._find_unsigned_stripe()
        values["x_fc_billing_unsigned_stripe"] = ", ".join(unsigned.mapped("name"))
        return values

    def set_values(self):
        result = super().set_values()
        parameters = self.env["ir.config_parameter"].sudo()
        for field, (name, default) in PARAMETERS.items():
            parameters.set_param(f"{const.PREFIX}{name}", self[field] or default)
        return result
