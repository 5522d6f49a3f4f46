from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..services import documents


class ResConfigSettings(models.TransientModel):
    """Numbers and the switch are written as text: an absent row of the switch means off."""

    _inherit = "res.config.settings"

    fc_claims_email_on = fields.Boolean("E-mails About Cases")
    fc_page11_expiry_days = fields.Integer("Signature Links Live (days)")
    fc_max_document_mb = fields.Integer("Largest Document (MB)")
    fc_mod_lifetime_cap = fields.Integer("March of Dimes Lifetime Amount")
    fc_adp_approval_valid_months = fields.Integer("ADP Approval Valid (months)")
    fc_adp_billing_limit_months = fields.Integer("ADP Billing Limit (months)")
    fc_assessment_valid_months = fields.Integer("Assessment Valid (months)")
    fc_stale_application_days = fields.Integer("Remind of Applications (days)")
    fc_adp_form_edition = fields.Char("Oldest ADP Form (YYYY/MM)", size=7)
    x_fc_adp_partner_id = fields.Many2one(related="company_id.x_fc_adp_partner_id", readonly=False)
    x_fc_mod_partner_id = fields.Many2one(related="company_id.x_fc_mod_partner_id", readonly=False)
    x_fc_adp_vendor_number = fields.Char(
        related="company_id.x_fc_adp_vendor_number", readonly=False
    )
    x_fc_mod_vendor_code = fields.Char(related="company_id.x_fc_mod_vendor_code", readonly=False)
    x_fc_claims_email = fields.Char(related="company_id.x_fc_claims_email", readonly=False)

    @api.model
    def get_values(self):
        order = self.env["sale.order"]
        return {
            **super().get_values(),
            "fc_claims_email_on": order._fc_email_enabled(),
            "fc_adp_form_edition": order._fc_get_form_edition(),
            **{f"fc_{name}": order._fc_number(name) for name in const.NUMBERS},
        }

    def set_values(self):
        """:raise UserError: a figure below 1, or no edition of a form"""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(
            "fusion_claims.enable_email_notifications", str(self.fc_claims_email_on)
        )
        edition = (self.fc_adp_form_edition or "").strip()
        if edition and not documents.EDITION.fullmatch(edition):
            raise UserError(self.env._("Write the edition as year and month: 2024/05."))
        parameters.set_param("fusion_claims.adp_form_edition", edition)
        for name in const.NUMBERS:
            if self[f"fc_{name}"] < 1:
                raise UserError(self.env._("Claims: a figure must be 1 or more."))
            parameters.set_param(const.PREFIX + name, str(self[f"fc_{name}"]))
        return super().set_values()
