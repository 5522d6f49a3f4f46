from datetime import timedelta

from odoo import api, fields, models

from .. import const


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + [
            self._fc_check_silent_clients(),
            self._fc_check_stuck_approvals(),
            self._fc_check_reminder_cron(),
            self._fusion_check_jobs("fusion_helpdesk_central"),
        ]

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [
            self._fc_check_bots_have_no_group(),
            self._fc_check_pending_have_owner(),
        ]

    def _fc_helpdesk_check(self, code, label, is_bad, value, unit=""):
        return self._fusion_make_check(
            f"fusion_helpdesk_central.{code}", label, is_bad, value, unit
        )

    def _fc_check_silent_clients(self):
        before = fields.Datetime.now() - timedelta(minutes=const.SEEN_AMBER_MIN)
        keys_sudo = self.env["fusion.helpdesk.client.key"].sudo()
        count = keys_sudo.search_count(
            [("state", "=", "active"), "|", ("last_seen_at", "=", False),
             ("last_seen_at", "<", before)]
        )  # fmt: skip
        label = self.env._("Deployments not seen for a day")
        return self._fc_helpdesk_check("silent", label, bool(count), count, "deployments")

    def _fc_check_stuck_approvals(self):
        before = fields.Datetime.now() - timedelta(days=const.STUCK_DAYS)
        tickets_sudo = self.env["helpdesk.ticket"].sudo()
        count = tickets_sudo.search_count(
            [("x_fc_engagement_state", "=", "pending"), ("x_fc_engagement_sent_at", "<", before)]
        )
        label = self.env._("Approvals waiting for more than 7 days")
        return self._fc_helpdesk_check("stuck", label, bool(count), count, "tickets")

    def _fc_check_reminder_cron(self):
        cron_sudo = self.env.ref("fusion_helpdesk_central.ir_cron_engagement_reminder", False)
        cron_sudo = cron_sudo and cron_sudo.sudo()
        late = fields.Datetime.now() - timedelta(hours=2)
        is_bad = not cron_sudo or not cron_sudo.active or cron_sudo.nextcall < late
        label = self.env._("The daily reminder of owners is on time")
        return self._fc_helpdesk_check("reminder_job", label, is_bad, not is_bad)

    def _fc_check_bots_have_no_group(self):
        keys_sudo = self.env["fusion.helpdesk.client.key"].sudo().with_context(active_test=False)
        bad = keys_sudo.search([("bot_user_id.all_group_ids", "!=", False)])
        return {
            "code": "fusion_helpdesk_central.bots_without_group",
            "ok": not bad,
            "detail": ", ".join(bad.mapped("client_label")),
        }

    def _fc_check_pending_have_owner(self):
        tickets_sudo = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        bad = tickets_sudo.search(
            [("x_fc_engagement_state", "=", "pending"),
             "|", ("x_fc_engagement_email", "=", False), ("x_fc_engagement_sent_at", "=", False)]
        )  # fmt: skip
        return {
            "code": "fusion_helpdesk_central.pending_with_owner",
            "ok": not bad,
            "detail": ", ".join(map(str, bad.ids)),
        }
