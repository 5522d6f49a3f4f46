from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionTechnicianTaskRating(models.Model):
    """After a job's visit the client is asked how it was, seldom enough not to annoy; the message
    and the call about a bad answer are those of every visit."""

    _inherit = "fusion.technician.task"

    @api.model
    @api.private
    def cron_ask_rating(self):
        """:return: ``{"done", "skipped", "failed"}``"""
        counts = {"done": 0, "skipped": 0, "failed": 0}
        if not self.env["fusion.repair.parameter"]._is_on("rating_enabled"):
            return counts
        now = fields.Datetime.now()
        tasks = self.search(
            Domain("status", "=", "completed")
            & Domain("x_fc_repair_id", "!=", False)
            & Domain("rating_asked_at", "=", False)
            & Domain("completed_at", "<=", now - timedelta(hours=const.RATING_HOURS))
            & Domain("completed_at", ">=", now - timedelta(days=const.RATING_WITHIN_DAYS))
            & Domain("partner_id.email_normalized", "!=", False),
            order="completed_at, id",
            limit=const.REMINDER_BATCH,
        )
        done = run_batch(tasks, lambda task: task._ask_rating_seldom())
        return {**counts, "done": done, "failed": len(tasks) - done}

    def _ask_rating_seldom(self):
        since = fields.Datetime.now() - timedelta(days=const.RATING_AGAIN_DAYS)
        root = self.partner_id.commercial_partner_id
        lately = Domain("partner_id", "child_of", root.ids) & Domain("rating_asked_at", ">=", since)
        if not self.search_count(lately, limit=1):
            self._ask_rating()
