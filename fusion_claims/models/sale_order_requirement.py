from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import LazyTranslate

from .. import const
from .pipelines import REASON

_lt = LazyTranslate(__name__)


class SaleOrder(models.Model):
    """What must hold before a case may enter a state, in words for the person who is stopped."""

    _inherit = "sale.order"

    def _fc_missing_requirements(self, target):
        """:param target: key of a state of this case's pipeline
        :return: list of ``{"code", "message"}``, empty when the state may be entered"""
        self.ensure_one()
        pipeline = self._fc_get_pipeline()
        if not pipeline:
            return []
        missing = []
        for code in pipeline.state(target).gates:
            holds, message = _REQUIREMENTS[code]
            if not holds(self):
                missing.append({"code": code, "message": self.env._(message)})
        if not self._fc_needs_reason(target):
            return missing
        if REASON in {row["code"] for row in missing} or self.env.context.get("fc_status_reason"):
            return missing
        return [{"code": REASON, "message": self.env._(_REQUIREMENTS[REASON][1])}, *missing]

    def _fc_needs_reason(self, target):
        """Reopening a closed case is explained as well."""
        return self[self._fc_status_field()] == "case_closed" and target != "case_closed"

    def _fc_has(self, name):
        """:return: whether a document is there, without reading it"""
        return bool(self._fc_get_document(name))

    def _fc_is_recent(self, day, parameter):
        """:param parameter: name of a number of months"""
        if not day:
            return False
        months = self._fc_number(parameter)
        return day + relativedelta(months=months) >= fields.Date.context_today(self)

    def _fc_is_final_application_new(self):
        """The funder has not seen this file yet."""
        document = self._fc_get_document("x_fc_final_application")
        return bool(document) and document.checksum != self.sudo().x_fc_submitted_checksum

    def _fc_has_all_serials(self):
        return not self.order_line.filtered(lambda line: line._fc_lacks_serials())

    def _fc_is_billing_in_time(self):
        approved = self.x_fc_claim_approval_date
        limit = self._fc_number("adp_billing_limit_months")
        is_late = approved and approved + relativedelta(months=limit) < fields.Date.context_today(
            self
        )
        return not is_late or bool((self.x_fc_billing_permission_note or "").strip())

    def _fc_get_portion_moves(self, *portions):
        """:return: the case's invoices (sudo) that stand, of these portions"""
        return self.sudo().x_fc_invoice_ids.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and move.payment_state != "reversed"
                and move.x_fc_portion in portions
            )
        )

    def _fc_are_funding_invoices_posted(self):
        moves = self._fc_get_portion_moves("client", "adp")
        return bool(moves) and all(move.state == "posted" for move in moves)

    def _fc_is_funder_paid(self):
        moves = self._fc_get_portion_moves("adp")
        is_paid = bool(moves) and all(
            move.payment_state in ("paid", "in_payment") for move in moves
        )
        return is_paid or (self._fc_is_manager() and self.env.context.get("fc_status_reason"))

    def _fc_is_manager(self):
        return self.env.su or self.env.user.has_group(const.CLAIMS_MANAGER)

    def _fc_is_closing_audited(self):
        if self.x_fc_adp_application_status == "denied":
            return True
        wizard = self.env["fusion_claims.case.close.verification.wizard"]
        is_overridden = self._fc_is_manager() and self.env.context.get("fc_status_reason")
        return is_overridden or not wizard._get_missing(self)

    def _fc_has_posted_invoice(self):
        """Of any kind: an ODSP office pays what the order's own invoice says."""
        return any(
            move.state == "posted" and move.move_type == "out_invoice"
            for move in self.sudo().invoice_ids
        )

    def _fc_is_within_client_portion(self):
        is_hardship = self.x_fc_sale_type == "hardship"
        return (
            not is_hardship
            or self.currency_id.compare_amounts(
                self.x_fc_funder_approved_amount, self.x_fc_client_portion_total
            )
            <= 0
        )


