from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

_REP_AFTER = timedelta(days=7)
_LEADER_AFTER = timedelta(days=21)
_BATCH = 200


class FusionAssessmentVisit(models.Model):
    """Visits that nobody goes on with. Nothing is deleted or cancelled by itself."""

    _inherit = "fusion.assessment.visit"

    last_touched = fields.Datetime(
        "Last Change", default=fields.Datetime.now, readonly=True, copy=False
    )
    reminded_rep = fields.Boolean("Rep Reminded", readonly=True, copy=False)
    reminded_leader = fields.Boolean("Team Leader Told", readonly=True, copy=False)

    def _raise_rev(self):
        self.sudo()._note_touched()
        return super()._raise_rev()

    def write(self, vals):
        done = super().write(vals)
        if set(vals) & {*self._PORTAL_FIELDS, "state"}:
            self.sudo()._note_touched()
        return done

    def _note_touched(self):
        self.write(
            {
                "last_touched": fields.Datetime.now(),
                "reminded_rep": False,
                "reminded_leader": False,
            }
        )

    @api.model
    def _cron_remind(self):
        """One activity for the rep after 7 quiet days, one for the team leader after 21."""
        now = fields.Datetime.now()
        for flag, delay in (("reminded_rep", _REP_AFTER), ("reminded_leader", _LEADER_AFTER)):
            due = Domain(
                [
                    ("state", "in", ("measuring", "client_pending")),
                    ("last_touched", "<", now - delay),
                    (flag, "=", False),
                ]
            )
            visits = self.search(due, limit=_BATCH)
            run_batch(
                visits,
                lambda visit, flag=flag: visit._remind(flag),
                is_due=lambda visit, flag=flag: not visit[flag],
                remaining=self.search_count(due) - len(visits),
            )

    def _remind(self, flag):
        rep = self.sales_rep_id
        leader = self.team_id.user_id or rep.x_fc_portal_manager_id
        person = rep if flag == "reminded_rep" else leader
        if person:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=self.env._("This visit has been quiet for a while: go on, or cancel it"),
            )
        self[flag] = True
