from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .. import const

_P = const.PREFIX


class ResConfigSettings(models.TransientModel):
    """Core deletes the row of a 0; here an absent row is a 0, so ``config_parameter`` fits. The
    two limits fall back to the figures of ``const`` when they are emptied."""

    _inherit = "res.config.settings"

    fhc_openai_api_key = fields.Char("Summariser Key", config_parameter=_P + "openai_api_key")
    fhc_openai_model = fields.Char("Model", config_parameter=_P + "openai_model")
    fhc_openai_base_url = fields.Char("Server", config_parameter=_P + "openai_base_url")
    fhc_engagement_reminder_days = fields.Integer(
        "Remind After (days)", config_parameter=_P + "engagement_reminder_days"
    )
    fhc_engagement_expiry_days = fields.Integer(
        "Links Live (days)", config_parameter=_P + "engagement_expiry_days"
    )
    fhc_engagement_reply_to = fields.Char(
        "Answers Go To", config_parameter=_P + "engagement_reply_to"
    )
    fhc_default_team_id = fields.Many2one(
        "helpdesk.team", "Default Team", config_parameter=_P + "default_team_id"
    )
    fhc_ack_all_channels = fields.Boolean(
        "Acknowledge All Tickets", config_parameter=_P + "ack_all_channels"
    )
    fhc_reopen_on_reply = fields.Boolean("Replies Reopen", config_parameter=_P + "reopen_on_reply")
    fhc_writes_per_hour = fields.Integer(
        "Messages per Hour and Client", config_parameter=_P + "writes_per_hour"
    )
    fhc_key_grace_days = fields.Integer(
        "Grace of a Replaced Key (days)", config_parameter=_P + "key_grace_days"
    )
    fhc_max_total_mb = fields.Integer(
        "Files of One Message (MB)", config_parameter=_P + "max_total_mb"
    )

    def set_values(self):
        """:raise UserError: on a negative figure or an address that is none"""
        names = [name for name in self._fields if name.startswith("fhc_")]
        figures = [name for name in names if self._fields[name].type == "integer"]
        if any(self[name] < 0 for name in figures):
            raise UserError(self.env._("Helpdesk: a figure must be 0 or more."))
        if self.fhc_engagement_reply_to and not email_normalize(self.fhc_engagement_reply_to):
            raise UserError(self.env._("Helpdesk: the address for answers is not valid."))
        return super().set_values()

    def action_fhc_backfill_preview(self):
        return self._fhc_backfill(dry_run=True)

    def action_fhc_backfill(self):
        return self._fhc_backfill(dry_run=False)

    def _fhc_backfill(self, dry_run):
        counts = self.env["helpdesk.ticket"]._fc_backfill_identity(dry_run=dry_run)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "title": self.env._("Identity of old tickets"),
                "message": self.env._(
                    "%(scanned)s read, %(matched)s recognised, %(updated)s updated, "
                    "%(skipped)s left as they are.",
                    **counts,
                ),
            },
        }
