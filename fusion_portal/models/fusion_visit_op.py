from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_claims import const as claims

_KEPT = timedelta(days=30)
_BATCH = 5000


class FusionVisitOp(models.Model):
    """One change a tablet sent, with its answer: sent again, it is answered and not done twice."""

    _name = "fusion.visit.op"
    _description = "Change Sent by a Tablet"
    _order = "id desc"
    _rec_name = "op_uuid"
    _log_access = False

    visit_id = fields.Many2one(
        "fusion.assessment.visit", "Visit", required=True, index=True, ondelete="cascade"
    )
    op_uuid = fields.Char("Key", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Sent By", readonly=True, ondelete="set null")
    # Two values of a field may be health information.
    result = fields.Json(readonly=True, groups=claims.HEALTH)
    date = fields.Datetime("Received", required=True, readonly=True, default=fields.Datetime.now)

    _op_uuid_uniq = models.Constraint("UNIQUE(op_uuid)", "This change has been recorded already.")

    @api.model
    def _cron_purge(self):
        """Delete answers older than 30 days; a visit that is still measured keeps them."""
        old = self.search(
            [
                ("date", "<", fields.Datetime.now() - _KEPT),
                ("visit_id.state", "!=", "measuring"),
            ],
            limit=_BATCH,
        )
        old.unlink()
        return len(old)


class FusionAssessmentVisit(models.Model):
    _inherit = "fusion.assessment.visit"

    op_ids = fields.One2many(
        "fusion.visit.op", "visit_id", "Changes", groups="fusion_portal.group_field_manager"
    )
