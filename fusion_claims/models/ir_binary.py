from odoo import models

from .. import const


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _get_stream_from(self, record, field_name="raw", *args, **kwargs):
        """A paper of a case that is downloaded leaves its trace."""
        stream = super()._get_stream_from(record, field_name, *args, **kwargs)
        is_paper = record._name == "sale.order" and field_name in const.DOCUMENTS
        if is_paper or (
            record._name == "fusion.page11.sign.request" and field_name == "signed_pdf"
        ):
            self.env["fusion.phi.access.log"]._log(record.sudo(False), "download", field_name)
        return stream
