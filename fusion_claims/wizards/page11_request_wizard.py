from odoo import api, fields, models


class Page11RequestWizard(models.TransientModel):
    """Ask a person to sign page 11 by a link."""

    _name = "fusion_claims.page11.request.wizard"
    _description = "Request Remote Signature"
    _inherit = "fusion_claims.order.wizard"

    signer_name = fields.Char("Signer", required=True)
    signer_email = fields.Char("E-mail", required=True)
    signer_type = fields.Selection(
        [("applicant", "Applicant"), ("agent", "Agent")], required=True, default="applicant"
    )
    signer_relationship = fields.Selection(
        selection=lambda self: (
            self.env["fusion.page11.sign.request"]
            ._fields["signer_relationship"]
            ._description_selection(self.env)
        ),
        string="Relationship",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        partner = self.env["sale.order"].browse(values.get("sale_order_id")).partner_id
        facts = {
            "signer_name": partner.name,
            "signer_email": partner.email,
            "lang": partner.lang or self.env.lang,
        }
        return {**{name: value for name, value in facts.items() if value}, **values}

    def action_confirm(self):
        """:return: where the person came from
        :raise UserError: no valid address"""
        self.ensure_one()
        sign_request = self.env["fusion.page11.sign.request"].create(
            {
                "sale_order_id": self.sale_order_id.id,
                "signer_name": self.signer_name,
                "signer_email": self.signer_email,
                "signer_type": self.signer_type,
                "signer_relationship": self.signer_relationship,
                "lang": self.lang,
            }
        )
        sign_request.action_send()
        if self.env.context.get("fc_return_to_application"):
            return self.sale_order_id.action_fc_application_received()
        return {"type": "ir.actions.act_window_close"}
