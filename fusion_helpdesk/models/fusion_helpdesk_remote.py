import os
import time

from odoo import api, fields, models
from odoo.modules.module import get_manifest

from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..transport import TransportError, make_transport

_logger = redact_logger(__name__)


class FusionHelpdeskRemote(models.AbstractModel):
    """The one door to central."""

    _name = "fusion.helpdesk.remote"
    _description = "Helpdesk Connection"

    @api.model
    def _get_text(self, name):
        return (self.env["ir.config_parameter"].sudo().get_param(const.PREFIX + name) or "").strip()

    @api.model
    def _get_number(self, name):
        """:return: the parameter as int, its default when missing, unreadable or negative"""
        text = self._get_text(name)
        return int(text) if text.isascii() and text.isdigit() else const.NUMBERS[name]

    @api.model
    def _set_text(self, name, value):
        """Each write empties a cache in every worker, so an equal value is not written."""
        if self._get_text(name) != value:
            self.env["ir.config_parameter"].sudo().set_param(const.PREFIX + name, value)

    @api.model
    def _read_config(self):
        """:return: dict of ``url, db, login, password, transport, client_label, team_id, timeout,
        upload_timeout`` (seconds), ``allow_insecure`` and ``configured``"""
        transport = self._get_text("transport")
        config = {
            "url": self._get_text("remote_url").rstrip("/"),
            "db": self._get_text("remote_db"),
            "login": self._get_text("remote_login"),
            "password": os.environ.get(const.KEY_VARIABLE) or self._get_text("remote_api_key"),
            "transport": transport if transport in const.TRANSPORTS else const.TRANSPORTS[0],
            "client_label": self._get_text("client_label"),
            "team_id": self._get_number("team_id"),
            "timeout": max(self._get_number("timeout"), 1),
            "upload_timeout": max(self._get_number("upload_timeout"), 1),
            "allow_insecure": self._get_text("allow_insecure").lower() in ("1", "true"),
        }
        needed = ("url", "db", "password") + (("login",) * (config["transport"] == "xmlrpc"))
        config["configured"] = all(config[name] for name in needed)
        return config

    @api.model
    def _call(self, method, payload, timeout=None):
        """Call a method of central's gateway; always tries.

        :param payload: dict; the version of the wire, of this addon and, where missing, the
            identity of the current user are added
        :param timeout: seconds, default the setting's
        :return: central's answer, a dict with ``ok``
        :raise TransportError: when no answer of the gateway came back
        """
        config = self._read_config()
        if not config["configured"]:
            raise TransportError(
                "not_configured", self.env._("Support is not connected to this database yet.")
            )
        payload = self._prepare_payload(payload)
        try:
            answer = self._send(config, method, payload, timeout or config["timeout"])
        except TransportError as error:
            error.message = self._explain(error, config)
            self._note_fault(error)
            raise
        self._note_answer(answer)
        return answer

    def _prepare_payload(self, payload):
        common = {
            "api": const.API,
            "client_version": get_manifest("fusion_helpdesk")["version"],
        }
        if "identity" not in payload:
            common["identity"] = self.env["fusion.helpdesk.service"]._identity()
        return {**common, **payload}

    def _send(self, config, method, payload, timeout):
        """A cached id of the deployment's user that central no longer takes is asked anew, once."""
        transport = make_transport(config)
        if config["transport"] == "json2":
            return self._check_answer(transport.call(method, payload, timeout))
        cached = self._get_text("remote_uid")
        if cached.isdigit():
            try:
                return self._check_answer(transport.call(method, payload, timeout, int(cached)))
            except TransportError as error:
                if error.code != "auth":
                    raise
                self._set_text("remote_uid", "")
        uid = transport.authenticate(timeout)
        self._set_text("remote_uid", str(uid))
        return self._check_answer(transport.call(method, payload, timeout, uid))

    def _check_answer(self, answer):
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise TransportError(
                "protocol", self.env._("The answer of support's system could not be read.")
            )
        return answer

    def _note_fault(self, error):
        """Faults that only an administrator can mend stand in the settings and turn the dot red."""
        _logger.info("Helpdesk: central not reached (%s)", error.code)
        if not error.retryable:
            self._set_text("last_error", error.message)

    def _note_answer(self, answer):
        self.env["fusion.helpdesk.client.state"]._note_success()
        is_revoked = answer.get("error") == "revoked"
        text = self.env._("Support has revoked the key of this database.") if is_revoked else ""
        self._set_text("last_error", text)

    @api.model
    def _ping(self, timeout=None):
        """Tell central how this deployment is and take over what it says of itself.

        :return: central's answer
        :raise TransportError: as :meth:`_call`
        """
        queued = self.env["fusion.helpdesk.outbox"].sudo().search_count([("state", "=", "queued")])
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        answer = self._call("ping", {"queue_depth": queued, "url": url}, timeout)
        if answer["ok"]:
            self._set_text("client_label", str(answer.get("label") or ""))
            self.env["fusion.helpdesk.client.state"]._put(
                features=[name for name in answer.get("features") or [] if isinstance(name, str)],
                notices=self.env["fusion.helpdesk.service"]._clean_notices(answer.get("notices")),
            )
        return answer

    @api.model
    def _test_connection(self):
        """Try the connection as it is saved.

        :return: ``{"ok", "code", "message", "label", "transport", "latency_ms"}``; ``code`` is
            ``ok`` or names the fault
        """
        config = self._read_config()
        started = time.monotonic()
        try:
            answer = self._ping(config["timeout"])
        except TransportError as error:
            return self._make_report(config, error.detail, error.message, started)
        if not answer["ok"]:
            code = str(answer.get("error") or "server")
            message = self.env["fusion.helpdesk.service"]._refusal_message(answer)
            return self._make_report(config, code, message, started)
        skew = self._get_skew_minutes(answer.get("server_time"))
        label = str(answer.get("label") or "")
        if skew > const.CLOCK_SKEW_MIN:
            message = self.env._(
                "Support's system answers, but its clock and this server's differ by %(minutes)s "
                "minutes. Set both by a time server.",
                minutes=int(skew),
            )
            return self._make_report(config, "clock", message, started, label)
        message = self.env._("Connected as %(label)s.", label=label)
        return self._make_report(config, "ok", message, started, label)

    def _make_report(self, config, code, message, started, label=""):
        return {
            "ok": code == "ok",
            "code": code,
            "message": message,
            "label": label,
            "transport": config["transport"],
            "latency_ms": int((time.monotonic() - started) * 1000),
        }

    def _get_skew_minutes(self, server_time):
        try:
            central = fields.Datetime.to_datetime(server_time)
        except (ValueError, TypeError):
            central = None
        return abs((fields.Datetime.now() - central).total_seconds()) / 60 if central else 0

    def _explain(self, error, config):
        """:return: what is wrong and what to do about it, in one or two sentences"""
        texts = {
            "name": self.env._("The host in the address is not found. Check the spelling."),
            "refused": self.env._(
                "The host of support's system refuses the connection. Check address and port."
            ),
            "dropped": self.env._("Support's system closed the connection. Try again in a minute."),
            "timeout": self.env._(
                "Support's system did not answer in time. Try again in a minute."
            ),
            "tls": self.env._(
                "The certificate of support's system is not valid. Ask support to renew it."
            ),
            "auth": self.env._(
                "Login or key are wrong or no longer valid. Ask support for a new key."
            ),
            "server": self.env._(
                "Support's system had a fault. What you write is kept and sent again."
            ),
            "forbidden": self.env._("The key may not call the gateway. Ask support for a new key."),
            "database": self.env._(
                "Support's system does not open the database %(name)s. Check its name.",
                name=config["db"],
            ),
            "bad_scheme": self.env._("The address must begin with https://."),
            "bad_url": self.env._("The address of support's system is not valid."),
            "bad_port": self.env._("The port in the address is not allowed."),
            "blocked_address": self.env._("The address of support's system is not allowed."),
            "http_404": self.env._(
                "The gateway is not found there: wrong address or database, or support's "
                "system lacks its addon."
            ),
            "fault": self.env._(
                "Support's system has no gateway, or it had a fault. What you write is kept."
            ),
        }
        if error.detail == "http_404" and config["transport"] == "xmlrpc":
            return self.env._("There is no XML-RPC at that address. Choose the transport JSON-2.")
        return texts.get(error.detail) or error.message
