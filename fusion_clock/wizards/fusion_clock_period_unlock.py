from odoo import fields, models


class FusionClockPeriodUnlock(models.TransientModel):
    _name = "fusion.clock.period.unlock"
    _description = "Unlock Period"

    period_id = fields.Many2one("fusion.clock.period", required=True, ondelete="cascade")
    reason = fields.Char(required=True)

    def action_unlock(self):
        self.ensure_one()
        self.period_id.action_unlock(self.reason)