#: {code: (whether it holds, what to do when it does not)}
_REQUIREMENTS = {
    REASON: (
        lambda order: bool(order.env.context.get("fc_status_reason")),
        _lt("Give the reason."),
    ),
    "authorizer": (
        lambda order: bool(order.x_fc_authorizer_id),
        _lt("Choose the authorizer."),
    ),
    "assessment_start": (
        lambda order: bool(order.x_fc_assessment_start_date),
        _lt("Fill in the first day of the assessment."),
    ),
    "assessment_end": (
        lambda order: bool(order.x_fc_assessment_end_date),
        _lt("Fill in the last day of the assessment."),
    ),
    "original_application": (
        lambda order: order._fc_has("x_fc_original_application"),
        _lt("Add the original application (use Application Received)."),
    ),
    "submission_package": (
        lambda order: (
            not order.env["fusion_claims.ready.for.submission.wizard"]._get_missing(order)
        ),
        _lt("The submission package is not complete (Ready for Submission shows what is missing)."),
    ),
    "submission_verified": (
        lambda order: order.x_fc_submission_verified,
        _lt("Check the submission (use Submission Check)."),
    ),
    "final_application": (
        lambda order: order._fc_has("x_fc_final_application"),
        _lt("Add the final application."),
    ),
    "assessment_recent": (
        lambda order: order._fc_is_recent(
            order.x_fc_assessment_end_date, "assessment_valid_months"
        ),
        _lt("The assessment is too old to be submitted: assess again."),
    ),
    "final_application_replaced": (
        lambda order: order._fc_is_final_application_new(),
        _lt("Replace the final application: the funder has seen the stored one."),
    ),
    "claim_number": (
        lambda order: bool(order.x_fc_claim_number),
        _lt("Fill in the claim number."),
    ),
    "approval_date": (
        lambda order: bool(order.x_fc_claim_approval_date),
        _lt("Fill in the approval date."),
    ),
    "approval_letter": (
        lambda order: order._fc_has("x_fc_approval_letter"),
        _lt("Add the approval letter."),
    ),
    "deduction": (
        lambda order: bool(
            order.order_line.filtered(lambda line: line.x_fc_deduction_type != "none")
        ),
        _lt("Enter the deduction on at least one line."),
    ),
    "order_confirmed": (
        lambda order: order.state == "sale",
        _lt("Confirm the order."),
    ),
    "devices_verified": (
        lambda order: order.x_fc_device_verification_complete,
        _lt("Tick the approved devices (use Device Approval)."),
    ),
    "approval_valid": (
        lambda order: order._fc_is_recent(
            order.x_fc_claim_approval_date, "adp_approval_valid_months"
        ),
        _lt("The approval is no longer valid."),
    ),
    "delivery_date": (
        lambda order: bool(order.x_fc_adp_delivery_date),
        _lt("Fill in the delivery date."),
    ),
    "proof_of_delivery": (
        lambda order: order._fc_has("x_fc_proof_of_delivery"),
        _lt("Add the proof of delivery."),
    ),
    "serials": (
        lambda order: order._fc_has_all_serials(),
        _lt("Enter a serial number for each unit of the approved devices that have one."),
    ),
    "invoices_posted": (
        lambda order: order._fc_are_funding_invoices_posted(),
        _lt("Create and post the client's and the funder's invoice."),
    ),
    "billing_in_time": (
        lambda order: order._fc_is_billing_in_time(),
        _lt("The time to bill is over: note who at the funder permitted late billing, and when."),
    ),
    "funder_paid": (
        lambda order: order._fc_is_funder_paid(),
        _lt("The funder's invoice is not paid (a claims manager may give a reason instead)."),
    ),
    "closing_audit": (
        lambda order: order._fc_is_closing_audited(),
        _lt("The case is not complete (use Close Case to see what is missing)."),
    ),
    "mod_assessment_scheduled": (
        lambda order: bool(order.x_fc_mod_assessment_scheduled_date),
        _lt("Fill in the day of the assessment."),
    ),
    "mod_assessment_completed": (
        lambda order: bool(order.x_fc_mod_assessment_completed_date),
        _lt("Fill in the day on which the assessment was completed."),
    ),
    "mod_drawing": (
        lambda order: order._fc_has("x_fc_mod_drawing"),
        _lt("Add the drawing."),
    ),
    "priced_line": (
        lambda order: bool(order.order_line.filtered(lambda line: line.price_subtotal > 0)),
        _lt("Add at least one line with a price."),
    ),
    "mod_application": (
        lambda order: order._fc_has("x_fc_mod_application_form"),
        _lt("Add the application form."),
    ),
    "mod_quote": (
        lambda order: order._fc_has("x_fc_mod_quote_document"),
        _lt("Add the quote."),
    ),
    "mod_notice": (
        lambda order: order._fc_has("x_fc_mod_notice_of_assessment"),
        _lt("Add the notice of assessment."),
    ),
    "mod_reference": (
        lambda order: bool(order.x_fc_mod_hvmp_reference),
        _lt("Fill in the HVMP reference."),
    ),
    "mod_approved_amount": (
        lambda order: order.x_fc_mod_approved_amount > 0,
        _lt("Fill in the approved amount."),
    ),
    "mod_approval_date": (
        lambda order: bool(order.x_fc_mod_approval_date),
        _lt("Fill in the approval date."),
    ),
    "mod_pca": (
        lambda order: order._fc_has("x_fc_mod_pca_document"),
        _lt("Add the payment commitment agreement."),
    ),
    "mod_completion": (
        lambda order: bool(order.x_fc_mod_completion_date),
        _lt("Fill in the completion date."),
    ),
    "mod_pod": (
        lambda order: order._fc_has("x_fc_mod_pod_document"),
        _lt("Add the proof of delivery."),
    ),
    "funder_invoice_posted": (
        lambda order: "posted" in order._fc_get_portion_moves("funder").mapped("state"),
        _lt("Create and post the funder's invoice."),
    ),
    "mod_payment": (
        lambda order: (
            order.x_fc_mod_status == "funding_denied"
            or (order.x_fc_mod_payment_amount > 0 and bool(order.x_fc_mod_payment_date))
        ),
        _lt("Fill in amount and date of the payment."),
    ),
    "odsp_form": (
        lambda order: order._fc_has("x_fc_odsp_msn_form"),
        _lt("Add the mandatory special necessities form."),
    ),
    "odsp_letter": (
        lambda order: order._fc_has("x_fc_odsp_decision_letter"),
        _lt("Add the decision letter."),
    ),
    "odsp_amount": (
        lambda order: order.x_fc_odsp_approved_amount > 0,
        _lt("Fill in the approved amount."),
    ),
    "odsp_date": (
        lambda order: bool(order.x_fc_odsp_decision_date),
        _lt("Fill in the date of the decision."),
    ),
    "invoice_posted": (
        lambda order: order._fc_has_posted_invoice(),
        _lt("Create and post the invoice."),
    ),
    "funder": (
        lambda order: bool(order.x_fc_funder_id),
        _lt("Choose the funder."),
    ),
    "funder_reference": (
        lambda order: bool(order.x_fc_funder_reference),
        _lt("Fill in the funder's reference."),
    ),
    "funder_amount": (
        lambda order: order.x_fc_funder_approved_amount > 0,
        _lt("Fill in the approved amount."),
    ),
    "funder_date": (
        lambda order: bool(order.x_fc_funder_decision_date),
        _lt("Fill in the date of the decision."),
    ),
    "hardship_within_client_portion": (
        lambda order: order._fc_is_within_client_portion(),
        _lt("The approved amount is more than the client's portion."),
    ),
}
