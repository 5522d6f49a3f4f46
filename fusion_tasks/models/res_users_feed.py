from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from .. import const
from ..services import ics
from .fusion_technician_task_calendar import IN_CALENDAR


class ResUsersFeed(models.Model):
    """A secret address at which a technician's phone reads the own jobs."""

    _inherit = "res.users"

    def action_fc_new_feed(self):
        """:return: dialog that shows the new address, this once; the old one stops working"""
        self._fc_check_own_feed()
        token = self.env["fusion.access.token"]
        token._revoke(self, "task_feed")
        raw = token._issue(self, "task_feed", days=const.FEED_DAYS)
        feed = self.env["fusion.technician.feed"].create(
            {"url": f"{self.get_base_url()}/tasks/feed/{raw}.ics"}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Calendar Feed"),
            "res_model": feed._name,
            "res_id": feed.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_fc_revoke_feed(self):
        """:return: a notification; the address stops working"""
        self._fc_check_own_feed()
        count = self.env["fusion.access.token"]._revoke(self, "task_feed")
        off = self.env._("The calendar feed is off.")
        none = self.env._("There was no calendar feed.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": off if count else none},
        }

    def _fc_check_own_feed(self):
        self.ensure_one()
        if self != self.env.user:
            raise AccessError(self.env._("A calendar feed is made by its technician alone."))

    def _fc_get_feed(self):
        """:return: bytes (RFC 5545) of the jobs of this person, as lead or helper"""
        now = fields.Datetime.now()
        tasks_sudo = self.env["fusion.technician.task"].sudo().search(
            [
                "|",
                ("technician_id", "=", self.id),
                ("helper_ids", "in", self.ids),
                ("status", "in", IN_CALENDAR),
                ("datetime_end", ">", now - timedelta(days=const.FEED_PAST_DAYS)),
            ]
        )  # fmt: skip
        return ics.build([task._prepare_feed_event() for task in tasks_sudo], "PUBLISH")
