from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    x_fc_pdf_open_mode = fields.Selection(
        [("preview", "Show in a dialog"), ("download", "Download")],
        "PDF Documents",
        default="preview",
        required=True,
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["x_fc_pdf_open_mode"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["x_fc_pdf_open_mode"]
