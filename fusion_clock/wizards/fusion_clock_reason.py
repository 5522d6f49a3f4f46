from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

# What the dialog may call, by model: the method takes the reason as its only argument.
_METHODS = {
    "fusion.clock.correction": "action_refuse",
    "fusion.clock.penalty": "action_waive",
    "fusion.clock.period": "action_unlock",
}


class FusionClockReason(models.TransientModel):
    """Asks why, then calls the action that needs to know. That action checks the rights."""

    _name = "fusion.clock.reason"
    _description = "Reason"

    res_model = fields.Char("Model", required=True, readonly=True)
    res_ids = fields.Json("Records", required=True, readonly=True)
    reason = fields.Text(required=True)

    @api.model
    def _open(self, records, title):
        """:return: the action of the dialog about ``records``"""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": records._name,
                "default_res_ids": records.ids,
                "dialog_size": "medium",
            },
        }

    def action_confirm(self):
        self.ensure_one()
        reason = self.reason.strip()
        if not reason:
            raise UserError(self.env._("Please give a reason."))
        # The dialog's own defaults are not those of what the action creates.
        records = self.env[self.res_model].with_context(clean_context(self.env.context))
        records = records.browse(self.res_ids).exists()
        getattr(records, _METHODS[self.res_model])(reason)
        return {"type": "ir.actions.act_window_close"}
