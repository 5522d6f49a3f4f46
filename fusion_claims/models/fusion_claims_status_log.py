from odoo import api, fields, models
from odoo.exceptions import AccessError

from .pipelines import PIPELINES

#: Every state once; a key that several pipelines have means the same in each.
_STATES = list(
    {
        state.key: (state.key, state.label)
        for pipeline in PIPELINES.values()
        for state in pipeline.states
    }.values()
)


class FusionClaimsStatusLog(models.Model):
    """Each step of each case: who, when, why, and how long the state before had lasted."""

    _name = "fusion.claims.status.log"
    _description = "Case Status Log"
    _order = "date DESC, id DESC"
    _rec_name = "to_state"

    order_id = fields.Many2one("sale.order", "Case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    pipeline = fields.Selection(
        [(code, pipeline.label) for code, pipeline in PIPELINES.items()], required=True
    )
    from_state = fields.Selection(_STATES, "From")
    to_state = fields.Selection(_STATES, "To", required=True)
    from_label = fields.Char("From State", compute="_compute_labels")
    to_label = fields.Char("To State", compute="_compute_labels")
    user_id = fields.Many2one("res.users", "By", required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    reason = fields.Char()
    seconds_in_previous = fields.Integer("Seconds in the State Before", aggregator="avg")
    days_in_previous = fields.Float(
        "Days in the State Before",
        compute="_compute_days_in_previous",
        store=True,
        digits=(16, 1),
        aggregator="avg",
    )

    @api.depends("pipeline", "from_state", "to_state")
    def _compute_labels(self):
        for row in self:
            field = self.env["sale.order"]._fields[PIPELINES[row.pipeline].field]
            labels = dict(field._description_selection(self.env))
            row.from_label = labels.get(row.from_state, row.from_state)
            row.to_label = labels.get(row.to_state, row.to_state)

    @api.depends("seconds_in_previous")
    def _compute_days_in_previous(self):
        for row in self:
            row.days_in_previous = row.seconds_in_previous / 86400

    @api.model
    def _log(self, order, old, new, reason=None):
        """:return: the row (sudo)"""
        log_sudo = self.sudo()
        before = log_sudo.search([("order_id", "=", order.id)], limit=1)
        now = fields.Datetime.now()
        since = before.date or order.create_date or now
        return log_sudo.create(
            {
                "order_id": order.id,
                "pipeline": order._fc_pipeline(),
                "from_state": old,
                "to_state": new,
                "user_id": self.env.uid,
                "date": now,
                "reason": reason,
                "seconds_in_previous": int((now - since).total_seconds()),
            }
        )

    def write(self, vals):  # pylint: disable=method-required-super
        """:raise AccessError: always"""
        raise AccessError(self.env._("The status log of a case cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise AccessError(self.env._("The status log of a case cannot be changed."))
