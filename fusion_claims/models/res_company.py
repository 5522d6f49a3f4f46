from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    x_fc_adp_partner_id = fields.Many2one("res.partner", "ADP as Customer")
    x_fc_mod_partner_id = fields.Many2one("res.partner", "March of Dimes as Customer")
    x_fc_adp_vendor_number = fields.Char("ADP Vendor Number")
    x_fc_mod_vendor_code = fields.Char("March of Dimes Vendor Code")
    x_fc_claims_email = fields.Char("E-mail of the Claims Office")
