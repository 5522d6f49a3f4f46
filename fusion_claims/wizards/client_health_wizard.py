from odoo import api, fields, models

from .. import const


class ClientHealthWizard(models.TransientModel):
    """A client's health details, for who runs the case and has no rights on contacts."""

    _name = "fusion_claims.client.health.wizard"
    _description = "Client's Health Details"
    _inherit = "fusion_claims.order.wizard"

    partner_id = fields.Many2one(related="sale_order_id.partner_id", string="Client")
    x_fc_health_card_number = fields.Char("Health Card Number", groups=const.HEALTH)
    x_fc_health_card_version = fields.Char("Health Card Version", size=2, groups=const.HEALTH)
    x_fc_date_of_birth = fields.Date("Date of Birth", groups=const.HEALTH)
    x_fc_odsp_member_id = fields.Char("ODSP Member ID", groups=const.HEALTH)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(values.get("sale_order_id"))
        return {**(order._fc_get_client_health() if order else {}), **values}

    def action_confirm(self):
        """:return: an action that closes the dialog
        :raise AccessError: not the user's case
        :raise ValidationError: no such health card"""
        self.ensure_one()
        self.sale_order_id._fc_set_client_health({name: self[name] for name in const.CLIENT_HEALTH})
        self.unlink()  # the numbers stay in one place
        return {"type": "ir.actions.act_window_close"}
