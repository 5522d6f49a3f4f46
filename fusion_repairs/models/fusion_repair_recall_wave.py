from datetime import timedelta

from odoo import api, models

from odoo.addons.fusion_base.tools.batch import run_batch


class FusionRepairRecallWave(models.Model):
    """Some clients a day hear of a recall; who does not answer is to be called."""

    _inherit = "fusion.repair.recall"

    @api.model
    def _cron_send_waves(self):
        """Hourly, so that a wave that broke off goes on the same day; the figure of a day holds."""
        for recall in self.search([("state", "=", "running")]):
            recall._send_wave()
            recall._give_up_waiting()

    def _send_wave(self):
        """Mail and mark of a client are one savepoint, taken by one server alone.

        :return: number of clients told, or found to be without an address
        """
        self.ensure_one()
        lines = self.env["fusion.repair.recall.line"]
        if not lines._email_is_on():
            return 0
        left = max(0, self.clients_per_day - self._count_told())
        waiting = lines.search([("recall_id", "=", self.id), ("state", "=", "to_notify")])
        turn = waiting._find_speakers(left)

        def note_failure(line, _error):
            line.unreachable_reason = "failed"

        return run_batch(
            turn,
            lambda line: line._notify(),
            is_due=lambda line: line.state == "to_notify",
            on_failure=note_failure,
        )

    def _count_told(self):
        """:return: number of clients told today, in the company's zone"""
        told = [
            ("recall_id", "=", self.id),
            ("notified_on", "=", self.company_id._fc_today()),
        ]
        lines = self.env["fusion.repair.recall.line"].search(told)
        return len({line._get_household_key() for line in lines})

    def _give_up_waiting(self):
        """Whoever did not book in time goes on the list of calls, which the responsible hears of
        once."""
        lines = self.env["fusion.repair.recall.line"]
        limit = self.company_id._fc_today() - timedelta(days=self.reply_days)
        silent = lines.search(
            [
                ("recall_id", "=", self.id),
                ("state", "=", "notified"),
                ("notified_on", "<=", limit),
            ]
        )
        silent.unreachable_reason = "no_answer"
        if self.call_count:
            self._ask_for_calls()

    def _ask_for_calls(self):
        kind = self.env.ref("mail.mail_activity_data_call")
        if self.activity_ids.filtered(lambda one: one.activity_type_id == kind):
            return
        words = self.with_context(lang=self.user_id.lang)
        self.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.company_id._fc_today(),
            summary=words.env._("Clients of a recall to call: %(recall)s", recall=self.name),
            user_id=self.user_id.id,
        )
