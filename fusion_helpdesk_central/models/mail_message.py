from odoo import fields, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    x_fc_client_uuid = fields.Char(
        "Deployment's Key",
        copy=False,
        readonly=True,
        help="Set on replies that came through the gateway: sent twice, it is posted once.",
    )

    _x_fc_client_uuid_uniq = models.UniqueIndex(
        "(model, res_id, x_fc_client_uuid) WHERE x_fc_client_uuid IS NOT NULL"
    )
