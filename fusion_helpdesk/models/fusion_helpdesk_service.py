from odoo import api, models
from odoo.tools import email_normalize

from .. import const
from ..services import report
from ..transport import TransportError


class FusionHelpdeskService(models.AbstractModel):
    """What the dialog asks for, as the current user. Answers are dicts with ``ok``; ``ok: False``
    carries ``error`` and ``message``."""

    _name = "fusion.helpdesk.service"
    _description = "Helpdesk Reporter"

    @api.model
    def _whoami(self):
        """:return: what the dialog needs before anything is typed"""
        if not self._is_allowed():
            return self._refuse("forbidden")
        remote = self.env["fusion.helpdesk.remote"]
        email = self._get_email()
        return {
            "ok": True,
            "name": self.env.user.name,
            "email": email,
            "email_valid": bool(email),
            "is_admin": self._is_admin(),
            "client_label": remote._get_text("client_label"),
            "configured": remote._read_config()["configured"],
            "limits": {name: remote._get_number(name)
                       for name in ("max_files", "max_file_mb", "max_total_mb")},
            "pending": self._count_pending(),
            **self._get_extras(),
        }  # fmt: skip

    @api.model
    def _identity(self):
        """:return: ``{"uid", "name", "email", "lang", "all"}`` of the current user; ``all`` says
        that the user may see every ticket of this deployment at this moment"""
        return {
            "uid": self.env.uid,
            "name": self.env.user.name or "",
            "email": self._get_email(),
            "lang": self.env.user.lang or "en_US",
            "all": self._is_admin(),
        }

    def _is_allowed(self):
        return self.env.user._is_internal()

    def _is_admin(self):
        return self.env.user.has_group(const.ADMIN_GROUP)

    def _get_email(self):
        """:return: the user's address, else the login when it is one, else empty; lower case"""
        user = self.env.user
        return email_normalize(user.email) or email_normalize(user.login) or ""

    def _count_pending(self):
        """:return: number of the user's own rows that wait or were refused"""
        domain = [("user_id", "=", self.env.uid), ("state", "in", ["queued", "failed"])]
        return self.env["fusion.helpdesk.outbox"].search_count(domain)

    def _get_extras(self):
        """:return: what central can do beyond the core, and its notices"""
        state = self.env["fusion.helpdesk.client.state"]._read()
        return {"features": state["features"] or [], "notices": self._get_current_notices(state)}

    @api.model
    def _ask(self, method, payload, with_files=False):
        """Call central for a person who waits: a short time, and not at all right after a fault.

        :raise TransportError: as ``fusion.helpdesk.remote._call``
        """
        remote, state = self.env["fusion.helpdesk.remote"], self.env["fusion.helpdesk.client.state"]
        config = remote._read_config()
        if state._is_broken(config["url"]):
            raise TransportError("unreachable", self._message("unreachable"))
        timeout = (
            config["upload_timeout"] if with_files else min(config["timeout"], const.PATIENCE_S)
        )
        try:
            return remote._call(method, payload, timeout)
        except TransportError as error:
            if error.code in ("unreachable", "timeout"):
                state._open_breaker(config["url"])
            raise

    def _refuse(self, code, message="", **values):
        """:return: the answer of something that is not done"""
        message = message or self._message(code)
        return {"ok": False, "error": code, "message": message, **values}

    def _refuse_fault(self, error):
        """:return: the answer to a call that did not reach the gateway"""
        code = {"timeout": "unreachable", "tls": "unreachable", "forbidden": "auth",
                "protocol": "server"}.get(error.code, error.code)  # fmt: skip
        return self._refuse(code, error.message)

    def _refuse_answer(self, answer):
        """:return: the answer to a refusal of central"""
        code = {"revoked": "auth", "api": "server"}.get(answer.get("error"), answer.get("error"))
        known = code in ("not_found", "invalid", "too_large", "rate_limited", "auth", "server")
        values = {"retry_after": answer["retry_after"]} if answer.get("retry_after") else {}
        return self._refuse(code if known else "server", self._refusal_message(answer), **values)

    def _refusal_message(self, answer):
        """Our words, in the user's language; central's own where we know none."""
        codes = {"revoked": "auth", "api": "api"}
        code = codes.get(answer.get("error"), answer.get("error"))
        text = report.clean_line(answer.get("message"), 300)
        return text if code == "invalid" and text else self._message(code)

    def _message(self, code):
        texts = {
            "forbidden": self.env._("Only internal users can write to support."),
            "not_configured": self.env._("Support is not connected to this database yet."),
            "bad_email": self.env._("This is not one e-mail address."),
            "bad_kind": self.env._("Choose whether this is a bug or a feature."),
            "empty": self.env._("Please write something first."),
            "too_long": self.env._("The text is too long."),
            "too_large": self.env._("The files are too large."),
            "not_found": self.env._("This ticket is not available."),
            "invalid": self.env._("Support's system could not use what was sent."),
            "unreachable": self.env._(
                "Support is unreachable; what you write is kept and will be sent."
            ),
            "auth": self.env._(
                "Support does not accept this database's key. An administrator must renew "
                "it; what you write is kept."
            ),
            "api": self.env._(
                "Support's system and this database speak different versions. Ask support."
            ),
            "rate_limited": self.env._(
                "Support's system asks to wait a while; what you write is kept."
            ),
        }
        return texts.get(code) or self.env._("Support had a fault; what you write is kept.")
