from odoo.http import request, route

from odoo.addons.rpc.controllers import RPC as RpcBase

from .. import const
from ..services import origin


def _get_origin(channel):
    """The services run without a request: read it before they take it away."""
    headers = request.httprequest.headers
    return origin.Origin(
        origin.normalize_ip(request.httprequest.remote_addr),
        origin.clean_text(headers.get("User-Agent"), const.SIZES["user_agent_raw"]),
        channel,
    )


class RPC(RpcBase):
    @route()
    def xmlrpc_1(self, service):
        with origin.keep_origin(_get_origin("xmlrpc")):
            return super().xmlrpc_1(service)

    @route()
    def xmlrpc_2(self, service):
        with origin.keep_origin(_get_origin("xmlrpc")):
            return super().xmlrpc_2(service)

    @route()
    def jsonrpc(self, service, method, args):
        with origin.keep_origin(_get_origin("jsonrpc")):
            return super().jsonrpc(service, method, args)
