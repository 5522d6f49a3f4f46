import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import formataddr

_logger = logging.getLogger(__name__)
_TEMPLATE = "fusion_helpdesk_central.mail_template_owner_digest"


class HelpdeskTicket(models.Model):
    """One mail a week for an owner on whom something waits."""

    _inherit = "helpdesk.ticket"

    x_fc_digest_at = fields.Datetime("Last Weekly Mail", copy=False, readonly=True)

    @api.model
    def _cron_owner_digest(self):
        """Tell each owner what waits on him, what was decided and what is open.

        :return: number of mails queued
        """
        keys = self.env["fusion.helpdesk.client.key"].sudo()
        wanted = keys.search([("owner_digest", "=", True), ("state", "=", "active")])
        in_cron = self.env.context.get("ir_cron_progress_id")
        cron = self.env["ir.cron"]
        if in_cron:
            cron._commit_progress(remaining=len(wanted))
        mailed = 0
        for key in wanted:
            mailed += self._fc_send_digests(key)
            if in_cron and not cron._commit_progress(1):
                break
        return mailed

    def _fc_send_digests(self, key):
        """:return: number of mails; one per address that was asked"""
        groups = defaultdict(self.browse)
        for ticket in self.sudo().search(self._fc_digest_domain(key), order="id"):
            groups[ticket.x_fc_engagement_email] |= ticket
        return sum(tickets._fc_send_digest(key) for tickets in groups.values())

    def _fc_digest_domain(self, key):
        week_ago = fields.Datetime.now() - timedelta(days=7)
        return [
            ("x_fc_client_key_id", "=", key.id),
            ("x_fc_engagement_state", "=", "pending"),
            ("x_fc_engagement_email", "!=", False),
            (self._fc_closed_path(), "=", False),
            "|", ("x_fc_digest_at", "=", False), ("x_fc_digest_at", "<=", week_ago),
        ]  # fmt: skip

    def _fc_send_digest(self, key):
        """Pending ones with new links; the links of earlier mails keep working.

        :return: 1 when a mail was queued, else 0
        """
        try:
            with self.env.cr.savepoint():
                due = self.try_lock_for_update(allow_referencing=True)
                due.invalidate_recordset()
                due = due.filtered_domain(self._fc_digest_domain(key))
                if due:
                    due.write({"x_fc_digest_at": fields.Datetime.now()})
                    due._fc_queue_digest(key)
                return int(bool(due))
        except OperationalError:
            raise
        except Exception:  # boundary of an owner: one bad mail never stops the rest
            _logger.warning("No weekly mail for client key %s", key.id, exc_info=True)
            return 0

    def _fc_queue_digest(self, key):
        first = self[0]
        cards = [
            ticket._fc_make_card("reminder", at, len(self)) for at, ticket in enumerate(self, 1)
        ]
        template = self.env.ref(_TEMPLATE).sudo().with_context(
            fc_cards=cards, fc_decided=self._fc_get_week(key), fc_open=key.open_ticket_count
        )  # fmt: skip
        fields_ = ("body_html", "email_from", "subject")
        values = template._generate_template(first.ids, fields_)[first.id]
        owner = (first.x_fc_engagement_name, first.x_fc_engagement_email)
        self.env["mail.mail"].sudo().create(
            {
                "mail_message_id": first._fc_get_request_line().id,
                "is_notification": True,
                **{name: values[name] for name in fields_},
                "email_to": formataddr(owner),
                "reply_to": first._fc_get_reply_to(),
                "auto_delete": True,
                "headers": repr({"X-Auto-Response-Suppress": "All"}),
                "state": "outgoing",
            }
        )

    def _fc_get_week(self, key):
        """:return: tickets of a client that were decided in the last seven days"""
        week_ago = fields.Datetime.now() - timedelta(days=7)
        return self.search(
            [
                ("x_fc_client_key_id", "=", key.id),
                ("x_fc_engagement_decided_at", ">=", week_ago),
            ],
            order="x_fc_engagement_decided_at desc",
            limit=20,
        )
