from datetime import timedelta

from odoo import api, fields, models

from .. import const

_SILENT = "fusion_helpdesk_central.mail_activity_silent"


class FusionHelpdeskClientKey(models.Model):
    """The health board: deployments that have gone silent."""

    _inherit = "fusion.helpdesk.client.key"

    key_age_days = fields.Integer("Key Age (days)", compute="_compute_key_age_days")

    @api.depends("key_created_at")
    def _compute_key_age_days(self):
        now = fields.Datetime.now()
        for key in self:
            key.key_age_days = (now - key.key_created_at).days if key.key_created_at else 0

    @api.model
    def _cron_watch_deployments(self):
        """One activity for a manager per silent deployment; it goes when the deployment is back.

        :return: number of activities made
        """
        before = fields.Datetime.now() - timedelta(minutes=const.SEEN_AMBER_MIN)
        open_keys = self.search([("activity_ids.activity_type_id", "=", self.env.ref(_SILENT).id)])
        silent = self.search([("state", "=", "active"), ("last_seen_at", "<", before)])
        (open_keys - silent).activity_unlink([_SILENT])
        fresh = silent - open_keys
        for key in fresh:
            key.activity_schedule(_SILENT, user_id=key._find_manager().id)
        return len(fresh)

    def _find_manager(self):
        """:return: who made the key, else any manager of its company"""
        group = self.env.ref("helpdesk.group_helpdesk_manager")
        managers = group.all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return (self.create_uid & managers) or managers[:1] or self.env.ref("base.user_admin")
