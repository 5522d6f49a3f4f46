from odoo import api, models
from odoo.tools import SQL

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

from .. import const
from ..services.attempt import get_attempt


class ResUsersApikeys(models.Model):
    """API keys only: ``auth_totp.device`` inherits this model, its checks are not API access."""

    _inherit = "res.users.apikeys"

    def _check_credentials(self, *, scope, key):
        uid = super()._check_credentials(scope=scope, key=key)
        if self._name == "res.users.apikeys":
            self.env["res.users"]._fc_guard(lambda found: self._fc_note_check(found, key), uid)
        return uid

    def _fc_note_check(self, uid, key):
        """Inside a login the key only gets its name; alone it is the access itself."""
        attempt = get_attempt()
        name = self._fc_find_key(key, is_expired=False)["name"] if uid else ""
        if attempt:
            attempt.api_key_name = attempt.api_key_name or name
            attempt.method = "apikey" if uid else attempt.method
        elif uid:
            user = self.env["res.users"].sudo().browse(uid)
            self.env["res.users"]._fc_note_api(user, key, "apikey", name)
        else:
            self._fc_note_refusal(key)

    def _fc_note_refusal(self, key):
        found = self._fc_find_key(key, is_expired=True)
        user = self.env["res.users"].sudo().browse(found["user_id"] or ())
        self.env["res.users"]._fc_record_event(
            "failure",
            user.login or const.API_KEY_LOGIN,
            "expired_api_key" if user else "bad_api_key",
            event_type="api",
            user=user,
            auth_method="apikey",
            api_key_name=found["name"],
        )

    @api.model
    def _fc_find_key(self, key, *, is_expired):
        """:return: ``{"user_id": int or False, "name"}`` of the row whose hash verifies"""
        self.env.cr.execute(
            SQL(
                """SELECT user_id, name, key FROM res_users_apikeys
                    WHERE index = %s
                      AND (expiration_date < now() AT TIME ZONE 'utc') IS NOT DISTINCT FROM %s""",
                key[:INDEX_SIZE],
                is_expired,
            )
            if is_expired
            else SQL(
                """SELECT user_id, name, key FROM res_users_apikeys
                    WHERE index = %s AND (expiration_date IS NULL
                                          OR expiration_date >= now() AT TIME ZONE 'utc')""",
                key[:INDEX_SIZE],
            )
        )
        rows = self.env.cr.fetchall()
        is_sure = len(rows) == 1 and not is_expired
        for user_id, name, hashed in rows:
            if is_sure or KEY_CRYPT_CONTEXT.verify(key, hashed):
                return {"user_id": user_id, "name": name}
        return {"user_id": False, "name": ""}

    def _generate(self, scope, name, expiration_date):
        key = super()._generate(scope, name, expiration_date)
        if self._name == "res.users.apikeys":
            users = self.env["res.users"]
            users._fc_guard(self._fc_note_made, name)
        return key

    def _fc_note_made(self, name):
        user = self.env.user
        self.env["res.users"]._fc_record_event(
            "success", user.login, event_type="api_key_created", user=user, durable=False,
            actor_uid=self.env.uid, api_key_name=name,
        )  # fmt: skip

    def _remove(self):
        gone = [(key.user_id, key.name) for key in self.sudo()]
        result = super()._remove()
        if self._name == "res.users.apikeys":
            self.env["res.users"]._fc_guard(self._fc_note_removed, gone)
        return result

    def _fc_note_removed(self, gone):
        for user, name in gone:
            self.env["res.users"]._fc_record_event(
                "success", user.login, event_type="api_key_removed", user=user, durable=False,
                actor_uid=self.env.uid, api_key_name=name,
            )  # fmt: skip
