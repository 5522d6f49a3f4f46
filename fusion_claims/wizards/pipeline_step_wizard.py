from odoo import api, fields, models

from .. import const
from ..models.pipelines import PIPELINES, REASON


class PipelineStepWizard(models.TransientModel):
    """One dialog for every step that asks for a reason, a date, an amount or a paper."""

    _name = "fusion_claims.pipeline.step.wizard"
    _description = "Next Step of a Case"
    _inherit = "fusion_claims.order.wizard"

    target_state = fields.Char(required=True)
    target_label = fields.Char("Step", compute="_compute_target")
    asks = fields.Char(compute="_compute_target", help="What this step asks for.")
    needs_reason = fields.Boolean(compute="_compute_target")
    reason = fields.Text()
    currency_id = fields.Many2one(related="sale_order_id.currency_id")
    x_fc_authorizer_id = fields.Many2one(
        "res.partner", "Authorizer", domain=[("x_fc_is_authorizer", "=", True)]
    )
    x_fc_assessment_start_date = fields.Date("Assessment Begins")
    x_fc_assessment_end_date = fields.Date("Assessment Ends")
    x_fc_claim_number = fields.Char("Claim Number")
    x_fc_claim_approval_date = fields.Date("Approved On")
    x_fc_approval_letter = fields.Binary("Approval Letter", attachment=False)
    x_fc_approval_letter_filename = fields.Char("File of Approval Letter")
    x_fc_adp_delivery_date = fields.Date("Delivered On")
    x_fc_proof_of_delivery = fields.Binary("Proof of Delivery", attachment=False)
    x_fc_proof_of_delivery_filename = fields.Char("File of Proof of Delivery")
    x_fc_billing_permission_note = fields.Char("Permission to Bill Late")
    x_fc_mod_assessment_scheduled_date = fields.Date("Assessment Planned")
    x_fc_mod_assessment_completed_date = fields.Date("Assessment Done")
    x_fc_mod_drawing = fields.Binary("Drawing File", attachment=False)
    x_fc_mod_drawing_filename = fields.Char("File of HVMP Drawing")
    x_fc_mod_drawing_date = fields.Date("Drawing")
    x_fc_mod_application_form = fields.Binary("HVMP Application Form", attachment=False)
    x_fc_mod_application_form_filename = fields.Char("File of HVMP Application Form")
    x_fc_mod_quote_document = fields.Binary("Quote File", attachment=False)
    x_fc_mod_quote_document_filename = fields.Char("File of HVMP Quote Document")
    x_fc_mod_notice_of_assessment = fields.Binary("Notice of Assessment", attachment=False)
    x_fc_mod_notice_of_assessment_filename = fields.Char("File of HVMP Notice of Assessment")
    x_fc_mod_hvmp_reference = fields.Char("HVMP Reference")
    x_fc_mod_approved_amount = fields.Monetary("Approved Amount")
    x_fc_mod_approval_date = fields.Date("Funding Approved")
    x_fc_mod_pca_document = fields.Binary("Payment Commitment Agreement", attachment=False)
    x_fc_mod_pca_document_filename = fields.Char("File of HVMP PCA Document")
    x_fc_mod_completion_date = fields.Date("Project Completed")
    x_fc_mod_pod_document = fields.Binary("HVMP Proof of Delivery", attachment=False)
    x_fc_mod_pod_document_filename = fields.Char("File of HVMP Proof of Delivery Document")
    x_fc_mod_payment_amount = fields.Monetary("Paid Amount")
    x_fc_mod_payment_date = fields.Date("Payment")
    x_fc_odsp_msn_form = fields.Binary("MSN Form", attachment=False)
    x_fc_odsp_msn_form_filename = fields.Char("File of ODSP MSN Form")
    x_fc_odsp_decision_letter = fields.Binary("Decision Letter", attachment=False)
    x_fc_odsp_decision_letter_filename = fields.Char("File of ODSP Decision Letter")
    x_fc_odsp_approved_amount = fields.Monetary("ODSP Approved Amount")
    x_fc_odsp_decision_date = fields.Date("ODSP Decision")
    x_fc_funder_id = fields.Many2one("res.partner", "Funder")
    x_fc_funder_reference = fields.Char("Funder Reference")
    x_fc_funder_approved_amount = fields.Monetary("Funder Approved Amount")
    x_fc_funder_decision_date = fields.Date("Funder Decision")

    @api.model
    def default_get(self, fields_list):
        """What the case has already; a day that is asked for is today's."""
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(values.get("sale_order_id"))
        if not order:
            return values
        for name in self._get_asked(order, values.get("target_state")):
            if name in values or self._fields[name].type == "binary":
                continue
            value = order[name]
            if not value and self._fields[name].type == "date" and "approval" not in name:
                value = fields.Date.context_today(self)
            values[name] = value.id if isinstance(value, models.BaseModel) else value
        return values

    @api.model
    def _get_asked(self, order, target):
        """:return: names of the fields that this step asks for"""
        pipeline = PIPELINES.get(order._fc_pipeline())
        if not pipeline or target not in dict(pipeline.selection):
            return []
        return [
            name for gate in pipeline.state(target).gates for name in const.STEP_ASKS.get(gate, ())
        ]

    @api.depends("sale_order_id", "target_state")
    def _compute_target(self):
        for wizard in self:
            order, target = wizard.sale_order_id, wizard.target_state
            pipeline = order and PIPELINES.get(order._fc_pipeline())
            is_known = pipeline and target in dict(pipeline.selection)
            wizard.target_label = is_known and order._fc_state_label(target)
            wizard.asks = " ".join(["", *self._get_asked(order, target), ""]) if is_known else ""
            wizard.needs_reason = bool(is_known) and (
                REASON in pipeline.state(target).gates
                or order._fc_needs_reason(target)
                or target == "paid"
            )

    def action_confirm(self):
        """Write what was typed and move the case; both or neither.

        :return: an action that closes the dialog
        """
        self.ensure_one()
        self = self.with_context(bin_size=False)
        order = self.sale_order_id
        values = {}
        for name in self._get_asked(order, self.target_state):
            value = self[name]
            if value:
                values[name] = value.id if isinstance(value, models.BaseModel) else value
        with self.env.cr.savepoint():
            if values:
                order.write(values)
            order.action_fc_set_status(self.target_state, self.reason)
        return {"type": "ir.actions.act_window_close"}
