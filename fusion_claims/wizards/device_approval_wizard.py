from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class DeviceApprovalWizard(models.TransientModel):
    """Which devices the program has approved, line by line."""

    _name = "fusion_claims.device.approval.wizard"
    _description = "Device Approval"
    _inherit = "fusion_claims.order.wizard"

    line_ids = fields.One2many("fusion_claims.device.approval.wizard.line", "wizard_id", "Devices")
    warning = fields.Text(compute="_compute_warning")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(values.get("sale_order_id"))
        lines = order.order_line.filtered("x_fc_adp_device_code_id")
        is_first = not order.x_fc_device_verification_complete
        values["line_ids"] = [
            Command.create(
                {
                    "sale_line_id": line.id,
                    "approved": is_first or line.x_fc_adp_approved,
                    "deduction_type": line.x_fc_deduction_type,
                    "deduction_value": line.x_fc_deduction_value,
                }
            )
            for line in lines
        ]
        return values

    @api.depends("line_ids.approved")
    def _compute_warning(self):
        for wizard in self:
            refused = wizard.line_ids.filtered(lambda row: not row.approved)
            wizard.warning = bool(refused) and self.env._(
                "%s device(s) not approved: the client pays all of them, and they leave the ADP's "
                "invoice.",
                len(refused),
            )

    def action_confirm(self):
        """:return: an action that closes the dialog
        :raise UserError: no device at all"""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("There is no line with an ADP code."))
        for row in self.line_ids:
            if row.sale_line_id.order_id != self.sale_order_id:
                raise UserError(self.env._("A line belongs to another order."))
            row.sale_line_id.write(
                {
                    "x_fc_adp_approved": row.approved,
                    "x_fc_deduction_type": row.deduction_type,
                    "x_fc_deduction_value": row.deduction_value
                    if row.deduction_type != "none"
                    else 0,
                }
            )
        self.sale_order_id.x_fc_device_verification_complete = True
        return {"type": "ir.actions.act_window_close"}


class DeviceApprovalWizardLine(models.TransientModel):
    _name = "fusion_claims.device.approval.wizard.line"
    _description = "Device Approval Line"

    wizard_id = fields.Many2one(
        "fusion_claims.device.approval.wizard", required=True, ondelete="cascade"
    )
    sale_line_id = fields.Many2one("sale.order.line", "Line", required=True, ondelete="cascade")
    code_id = fields.Many2one(related="sale_line_id.x_fc_adp_device_code_id")
    quantity = fields.Float(related="sale_line_id.product_uom_qty")
    approved = fields.Boolean(default=True)
    deduction_type = fields.Selection(
        [("none", "None"), ("percent", "Percent"), ("amount", "Amount")],
        "Deduction",
        required=True,
        default="none",
    )
    deduction_value = fields.Float("Value")
