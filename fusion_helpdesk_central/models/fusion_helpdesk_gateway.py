import logging
from dataclasses import dataclass, field

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize

from .. import const
from ..settings import get_int
from ..utils import clean_text

_logger = logging.getLogger(__name__)
_MAX_ID = 2**31 - 1
#: Methods that act for the deployment as a whole and need no person.
_IMPERSONAL = ("ping", "set_contact", "digest")


class GatewayError(Exception):
    """An answer ``ok: false``; ``code`` is one of the wire's error codes."""

    def __init__(self, code, message, retry_after=0):
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


@dataclass
class GatewayCall:
    """A payload that has passed the door. ``identity`` has ``uid, name, email, lang, all``."""

    key: object
    payload: dict
    identity: dict = field(default_factory=dict)

    def text(self, name, source=None, limit=const.MAX_SHORT):
        """:return: a text of the payload, ``""`` when absent
        :raise GatewayError: when it is something else, or too long"""
        value = (self.payload if source is None else source).get(name)
        if value in (None, False):
            return ""
        if not isinstance(value, str):
            raise GatewayError("invalid", f"{name} must be a text.")
        if len(value) > limit:
            raise GatewayError("too_large", f"{name} is too long.")
        return clean_text(value)

    def integer(self, name, default=0):
        """:return: a whole number that fits an id, ``default`` when absent"""
        value = self.payload.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise GatewayError("invalid", f"{name} must be a whole number.")
        return value if 0 <= value <= _MAX_ID else 0

    def record(self, name):
        """:return: a dict of the payload, ``None`` when absent"""
        value = self.payload.get(name)
        if value is not None and not isinstance(value, dict):
            raise GatewayError("invalid", f"{name} must be a set of values.")
        return value


