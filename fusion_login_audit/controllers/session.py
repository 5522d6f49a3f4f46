from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.session import Session as WebSession


def _note_logout(uid):
    users = request.env["res.users"]
    user = users.sudo().browse(uid)
    users._fc_record_event("success", user.login, event_type="logout", user=user)


class Session(WebSession):
    @http.route()
    def logout(self, redirect="/odoo"):
        self._fc_note_logout()
        return super().logout(redirect)

    @http.route()
    def destroy(self):
        self._fc_note_logout()
        return super().destroy()

    def _fc_note_logout(self):
        """Only when a user was logged in, and before the session forgets who."""
        if request.db and request.session.uid:
            request.env["res.users"]._fc_guard(_note_logout, request.session.uid)
