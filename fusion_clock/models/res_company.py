from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    x_fclk_nfc_kiosk_location_id = fields.Many2one(
        "fusion.clock.location",
        "Kiosk Location",
        domain="[('company_id', '=', id)]",
        help="Where taps at this company's card kiosk are recorded.",
    )
    x_fclk_state_id = fields.Many2one(
        related="partner_id.state_id",
        store=True,
        string="Province of Work",
        help="Decides the break rule; stored, because every clock-out asks for it.",
    )
    x_fclk_kiosk_lang = fields.Selection(
        related="partner_id.lang", store=True, string="Kiosk Language"
    )
    x_fclk_take_photos = fields.Boolean(
        "Take Photos at the Kiosk",
        compute="_compute_x_fclk_take_photos",
        store=True,
        readonly=False,
        help="Off for companies in Quebec until someone switches it on: photos of employees need a "
        "privacy assessment there (Act respecting the protection of personal information in the "
        "private sector, CQLR c. P-39.1).",
    )

    @api.depends("partner_id.state_id")
    def _compute_x_fclk_take_photos(self):
        quebec = self.env.ref("base.state_ca_qc", raise_if_not_found=False)
        for company in self:
            state = company.partner_id.state_id
            company.x_fclk_take_photos = not state or state != quebec
