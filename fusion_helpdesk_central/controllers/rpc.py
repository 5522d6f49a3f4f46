import xmlrpc.client

from odoo.http import dispatch_rpc, request, route

from odoo.addons.rpc.controllers import RPC as RpcBase
from odoo.addons.rpc.controllers.xmlrpc import dumps

from ..rpc_target import keep_target

_MODEL = 3  # place of the model's name in the service's arguments


def _get_model(service, params):
    return params[_MODEL] if service == "object" and len(params) > _MODEL else ""


class RPC(RpcBase):
    """Tells ``res.users._check_uid_passwd``, which sees a password only, what it is asked for."""

    def _xmlrpc(self, service):
        params, method = xmlrpc.client.loads(request.httprequest.get_data(), use_datetime=True)
        with keep_target(_get_model(service, params)):
            return dumps((dispatch_rpc(service, method, params),))

    @route()
    def jsonrpc(self, service, method, args):
        with keep_target(_get_model(service, args)):
            return super().jsonrpc(service, method, args)
