from odoo import fields, models


class FusionRepairContractCancel(models.TransientModel):
    """Why a contract ends."""

    _name = "fusion.repair.contract.cancel"
    _description = "Cancel a Maintenance Contract"

    contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Selection(
        lambda self: self.env[
            "fusion.repair.maintenance.contract"
        ]._fields["x_fc_cancel_reason"]._description_selection(self.env),
        required=True,
    )  # fmt: skip

    def action_confirm(self):
        self.contract_id.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
