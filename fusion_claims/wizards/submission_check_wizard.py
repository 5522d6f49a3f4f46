from odoo import api, fields, models
from odoo.exceptions import UserError


class SubmissionCheckWizard(models.TransientModel):
    """The last look before the application goes to the program."""

    _name = "fusion_claims.submission.check.wizard"
    _description = "Submission Check"
    _inherit = "fusion_claims.order.wizard"

    target_state = fields.Char(default="submitted")
    device_types = fields.Text("Devices on the Order", compute="_compute_device_types")
    devices_match = fields.Boolean("The devices on the form are these")
    final_application = fields.Binary(attachment=False)
    final_application_filename = fields.Char()
    has_final_application = fields.Boolean(compute="_compute_device_types")

    @api.depends("sale_order_id")
    def _compute_device_types(self):
        for wizard in self:
            order = wizard.sale_order_id
            lines = order.order_line.filtered("x_fc_adp_device_code_id")
            wizard.device_types = "\n".join(
                f"{line.product_uom_qty:g} × {line.x_fc_adp_device_code_id.display_name}"
                for line in lines
            )
            wizard.has_final_application = bool(order) and order._fc_has("x_fc_final_application")

    def action_confirm(self):
        """Store the final application and send the case on.

        :return: an action that closes the dialog
        :raise UserError: not confirmed, or no file
        """
        self.ensure_one()
        self = self.with_context(bin_size=False)
        order = self.sale_order_id
        if not self.devices_match:
            raise UserError(
                self.env._(
                    "Compare the devices on the form with the order, and tick that they match."
                )
            )
        values = {"x_fc_submission_verified": True}
        if self.final_application:
            values["x_fc_final_application"] = self.final_application
            values["x_fc_final_application_filename"] = self.final_application_filename
        elif not self.has_final_application:
            raise UserError(self.env._("Upload the final application."))
        with self.env.cr.savepoint():
            order.write(values)
            order.action_fc_set_status(self.target_state or "submitted")
            order._fc_note_lint()
        return {"type": "ir.actions.act_window_close"}
