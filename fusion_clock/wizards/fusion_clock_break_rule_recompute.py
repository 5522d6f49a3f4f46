from odoo import api, fields, models


class FusionClockBreakRuleRecompute(models.TransientModel):
    _name = "fusion.clock.break.rule.recompute"
    _description = "Recompute Breaks"

    rule_id = fields.Many2one("fusion.clock.break.rule", required=True, ondelete="cascade")
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    attendance_count = fields.Integer("Attendances", compute="_compute_attendance_count")

    @api.depends("rule_id", "date_from")
    def _compute_attendance_count(self):
        for wizard in self:
            found = wizard.date_from and wizard.rule_id._get_attendances_from(wizard.date_from)
            wizard.attendance_count = len(found or [])

    def action_recompute(self):
        self.ensure_one()
        count = self.rule_id.action_recompute_from(self.date_from)
        message = self.env._("%(count)s attendances now follow this rule.", count=count)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
