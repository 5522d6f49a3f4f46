from datetime import timedelta

from odoo import api, fields, models

_SILENT_MIN = 15  # the digest runs every 2 minutes
_WAITING_MIN = 60


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + [
            self._fhd_check_connection(),
            self._fhd_check_outbox(),
            self._fhd_check_refused(),
            self._fusion_check_jobs("fusion_helpdesk"),
        ]

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [self._fhd_check_sent(), self._fhd_check_state()]

    def _fhd_check_connection(self):
        remote = self.env["fusion.helpdesk.remote"]
        last_ok = self.env["fusion.helpdesk.client.state"].sudo().search([], limit=1).last_ok_at
        before = fields.Datetime.now() - timedelta(minutes=_SILENT_MIN)
        is_configured = remote._read_config()["configured"]
        state = "ok" if not is_configured or (last_ok and last_ok > before) else "warning"
        if is_configured and remote._get_text("last_error"):
            state = "error"
        return {
            "code": "fusion_helpdesk.connection",
            "label": self.env._("Support's central system last answered"),
            "state": state,
            "value": fields.Datetime.to_string(last_ok) if last_ok else False,
            "unit": "",
        }

    def _fhd_check_outbox(self):
        before = fields.Datetime.now() - timedelta(minutes=_WAITING_MIN)
        domain = [("state", "=", "queued"), ("create_date", "<", before)]
        count = self.env["fusion.helpdesk.outbox"].sudo().search_count(domain)
        return {
            "code": "fusion_helpdesk.outbox_waiting",
            "label": self.env._("Messages to support that wait for more than an hour"),
            "state": "warning" if count else "ok",
            "value": count,
            "unit": "rows",
        }

    def _fhd_check_refused(self):
        count = self.env["fusion.helpdesk.outbox"].sudo().search_count([("state", "=", "failed")])
        return {
            "code": "fusion_helpdesk.outbox_refused",
            "label": self.env._("Messages that support's central system refused"),
            "state": "warning" if count else "ok",
            "value": count,
            "unit": "rows",
        }

    def _fhd_check_sent(self):
        """What has been sent leaves nothing behind."""
        domain = [("state", "=", "sent"), "|", ("payload", "!=", False),
                  ("attachment_ids", "!=", False)]  # fmt: skip
        count = self.env["fusion.helpdesk.outbox"].sudo().search_count(domain)
        detail = f"{count} sent rows keep content" if count else ""
        return {"code": "fusion_helpdesk.sent_is_empty", "ok": not count, "detail": detail}

    def _fhd_check_state(self):
        count = self.env["fusion.helpdesk.client.state"].sudo().search_count([])
        detail = "" if count == 1 else f"{count} rows"
        return {"code": "fusion_helpdesk.one_state", "ok": count == 1, "detail": detail}
