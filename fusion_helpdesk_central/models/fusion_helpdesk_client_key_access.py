import base64
import json
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor

from ..settings import get_int

_CODE_PREFIX = "fhd1."


class FusionHelpdeskClientKey(models.Model):
    """Keys and bots: who may call the gateway, and as which client."""

    _inherit = "fusion.helpdesk.client.key"

    @api.model
    def _for_user(self, user):
        """The one door: which client is calling.

        :param user: the user that authenticated
        :return: its key, sudo
        :raise AccessError: for anybody who is no bot of an active key, administrators included
        """
        names = ["state", "key_expires_at"]  # one query; the other columns come along
        key_sudo = self.sudo().search_fetch([("bot_user_id", "=", user.id)], names, limit=1)
        now = fields.Datetime.now()
        is_usable = key_sudo.state == "active" and (key_sudo.key_expires_at or now) >= now
        if not key_sudo or not is_usable:
            raise AccessError(self.env._("This is for the deployments of the desk only."))
        return key_sudo

    @api.model
    def _refuse_bot(self, uid):
        """:raise AccessError: when the user is the bot of any key"""
        keys_sudo = self.sudo().with_context(active_test=False)
        if keys_sudo.search_count([("bot_user_id", "=", uid)], limit=1):
            raise AccessError(self.env._("This user may call the helpdesk's gateway only."))

    def action_generate_key(self):
        """Make a key for a row that has none, or a new one after it was revoked."""
        self._check_manager()
        if self.state == "active":
            raise UserError(self.env._("There is a key already: rotate it instead."))
        return self._show_key(self._issue_key())

    def action_rotate_key(self):
        """Make a new key; the old one works for the days of grace that are set."""
        self._check_manager()
        if self.state != "active":
            raise UserError(self.env._("There is no key to replace yet: generate one."))
        self._end_previous_keys(get_int(self.env, "key_grace_days"))
        return self._show_key(self._add_key())

    def action_revoke(self):
        """Delete all keys and archive the bots: the next call of the deployment is refused."""
        self.env["fusion.helpdesk.client.key"].check_access("write")
        for key in self:
            key._close_access()
            key.sudo().write(
                {
                    "state": "revoked",
                    "key_last4": False,
                    "key_created_at": False,
                    "key_expires_at": False,
                    "previous_key_expires_at": False,
                }
            )
        return True

    def _check_manager(self):
        self.ensure_one()
        self.check_access("write")

    def _issue_key(self):
        """Make the only key of this row. Earlier ones are deleted.

        :return: the key in clear, this once; only Odoo's own hash is stored
        """
        self.ensure_one()
        self._delete_api_keys()
        self.sudo().bot_user_id.active = True
        return self._add_key()

    def _add_key(self):
        bot_sudo = self.sudo().bot_user_id
        keys_sudo = self.env["res.users.apikeys"].with_user(bot_sudo).sudo()
        key = keys_sudo._generate("rpc", f"Fusion Helpdesk {self.client_label}", None)
        self.sudo().write(
            {"state": "active", "key_last4": key[-4:], "key_created_at": fields.Datetime.now()}
        )
        return key

    def _connection_code(self, key):
        """:return: what the deployment's settings take in one paste"""
        parts = {
            "url": self.get_base_url(),
            "db": self.env.cr.dbname,
            "login": self.sudo().bot_user_id.login,
            "key": key,
        }
        return _CODE_PREFIX + base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()

    def _show_key(self, key):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Key of %(client)s", client=self.name),
            "res_model": "fusion.helpdesk.key.show",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key, "default_code": self._connection_code(key)},
        }

    # -- Bots -------------------------------------------------------------------------------------

    def _get_bot_login(self):
        return f"fusion-helpdesk+{self.client_label}"

    def _create_bot(self):
        """:return: a new user without password, address or group"""
        return (
            self.env["res.users"]
            .sudo()
            .with_context(no_reset_password=True, mail_create_nosubscribe=True)
            .create(
                {
                    "name": self.env._("Helpdesk of %(client)s", client=self.name),
                    "login": self._get_bot_login(),
                    "group_ids": [fields.Command.clear()],
                    "company_id": self.company_id.id,
                    "company_ids": [fields.Command.set(self.company_id.ids)],
                    "notification_type": "email",
                }
            )
        )

    def _close_access(self):
        self._delete_api_keys()
        self.sudo().bot_user_id.active = False

    def _get_api_keys(self):
        keys_sudo = self.env["res.users.apikeys"].with_user(SUPERUSER_ID)
        return keys_sudo.search([("user_id", "=", self.sudo().bot_user_id.id)], order="id")

    def _delete_api_keys(self, keys=None):
        """Deleting alone leaves the cached answer of XML-RPC's password check (``res.users.
        _check_uid_passwd``), so the cache goes too."""
        (self._get_api_keys() if keys is None else keys).unlink()
        self.env.registry.clear_cache()

    def _end_previous_keys(self, grace_days):
        """Let the newest key live ``grace_days`` more; older ones end now, as it does with 0."""
        keys = self._get_api_keys()
        newest = keys[-1:]
        if not grace_days:
            self._delete_api_keys(keys)
            self.sudo().previous_key_expires_at = False
            return
        self._delete_api_keys(keys - newest)
        ends = fields.Datetime.now() + timedelta(days=grace_days)
        self.env.cr.execute(
            SQL("UPDATE res_users_apikeys SET expiration_date = %s WHERE id = %s", ends, newest.id)
        )
        newest.invalidate_recordset()
        self.sudo().previous_key_expires_at = ends

    @api.autovacuum
    def _gc_previous_keys(self):
        """Expiry alone does not end a key on XML-RPC, where the check is cached."""
        now = fields.Datetime.now()
        for key in self.sudo().search([("previous_key_expires_at", "<", now)]):
            key._delete_api_keys(key._get_api_keys()[:-1])
            key.previous_key_expires_at = False

    # -- Contact ----------------------------------------------------------------------------------

    def _write_seen(self, values):
        """One statement that never waits and never collides with another call of the client.

        A read-only request, which a read method of the gateway is on JSON-2, uses a cursor of its
        own.
        """
        query = SQL(
            """UPDATE fusion_helpdesk_client_key SET %s WHERE id IN (
                   SELECT id FROM fusion_helpdesk_client_key WHERE id = %s
                      FOR NO KEY UPDATE SKIP LOCKED)""",
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), values[name]) for name in values),
            self.id,
        )
        self.flush_recordset(list(values))
        if self.env.cr.readonly:
            with own_cursor(self.env) as cr:
                cr.execute(query)
        else:
            self.env.cr.execute(query)
        self.invalidate_recordset(list(values), flush=False)
