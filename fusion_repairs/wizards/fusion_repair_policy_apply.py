from odoo import api, fields, models


class FusionRepairPolicyApply(models.TransientModel):
    """Contracts keep the fee and interval they began with, until somebody applies the new ones."""

    _name = "fusion.repair.policy.apply"
    _description = "Apply a Maintenance Policy"

    category_id = fields.Many2one("fusion.repair.product.category", required=True, readonly=True)
    line_ids = fields.One2many("fusion.repair.policy.apply.line", "wizard_id", "Contracts")
    chosen_count = fields.Integer("Contracts to Change", compute="_compute_chosen_count")

    @api.depends("line_ids.is_chosen")
    def _compute_chosen_count(self):
        for wizard in self:
            wizard.chosen_count = len(wizard.line_ids.filtered("is_chosen"))

    @api.model
    def _make(self, category):
        """:return: a wizard with the contracts of the category whose policy differs"""
        contracts = self.env["fusion.repair.maintenance.contract"].search(
            [("x_fc_policy_category_id", "=", category.id), ("state", "!=", "cancelled")]
        )
        lines = []
        for contract in contracts:
            policy = contract.product_id.product_tmpl_id._fc_get_maintenance_policy()
            fee, interval = policy["fee"], policy["interval"] or contract.interval_months
            same_fee = not contract.currency_id.compare_amounts(fee, contract.x_fc_maintenance_fee)
            if not same_fee or interval != contract.interval_months:
                lines.append({"contract_id": contract.id, "new_fee": fee, "new_interval": interval})
        return self.create(
            {"category_id": category.id, "line_ids": [(0, 0, line) for line in lines]}
        )

    def action_apply(self):
        """Booked visits keep their fee, and due dates stay: the interval counts from the next
        visit on.

        :return: action that closes the dialog
        """
        self.ensure_one()
        for line in self.line_ids.filtered("is_chosen"):
            line.contract_id.write(
                {"x_fc_maintenance_fee": line.new_fee, "interval_months": line.new_interval}
            )
        return {"type": "ir.actions.act_window_close"}
