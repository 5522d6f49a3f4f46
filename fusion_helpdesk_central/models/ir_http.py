from werkzeug.exceptions import Forbidden

from odoo import models
from odoo.exceptions import AccessError
from odoo.http import request

from .. import rpc_target


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_bearer(cls):
        """The same for JSON-2 and every other route that takes a key.

        :raise Forbidden: for a bot that calls anything but the gateway
        """
        super()._auth_method_bearer()
        if request.httprequest.path.startswith(f"/json/2/{rpc_target.GATEWAY}/"):
            return
        try:
            request.env["fusion.helpdesk.client.key"]._refuse_bot(request.env.uid)
        except AccessError as error:
            raise Forbidden(str(error)) from None
