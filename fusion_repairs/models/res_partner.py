from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    x_fc_maintenance_opt_out = fields.Boolean(
        "No Maintenance Reminders", help="Set by the unsubscribe link of a reminder."
    )
