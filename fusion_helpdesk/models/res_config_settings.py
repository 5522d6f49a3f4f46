from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.fusion_base.tools.outbound import OutboundError, OutboundUnreachable, check_url

from .. import const
from ..transport import HTTP_NETWORKS, TransportError
from ..utils import parse_connection_code

_FIELD = "fusion_helpdesk_"
_CONNECTION = ("remote_url", "remote_db", "remote_login", "transport")


class ResConfigSettings(models.TransientModel):
    """Core deletes the parameter of a 0, and "missing" means the default here: so the texts are
    written by hand, never with ``config_parameter``."""

    _inherit = "res.config.settings"

    fusion_helpdesk_connection_code = fields.Char("Connection Code")
    fusion_helpdesk_remote_url = fields.Char("Address")
    fusion_helpdesk_remote_db = fields.Char("Database")
    fusion_helpdesk_remote_login = fields.Char("Login")
    fusion_helpdesk_new_api_key = fields.Char("New Key")
    fusion_helpdesk_api_key_hint = fields.Char("Key", readonly=True)
    fusion_helpdesk_transport = fields.Selection(
        [("xmlrpc", "XML-RPC"), ("json2", "JSON-2")], "Transport"
    )
    fusion_helpdesk_client_label = fields.Char("Label", readonly=True)
    fusion_helpdesk_last_error = fields.Char("Last Fault", readonly=True)
    fusion_helpdesk_team_id = fields.Integer("Team on Central")
    fusion_helpdesk_timeout = fields.Integer("Wait for an Answer (s)")
    fusion_helpdesk_upload_timeout = fields.Integer("Wait for an Upload (s)")
    fusion_helpdesk_owner_email = fields.Char("Owner's E-mail")
    fusion_helpdesk_owner_name = fields.Char("Owner's Name")
    fusion_helpdesk_max_files = fields.Integer("Files per Message")
    fusion_helpdesk_max_file_mb = fields.Integer("Size of a File (MB)")
    fusion_helpdesk_max_total_mb = fields.Integer("Size Together (MB)")
    fusion_helpdesk_tickets_per_hour = fields.Integer("Tickets per User and Hour")
    fusion_helpdesk_replies_per_hour = fields.Integer("Replies per User and Hour")

    @api.model
    def get_values(self):
        values = super().get_values()
        if not self.env.is_system():
            return values
        remote = self.env["fusion.helpdesk.remote"]
        config = remote._read_config()
        values.update({_FIELD + name: remote._get_text(name) for name in const.TEXTS})
        values.update({_FIELD + name: remote._get_number(name) for name in const.NUMBERS})
        values.update(
            {
                _FIELD + "transport": config["transport"],
                _FIELD + "client_label": config["client_label"],
                _FIELD + "last_error": remote._get_text("last_error"),
                _FIELD + "api_key_hint": _hint(config["password"]),
            }
        )
        return values

    def set_values(self):
        """:raise UserError: on a figure, address or code that cannot be used; nothing is saved"""
        result = super().set_values()
        if self.env.is_system():
            self._fc_save_helpdesk()
        return result

    def action_fc_helpdesk_test(self):
        """Save, then try the connection.

        :return: a notification that names the fault
        """
        self.set_values()
        report = self.env["fusion.helpdesk.remote"]._test_connection()
        kind = "success" if report["ok"] else "danger"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "sticky": not report["ok"],
                "message": report["message"],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _fc_save_helpdesk(self):
        self._fc_check_helpdesk_figures()
        values = {name: (self[_FIELD + name] or "").strip() for name in const.TEXTS}
        values["transport"] = self[_FIELD + "transport"] or const.TRANSPORTS[0]
        key = (self[_FIELD + "new_api_key"] or "").strip()
        if self[_FIELD + "connection_code"]:
            code = self._fc_read_connection_code()
            key = code.pop("key")
            values |= {f"remote_{name}": value for name, value in code.items()}
        self._fc_check_helpdesk_address(values["remote_url"])
        values["owner_email"] = self._fc_read_owner_email(values["owner_email"])
        self._fc_store_helpdesk(values, key)
        self.update({_FIELD + "connection_code": False, _FIELD + "new_api_key": False})

    def _fc_store_helpdesk(self, values, key):
        remote = self.env["fusion.helpdesk.remote"]
        owner = ("owner_email", "owner_name")
        is_new_owner = any(values[name] != remote._get_text(name) for name in owner)
        is_new_place = any(values[name] != remote._get_text(name) for name in _CONNECTION)
        numbers = {name: str(self[_FIELD + name]) for name in const.NUMBERS}
        for name, value in {**values, **numbers}.items():
            remote._set_text(name, value)
        if key:
            remote._set_text("remote_api_key", key)
        if key or is_new_place:
            self._fc_start_anew()
        if values["owner_email"]:
            remote._set_text("owner_managed", "True")
        if is_new_owner:
            self._fc_send_owner()

    def _fc_start_anew(self):
        """A new key or place: what waits is sent at once."""
        remote = self.env["fusion.helpdesk.remote"]
        remote._set_text("remote_uid", "")
        remote._set_text("last_error", "")
        outbox_sudo = self.env["fusion.helpdesk.outbox"].sudo()
        outbox_sudo.search([("state", "=", "queued")]).action_retry()

    def _fc_send_owner(self):
        """Central out of reach is no reason not to save: every ticket carries the owner too."""
        contact = self.env["fusion.helpdesk.service"]._get_contact()
        remote = self.env["fusion.helpdesk.remote"]
        if contact is None or not remote._read_config()["configured"]:
            return
        try:
            remote._call("set_contact", {"contact": contact}, const.PATIENCE_S)
        except TransportError as error:
            remote._set_text("last_error", error.message)

    def _fc_read_connection_code(self):
        try:
            return parse_connection_code(self[_FIELD + "connection_code"].strip())
        except ValueError:
            raise UserError(
                self.env._("This is no connection code. Copy it whole; it begins with fhd1.")
            ) from None

    def _fc_read_owner_email(self, text):
        email = email_normalize(text, strict=True) if text else ""
        if text and not email:
            raise UserError(self.env._("The owner's e-mail is not one e-mail address."))
        return email

    def _fc_check_helpdesk_figures(self):
        for name in const.NUMBERS:
            low = 0 if name == "team_id" else 1
            if self[_FIELD + name] < low:
                label = self._fields[_FIELD + name].get_description(self.env)["string"]
                raise UserError(
                    self.env._(
                        "Helpdesk: %(field)s must be at least %(low)s.", field=label, low=low
                    )
                )

    def _fc_check_helpdesk_address(self, url):
        """A name that does not resolve now may pass; http only inside the own network."""
        if not url:
            return
        is_open = self.env["fusion.helpdesk.remote"]._read_config()["allow_insecure"]
        networks = () if is_open else HTTP_NETWORKS
        try:
            check_url(url, allow_private=True, allow_http=is_open, allowed_hosts=networks)
        except OutboundError as error:
            if isinstance(error, OutboundUnreachable) and (is_open or url.startswith("https://")):
                return
            raise UserError(
                self.env._(
                    "The address of support's system must begin with https://; http:// is only for "
                    "servers of the own network."
                )
            ) from None


def _hint(key):
    return f"•••• {key[-4:]}" if len(key) >= 12 else "••••" if key else ""