class FusionHelpdeskGateway(models.AbstractModel):
    """All that a deployment can call. One argument, one answer, no ``None``; see the README.

    Who calls is told by the bot that authenticated, never by the payload: label, company and key
    come from the bot's row and stand in every domain.
    """

    _name = "fusion.helpdesk.gateway"
    _description = "Helpdesk Gateway"

    # Public methods are thin: the door, then one private method as superuser.

    @api.model
    @api.readonly
    def ping(self, payload):
        return self._serve("ping", payload)

    @api.model
    def submit_ticket(self, payload):
        return self._serve("submit_ticket", payload, is_write=True)

    @api.model
    @api.readonly
    def list_tickets(self, payload):
        return self._serve("list_tickets", payload)

    @api.model
    @api.readonly
    def get_ticket(self, payload):
        return self._serve("get_ticket", payload)

    @api.model
    def post_reply(self, payload):
        return self._serve("post_reply", payload, is_write=True)

    @api.model
    @api.readonly
    def digest(self, payload):
        return self._serve("digest", payload)

    @api.model
    @api.readonly
    def get_attachment(self, payload):
        return self._serve("get_attachment", payload)

    @api.model
    def set_contact(self, payload):
        return self._serve("set_contact", payload, is_write=True)

    @api.model
    def set_state(self, payload):
        return self._serve("set_state", payload, is_write=True)

    @api.model
    def rate(self, payload):
        return self._serve("rate", payload, is_write=True)

    # -- The door ---------------------------------------------------------------------------------

    @api.model
    def _serve(self, method, payload, is_write=False):
        """:raise AccessError: when the caller is no deployment's bot"""
        key = self.env["fusion.helpdesk.client.key"]._for_user(self.env.user)
        gateway = self._with_client(key)
        key = key.with_env(gateway.env)
        try:
            call = gateway._open(method, key, payload)
            if is_write:
                gateway._count_write(key)
            answer = getattr(gateway, f"_do_{method}")(call)
        except GatewayError as error:
            return {
                "ok": False,
                "error": error.code,
                "message": str(error),
                "retry_after": error.retry_after,
            }
        return {"ok": True, "api": const.API_VERSION, "label": key.client_label, **answer}

    def _with_client(self, key):
        """Superuser in the client's company; nothing of the caller's context is kept."""
        env = api.Environment(self.env.cr, SUPERUSER_ID, {})
        company_ids = key.company_id.ids
        return self.with_env(env).with_context(allowed_company_ids=company_ids)

    def _open(self, method, key, payload):
        """Check the frame of a payload.

        :return: :class:`GatewayCall`
        """
        if not isinstance(payload, dict):
            raise GatewayError("invalid", "The payload must be a set of values.")
        if payload.get("api") != const.API_VERSION:
            raise GatewayError("api", f"This desk speaks version {const.API_VERSION}.")
        call = GatewayCall(key, payload)
        call.identity = self._read_identity(call)
        is_nobody = not (call.identity["uid"] or call.identity["email"])
        if is_nobody and method not in _IMPERSONAL:
            raise GatewayError("invalid", "The identity names nobody.")
        self._note_contact(call)
        return call

    def _read_identity(self, call):
        raw = call.record("identity") or {}
        uid = raw.get("uid")
        is_id = isinstance(uid, int) and not isinstance(uid, bool) and 0 < uid <= _MAX_ID
        return {
            "uid": uid if is_id else 0,
            "name": call.text("name", raw),
            "email": email_normalize(call.text("email", raw)) or "",
            "lang": call.text("lang", raw),
            "all": bool(raw.get("all") is True and call.key.allow_all_scope),
        }

    def _find_lang(self, code):
        """:return: the caller's language where it is installed, else the company's"""
        installed = dict(self.env["res.lang"].get_installed())
        return code if code in installed else self.env.company.partner_id.lang or "en_US"

    def _note_contact(self, call):
        seen = {"client_version": call.text("client_version", limit=64) or None}
        if "queue_depth" in call.payload:
            seen["client_queue_depth"] = call.integer("queue_depth")
        if "url" in call.payload:
            seen["client_url"] = call.text("url", limit=2000) or None
        call.key._touch(seen)

    def _count_write(self, key):
        limit = get_int(self.env, "writes_per_hour", const.WRITES_PER_HOUR)
        wait_s = self.env["fusion.helpdesk.rate"]._hit(f"write:{key.id}", limit, 3600)
        if wait_s:
            raise GatewayError("rate_limited", "Too many messages in this hour.", wait_s)

    def _find_ticket(self, call):
        """:return: the ticket, in scope
        :raise GatewayError: the same whether it is somebody else's or not there
        """
        ticket_id = call.integer("ticket_id")
        domain = self.env["helpdesk.ticket"]._fc_scope_domain(call.key, call.identity)
        ticket = self.env["helpdesk.ticket"].search(
            domain & fields.Domain("id", "=", ticket_id), limit=1
        )
        if not ticket:
            raise GatewayError("not_found", "There is no such ticket.")
        return ticket

    # -- Small methods ----------------------------------------------------------------------------

    def _do_ping(self, call):
        return {
            "client": call.key.name,
            "server_time": fields.Datetime.to_string(fields.Datetime.now()),
            "version": const.VERSION,
            "features": self._get_features(),
            "notices": self._get_notices(call),
        }

    def _get_features(self):
        """:return: names of what a client may offer beyond the core"""
        return ["rate", "set_state", "notices", "fingerprint"]

    def _get_notices(self, call):
        lang = self._find_lang(call.identity["lang"])
        notices = self.env["fusion.helpdesk.notice"].with_context(lang=lang)._find_for(call.key)
        return [notice._describe() for notice in notices]

    def _do_set_contact(self, call):
        contact = call.record("contact")
        if contact is None:
            raise GatewayError("invalid", "The contact is missing.")
        self._set_contact(call, contact)
        return {"owner_email": call.key.owner_email or ""}

    def _set_contact(self, call, contact):
        """:return: list of warnings"""
        names = ("owner_email", "owner_name")
        return call.key._set_contact({name: call.text(name, contact) for name in names})
