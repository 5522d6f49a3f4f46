from odoo import models


class ResDevice(models.Model):
    _inherit = "res.device"

    def _revoke(self):
        gone = [(device.user_id, device.display_name, device.ip_address) for device in self.sudo()]
        result = super()._revoke()
        self.env["res.users"]._fc_guard(self._fc_note_revoked, gone)
        return result

    def _fc_note_revoked(self, gone):
        for user, name, ip in gone:
            self.env["res.users"]._fc_record_event(
                "success", user.login or "", event_type="session_revoked", user=user,
                durable=False, actor_uid=self.env.uid, detail=f"{name} {ip or ''}".strip(),
            )  # fmt: skip
