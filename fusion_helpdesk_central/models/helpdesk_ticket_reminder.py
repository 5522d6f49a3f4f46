import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..settings import get_int

_logger = logging.getLogger(__name__)


class HelpdeskTicket(models.Model):
    """One reminder per request, ever."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _cron_engagement_reminders(self):
        """Remind the owners who have not decided; tickets of one owner share a mail.

        :return: number of tickets reminded
        """
        days = get_int(self.env, "engagement_reminder_days")
        if not days:
            return 0
        groups = self._fc_group_due_reminders(days)
        in_cron = self.env.context.get("ir_cron_progress_id")
        cron = self.env["ir.cron"]
        if in_cron:
            cron._commit_progress(remaining=len(groups))
        reminded = 0
        for tickets in groups:
            reminded += tickets._fc_remind_group(days)
            if in_cron and not cron._commit_progress(1):
                break
        return reminded

    def _fc_group_due_reminders(self, days):
        """:return: list of recordsets, one per owner's address and label"""
        groups = defaultdict(self.browse)
        for ticket in self.sudo().search(self._fc_due_reminder_domain(days), order="id"):
            groups[ticket.x_fc_engagement_email, ticket.x_fc_client_label] |= ticket
        return list(groups.values())

    def _fc_due_reminder_domain(self, days):
        now = fields.Datetime.now()
        links_sudo = self.env["fusion.helpdesk.approval.link"].sudo()
        live = links_sudo._search(
            [("used_at", "=", False), ("revoked_at", "=", False),
             "|", ("expires_at", "=", False), ("expires_at", ">", now)]
        )  # fmt: skip
        return [
            ("x_fc_engagement_state", "=", "pending"),
            ("x_fc_engagement_sent_at", "<=", now - timedelta(days=days)),
            # While the owner waits for an answer it is not his turn; then the days count anew.
            "|",
            ("x_fc_engagement_asked_at", "=", False),
            ("x_fc_engagement_answered_at", "<=", now - timedelta(days=days)),
            ("x_fc_engagement_reminded_at", "=", False),
            ("x_fc_engagement_email", "!=", False),
            (self._fc_closed_path(), "=", False),
            ("id", "in", live.subselect("ticket_id")),
        ]

    def _fc_remind_group(self, days):
        """Lock, check again, mark and mail, all or nothing.

        :return: number of tickets reminded
        """
        try:
            with self.env.cr.savepoint():
                locked = self.try_lock_for_update(allow_referencing=True)
                locked.invalidate_recordset()
                due = locked.filtered_domain(self._fc_due_reminder_domain(days))
                if due:
                    due.write({"x_fc_engagement_reminded_at": fields.Datetime.now()})
                    due._fc_mail_owner("reminder")
                return len(due)
        except OperationalError:
            raise
        except Exception:  # boundary of a group: one bad owner never stops the rest
            _logger.warning("Owner of %s not reminded", self, exc_info=True)
            return 0
