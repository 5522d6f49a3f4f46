"""How central is called: XML-RPC or JSON-2, with one family of faults.

Messages are one sentence without address, key or central's traceback.
"""

import json
import xmlrpc.client
from xml.parsers.expat import ExpatError

from odoo.addons.fusion_base.tools.outbound import (
    OutboundBlocked,
    OutboundBusy,
    OutboundClient,
    OutboundError,
    OutboundMalformed,
    OutboundRejected,
    OutboundUnreachable,
)

from . import const

#: Plain http is for the own machine and the own network.
HTTP_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_RETRYABLE = {"unreachable", "timeout", "server"}
_STATUS_CODES = {401: "auth", 403: "forbidden"}
_FAULT_CODES = {1: "server", 2: "server", 3: "auth", 4: "forbidden"}


class TransportError(Exception):
    """A call that brought no answer of the gateway.

    ``code``: ``unreachable``, ``timeout``, ``tls``, ``auth``, ``forbidden``, ``protocol`` or
    ``server``. ``detail`` names the fault more closely, for the connection test.
    """

    def __init__(self, code, message, *, detail=""):
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = code in _RETRYABLE
        self.detail = detail or code


class _Transport:
    """:param config: dict of ``fusion.helpdesk.remote._read_config``"""

    def __init__(self, config):
        self.config = config
        self._client = OutboundClient(
            config["url"],
            timeout=config["timeout"],
            allow_private=True,
            allow_http=config["allow_insecure"],
            allowed_hosts=() if config["allow_insecure"] else HTTP_NETWORKS,
            max_bytes=const.ANSWER_MAX,
        )

    def _post(self, path, content, headers, timeout):
        try:
            return self._client.request(
                "POST", path, content=content, headers=headers, timeout=timeout
            )
        except OutboundError as error:
            raise _translate(error) from None


class XmlRpcTransport(_Transport):
    """``POST URL/xmlrpc/2/common`` once for the user's id, then ``POST URL/xmlrpc/2/object``."""

    def authenticate(self, timeout):
        """:return: id of the deployment's user on central
        :raise TransportError: ``auth`` when login or key is wrong
        """
        config = self.config
        params = (config["db"], config["login"], config["password"], {})
        try:
            uid = self._request("common", "authenticate", params, timeout)
        except TransportError as error:
            if error.code == "server" and error.detail == "fault":
                error.detail = "database"
            raise
        if not isinstance(uid, int) or not uid:
            raise TransportError("auth", "Central does not accept the login or the key.")
        return uid

    def call(self, method, payload, timeout, uid):
        config = self.config
        params = (
            config["db"], uid, config["password"], const.GATEWAY, method, [], {"payload": payload}
        )  # fmt: skip
        return self._request("object", "execute_kw", params, timeout)

    def _request(self, service, name, params, timeout):
        body = xmlrpc.client.dumps(params, name).encode()
        answer = self._post(f"/xmlrpc/2/{service}", body, {"Content-Type": "text/xml"}, timeout)
        try:
            return xmlrpc.client.loads(answer.content)[0][0]
        except xmlrpc.client.Fault as fault:
            raise _translate_fault(fault) from None
        except (ExpatError, xmlrpc.client.Error, ValueError, LookupError, TypeError) as error:
            raise _malformed() from error


class Json2Transport(_Transport):
    """``POST URL/json/2/MODEL/METHOD`` with the key as bearer."""

    def call(self, method, payload, timeout, uid=None):
        config = self.config
        headers = {
            "Authorization": f"bearer {config['password']}",
            "X-Odoo-Database": config["db"],
            "Content-Type": "application/json",
        }
        body = json.dumps({"payload": payload}).encode()
        answer = self._post(f"/json/2/{const.GATEWAY}/{method}", body, headers, timeout)
        try:
            return answer.json()
        except OutboundError as error:
            raise _malformed() from error


def make_transport(config):
    return (Json2Transport if config["transport"] == "json2" else XmlRpcTransport)(config)


def _malformed():
    return TransportError("protocol", "Central's answer could not be read.")


def _translate(error):
    """:return: the :class:`TransportError` of an :class:`OutboundError`"""
    if isinstance(error, OutboundUnreachable):
        return _translate_unreachable(error)
    if isinstance(error, OutboundBusy):
        return TransportError("server", f"Central had a fault (HTTP {error.status}).")
    if isinstance(error, OutboundRejected) and error.status in _STATUS_CODES:
        return TransportError(
            _STATUS_CODES[error.status], f"Central refused the key (HTTP {error.status})."
        )
    if isinstance(error, OutboundRejected):
        return TransportError(
            "protocol",
            f"Nothing there answers as central does (HTTP {error.status}).",
            detail=f"http_{error.status}",
        )
    if isinstance(error, OutboundBlocked):
        return TransportError(
            "protocol", "The address of central is not valid or not allowed.", detail=error.code
        )
    assert isinstance(error, OutboundMalformed)
    return _malformed()


def _translate_unreachable(error):
    if error.timed_out:
        return TransportError("timeout", "Central did not answer in time.")
    if error.reason == "tls":
        return TransportError("tls", "Central's certificate is not valid.")
    return TransportError("unreachable", "Central cannot be reached.", detail=error.reason)


def _translate_fault(fault):
    code = _FAULT_CODES.get(fault.faultCode, "server")
    messages = {
        "auth": "Central does not accept the login or the key.",
        "forbidden": "Central does not let this key call the gateway.",
        "server": "Central had a fault.",
    }
    return TransportError(code, messages[code], detail="fault" if code == "server" else code)
