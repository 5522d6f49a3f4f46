from odoo import models

from .. import const
from .pipelines import REASON

#: {requirement, or check of a dialog: names in the form where it is met; the first empty one}
_FIELDS = {
    **const.STEP_ASKS,
    "original_application": ("x_fc_original_application",),
    "final_application": ("x_fc_final_application",),
    "final_application_replaced": ("x_fc_final_application",),
    "assessment_recent": ("x_fc_assessment_end_date",),
    "approval_valid": ("x_fc_claim_approval_date",),
    "hardship_within_client_portion": ("x_fc_funder_approved_amount",),
    "order_confirmed": ("action_confirm",),
    "serials": ("order_line",),
    "priced_line": ("order_line",),
    "invoices_posted": ("action_fc_create_funding_invoices",),
    "funder_invoice_posted": ("action_fc_create_funding_invoices",),
    "funder_paid": ("action_fc_create_funding_invoices",),
    "invoice_posted": ("create_invoice",),
    # Ready for Submission
    "has_authorizer": ("x_fc_authorizer_id",),
    "has_assessment_dates": ("x_fc_assessment_start_date", "x_fc_assessment_end_date"),
    "has_authorization_date": ("x_fc_authorization_date",),
    "has_client_refs": ("x_fc_client_ref_1", "x_fc_client_ref_2"),
    "has_reason": ("x_fc_reason_for_application", "x_fc_previous_funding_date"),
    "has_documents": ("x_fc_original_application", "x_fc_signed_pages_11_12"),
    "has_device_lines": ("order_line",),
    "prices_ok": ("order_line",),
    "quantities_ok": ("order_line",),
    # Close Case
    "has_signed_pages": ("x_fc_signed_pages_11_12",),
    "has_original_application": ("x_fc_original_application",),
    "has_final_application": ("x_fc_final_application",),
    "has_approval_letter": ("x_fc_approval_letter",),
    "has_proof_of_delivery": ("x_fc_proof_of_delivery",),
    "has_serials": ("order_line",),
    "has_invoices_paid": ("action_fc_create_funding_invoices",),
}
#: {requirement, or check: method that opens where it is met}
_METHODS = {
    "deduction": "action_fc_device_approval",
    "devices_verified": "action_fc_device_approval",
    "has_client_identity": "action_fc_client_health",
}
_INVOICES = {
    "invoices_posted",
    "funder_invoice_posted",
    "funder_paid",
    "invoice_posted",
    "has_invoices_paid",
}
#: {requirement that a dialog checks in parts: the dialog}
_DIALOGS = {
    "submission_package": "fusion_claims.ready.for.submission.wizard",
    "closing_audit": "fusion_claims.case.close.verification.wizard",
}


class SaleOrder(models.Model):
    """What the next step of a case still asks for, and where it is filled in."""

    _inherit = "sale.order"

    def _fc_get_checklist(self, target):
        """:param target: key of a state of this case's pipeline
        :return: list of ``{"message", "name", "method", "args"}``: ``name`` of the field or button
            of the form, or the public ``method`` whose action opens the place; both may be False
        """
        rows = []
        for gap in self._fc_missing_requirements(target):
            code = gap["code"]
            parts = {code: gap["message"]}
            if code in _DIALOGS:
                parts = self.env[_DIALOGS[code]]._get_missing_rows(self)
            rows += [
                {"message": message, **self._fc_get_place(part, target)}
                for part, message in parts.items()
            ]
        return rows

    def _fc_get_place(self, code, target):
        """:return: ``{"name", "method", "args"}``, as in :meth:`_fc_get_checklist`"""
        place = {"name": False, "method": _METHODS.get(code, False), "args": []}
        if code in (REASON, "submission_verified"):
            return {**place, "method": "action_fc_open_step", "args": [target]}
        if code in _INVOICES and self.invoice_ids:
            return {**place, "method": "action_view_invoice"}
        names = _FIELDS.get(code, ())
        empty = (name for name in names if name in self._fields and not self._fc_is_filled(name))
        return {**place, "name": next(empty, names[0] if names else False)}

    def _fc_is_filled(self, name):
        return self._fc_has(name) if name in const.DOCUMENTS else bool(self[name])
