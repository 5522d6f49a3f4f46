import functools

from odoo import SUPERUSER_ID, http
from odoo.http import request

from odoo.addons.auth_totp.controllers.home import Home as TotpHome

from ..services.attempt import open_attempt


class Home(TotpHome):
    @http.route()
    def web_totp(self, redirect=None, **kwargs):
        pre_uid = not request.session.uid and request.session.get("pre_uid")
        if not pre_uid:
            return super().web_totp(redirect=redirect, **kwargs)
        users = request.env["res.users"]
        has_code = request.httprequest.method == "POST" and bool(kwargs.get("totp_token"))
        with open_attempt() as attempt:
            note = functools.partial(self._fc_note_totp, attempt, pre_uid, has_code)
            return users._fc_watch(
                functools.partial(super().web_totp, redirect=redirect, **kwargs), note, note
            )

    def _fc_note_totp(self, attempt, pre_uid, has_code, _outcome):
        """Completed: the one ``login``; a code and still no session: a failed second factor."""
        users = request.env["res.users"]
        user = users.sudo().browse(pre_uid)
        if request.session.uid:
            method = attempt.method or "trusted_device"
            users._fc_record_event(
                "success", request.session.login, user=user, durable=False, auth_method=method
            )
        elif has_code:
            users._fc_record_event(
                "failure",
                user.login,
                "cooldown" if attempt.is_cooldown else "2fa_failed",
                event_type="second_factor",
                user=user,
                auth_method=user._mfa_type(),
            )

    @http.route()
    def switch_to_admin(self):
        before = request.session.uid
        response = super().switch_to_admin()
        if request.session.uid == SUPERUSER_ID and before != SUPERUSER_ID:
            request.env["res.users"]._fc_guard(self._fc_note_superuser, before)
        return response

    def _fc_note_superuser(self, uid):
        users = request.env["res.users"]
        user = users.sudo().browse(uid)
        users._fc_record_event(
            "success", user.login, event_type="superuser", user=user, actor_uid=uid
        )
