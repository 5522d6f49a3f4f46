from odoo import api, fields, models
from odoo.exceptions import UserError


class CaseCloseVerificationWizard(models.TransientModel):
    """The final audit of a case's papers."""

    _name = "fusion_claims.case.close.verification.wizard"
    _description = "Close Case"
    _inherit = "fusion_claims.order.wizard"

    has_signed_pages = fields.Boolean("Signed pages 11 and 12", compute="_compute_checks")
    has_original_application = fields.Boolean("Original application", compute="_compute_checks")
    has_final_application = fields.Boolean("Final application", compute="_compute_checks")
    has_approval_letter = fields.Boolean("Approval letter", compute="_compute_checks")
    has_proof_of_delivery = fields.Boolean("Proof of delivery", compute="_compute_checks")
    has_serials = fields.Boolean("Serial numbers", compute="_compute_checks")
    has_invoices_paid = fields.Boolean("Invoices paid", compute="_compute_checks")
    can_close = fields.Boolean(compute="_compute_checks")
    is_manager = fields.Boolean(compute="_compute_checks")
    override_reason = fields.Char("Reason to Close All the Same")

    @api.depends("sale_order_id")
    def _compute_checks(self):
        for wizard in self:
            order = wizard.sale_order_id
            checks = self._get_checks(order) if order else {}
            for name in self._get_labels():
                wizard[name] = checks.get(name, False)
            wizard.can_close = bool(checks) and all(checks.values())
            wizard.is_manager = bool(order) and order._fc_is_manager()

    @api.model
    def _get_labels(self):
        return {name: field for name, field in self._fields.items() if name.startswith("has_")}

    @api.model
    def _get_checks(self, order):
        moves = order._fc_get_portion_moves("client", "adp")
        return {
            "has_signed_pages": order.x_fc_has_signed_pages_11_12,
            "has_original_application": order._fc_has("x_fc_original_application"),
            "has_final_application": order._fc_has("x_fc_final_application"),
            "has_approval_letter": order._fc_has("x_fc_approval_letter"),
            "has_proof_of_delivery": order._fc_has("x_fc_proof_of_delivery"),
            "has_serials": order._fc_has_all_serials(),
            "has_invoices_paid": bool(moves)
            and all(move.payment_state in ("paid", "in_payment") for move in moves),
        }

    @api.model
    def _get_missing_rows(self, order):
        """:return: ``{field of this dialog: its label}`` of what is missing"""
        checks = self._get_checks(order)
        labels = self._get_labels()
        return {
            name: labels[name]._description_string(self.env)
            for name, holds in checks.items()
            if not holds
        }

    @api.model
    def _get_missing(self, order):
        """:return: labels of what is missing"""
        return list(self._get_missing_rows(order).values())

    def action_close_case(self):
        """:return: an action that closes the dialog
        :raise UserError: what is missing; a claims manager may give a reason instead"""
        self.ensure_one()
        order = self.sale_order_id
        missing = self._get_missing(order)
        reason = (self.override_reason or "").strip()
        if missing and order.x_fc_adp_application_status != "denied":
            if reason and not order._fc_is_manager():
                raise UserError(self.env._("Only a claims manager closes an incomplete case."))
            if not reason:
                raise UserError("\n".join([self.env._("Still missing:"), *missing]))
        order.action_fc_set_status("case_closed", reason)
        return {"type": "ir.actions.act_window_close"}
