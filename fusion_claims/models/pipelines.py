"""The funding pipelines as data: which state follows which, what it asks for, whom it tells.

No state logic lives anywhere else. Sources of the programs' rules: Ontario's Assistive Devices
Program (application for funding mobility devices), March of Dimes Canada's Home and Vehicle
Modification Program, ODSP Mandatory Special Necessities.
"""

from dataclasses import dataclass

#: Codes of :mod:`sale_order_requirement`.
REASON = "reason"


@dataclass(frozen=True)
class State:
    """One state of a pipeline.

    ``waiting_on``: who acts next. ``next``: keys that may follow. ``managers``: those of them that
    only a claims manager may choose. ``gates``: what must hold to enter, codes of
    ``sale.order._fc_missing_requirements``. ``mails``: roles that hear of it. ``stamp``: date
    field set on entering when empty. ``norm_days``: days a case usually stays, 0 for as long as
    it takes. ``step``: how the office enters it.
    """

    key: str
    label: str
    waiting_on: str
    next: tuple = ()
    managers: tuple = ()
    gates: tuple = ()
    mails: tuple = ()
    stamp: str = ""
    norm_days: int = 0
    step: str = ""


@dataclass(frozen=True)
class Pipeline:
    """``sale_types``: funding types that run through it. ``submitted``: states from which on stored
    documents are kept; ``returned``: states in which the funder waits for new ones."""

    code: str
    label: str
    field: str
    sale_types: tuple
    states: tuple
    free: frozenset
    returned: frozenset = frozenset()

    @property
    def initial(self):
        return self.states[0].key

    @property
    def selection(self):
        return [(state.key, state.label) for state in self.states]

    def in_order(self, keys):
        """:return: list of these keys, as the pipeline runs"""
        return [state.key for state in self.states if state.key in keys]

    def state(self, key):
        """:raise KeyError: no such state"""
        return {state.key: state for state in self.states}[key]


def _pause(states, never_held, never_cancelled):
    """Every state also leads to ``on_hold`` and ``cancelled``, but for those named."""
    extended = []
    for state in states:
        following = list(state.next)
        if state.key not in never_held:
            following.append("on_hold")
        if state.key not in never_held | never_cancelled:
            following.append("cancelled")
        extended.append(State(**{**state.__dict__, "next": tuple(dict.fromkeys(following))}))
    return tuple(extended)


_AFTER_SUBMISSION = (
    "accepted",
    "rejected",
    "needs_correction",
    "approved",
    "approved_deduction",
    "denied",
    "withdrawn",
)
_APPROVAL = ("claim_number", "approval_date", "approval_letter")
_EVERYBODY = ("client", "authorizer", "sales_rep")

ADP = Pipeline(
    code="adp",
    label="ADP",
    field="x_fc_adp_application_status",
    sale_types=("adp", "adp_odsp"),
    free=frozenset(
        {
            "quotation",
            "assessment_scheduled",
            "assessment_completed",
            "waiting_for_application",
            "application_received",
            "ready_submission",
        }
    ),
    returned=frozenset({"rejected", "needs_correction", "denied", "withdrawn", "expired"}),
    states=_pause(
        (
            State(
                "quotation", "Quotation", "office",
                next=("assessment_scheduled", "assessment_completed"),
                norm_days=7,
            ),
            State(
                "assessment_scheduled", "Assessment Scheduled", "office",
                next=("assessment_completed", "quotation"),
                gates=("authorizer", "assessment_start"),
                mails=("client", "authorizer"),
                norm_days=14, step="step",
            ),
            State(
                "assessment_completed", "Assessment Completed", "authorizer",
                next=("waiting_for_application", "application_received"),
                gates=("authorizer", "assessment_start", "assessment_end"),
                mails=("authorizer", "sales_rep", "client"),
                norm_days=7, step="step",
            ),
            State(
                "waiting_for_application", "Waiting for Application", "authorizer",
                next=("application_received", "expired", "withdrawn"),
                mails=("authorizer",),
                norm_days=14,
            ),
            State(
                "application_received", "Application Received", "office",
                next=("ready_submission", "waiting_for_application", "withdrawn", "expired"),
                gates=("original_application",),
                mails=("sales_rep",),
                norm_days=5, step="application_received",
            ),
            State(
                "ready_submission", "Ready for Submission", "office",
                next=("submitted", "application_received", "withdrawn"),
                gates=("submission_package",),
                mails=("sales_rep",),
                norm_days=3, step="ready_submission",
            ),
            State(
                "submitted", "Submitted", "funder",
                next=_AFTER_SUBMISSION,
                gates=("submission_verified", "final_application", "assessment_recent"),
                mails=("client", "authorizer"),
                stamp="x_fc_submission_date", norm_days=14, step="submission_check",
            ),
            State(
                "accepted", "Accepted for Review", "funder",
                next=("approved", "approved_deduction", "denied", "needs_correction", "withdrawn"),
                stamp="x_fc_acceptance_date", norm_days=42,
            ),
            State(
                "rejected", "Rejected at Intake", "office",
                next=("resubmitted", "application_received", "withdrawn"),
                gates=(REASON,),
                mails=("sales_rep", "authorizer"),
                norm_days=7, step="step",
            ),
            State(
                "needs_correction", "Needs Correction", "office",
                next=("resubmitted", "withdrawn"),
                gates=(REASON,),
                mails=("authorizer", "sales_rep"),
                norm_days=7, step="step",
            ),
            State(
                "resubmitted", "Resubmitted", "funder",
                next=_AFTER_SUBMISSION,
                gates=("submission_verified", "final_application_replaced"),
                mails=("client",),
                stamp="x_fc_submission_date", norm_days=14, step="submission_check",
            ),
            State(
                "approved", "Approved", "office",
                next=("ready_delivery", "needs_correction", "expired", "withdrawn"),
                gates=_APPROVAL,
                mails=_EVERYBODY,
                stamp="x_fc_claim_approval_date", norm_days=30, step="step",
            ),
            State(
                "approved_deduction", "Approved with Deduction", "office",
                next=("ready_delivery", "needs_correction", "expired", "withdrawn"),
                gates=(*_APPROVAL, "deduction"),
                mails=_EVERYBODY,
                stamp="x_fc_claim_approval_date", norm_days=30, step="step",
            ),
            State(
                "denied", "Denied", "client",
                next=("resubmitted", "case_closed"),
                managers=("case_closed",),
                gates=(REASON,),
                mails=_EVERYBODY,
                norm_days=30, step="step",
            ),
            State(
                "withdrawn", "Withdrawn", "nobody",
                next=("resubmitted", "cancelled"),
                managers=("resubmitted",),
                gates=(REASON,),
                mails=("authorizer", "sales_rep"),
                step="step",
            ),
            State(
                "ready_delivery", "Ready for Delivery", "office",
                next=("delivered", "expired"),
                gates=("order_confirmed", "devices_verified", "approval_valid"),
                mails=("client",),
                norm_days=14,
            ),
            State(
                "delivered", "Delivered", "office",
                next=("ready_bill",),
                gates=("delivery_date", "proof_of_delivery", "serials"),
                mails=("client", "authorizer"),
                norm_days=7, step="step",
            ),
            State(
                "ready_bill", "Ready to Bill", "office",
                next=("billed", "delivered"),
                gates=("proof_of_delivery", "approval_letter"),
                norm_days=7,
            ),
            State(
                "billed", "Billed", "funder",
                next=("paid", "ready_bill"),
                gates=("invoices_posted", "billing_in_time"),
                stamp="x_fc_billing_date", norm_days=45, step="step",
            ),
            State(
                "paid", "Paid", "office",
                next=("case_closed",),
                gates=("funder_paid",),
                mails=("sales_rep",),
                stamp="x_fc_payment_date", norm_days=7, step="step",
            ),
            State(
                "case_closed", "Case Closed", "nobody",
                next=("paid",),
                managers=("paid",),
                gates=("closing_audit",),
                mails=("client",), step="case_close",
            ),
            State(
                "on_hold", "On Hold", "office",
                next=("cancelled",),
                gates=(REASON,),
                mails=("authorizer", "sales_rep"),
                norm_days=30, step="step",
            ),
            State(
                "cancelled", "Cancelled", "nobody",
                next=("quotation",),
                managers=("quotation",),
                gates=(REASON,),
                mails=("authorizer", "sales_rep"), step="step",
            ),
            State(
                "expired", "Expired", "office",
                next=("assessment_scheduled", "resubmitted", "cancelled"),
                mails=_EVERYBODY,
                norm_days=14,
            ),
        ),
        never_held={"case_closed", "cancelled", "withdrawn", "expired", "on_hold"},
        never_cancelled={"billed", "paid"},
    ),
)  # fmt: skip

MOD = Pipeline(
    code="mod",
    label="March of Dimes",
    field="x_fc_mod_status",
    sale_types=("march_of_dimes",),
    free=frozenset(
        {
            "need_to_schedule",
            "assessment_scheduled",
            "assessment_completed",
            "processing_drawings",
            "quote_submitted",
        }
    ),
    returned=frozenset({"funding_denied"}),
    states=_pause(
        (
            State(
                "need_to_schedule", "Need to Schedule", "office",
                next=("assessment_scheduled", "assessment_completed"),
                norm_days=7,
            ),
            State(
                "assessment_scheduled", "Assessment Scheduled", "office",
                next=("assessment_completed", "need_to_schedule"),
                gates=("mod_assessment_scheduled",),
                mails=("client", "authorizer"),
                norm_days=14, step="step",
            ),
            State(
                "assessment_completed", "Assessment Completed", "office",
                next=("processing_drawings", "quote_submitted"),
                gates=("mod_assessment_completed",),
                mails=("client", "authorizer"),
                norm_days=5, step="step",
            ),
            State(
                "processing_drawings", "Processing Drawings", "office",
                next=("quote_submitted",),
                norm_days=14,
            ),
            State(
                "quote_submitted", "Quote Submitted", "client",
                next=("application_submitted", "processing_drawings"),
                gates=("mod_drawing", "priced_line"),
                mails=("client", "authorizer"),
                stamp="x_fc_mod_quote_date", norm_days=21, step="step",
            ),
            State(
                "application_submitted", "Application Submitted", "funder",
                next=("awaiting_funding", "funding_approved", "funding_denied"),
                gates=("mod_application", "mod_quote", "mod_notice", "mod_reference"),
                mails=("client", "authorizer"),
                stamp="x_fc_mod_application_date", norm_days=30, step="step",
            ),
            State(
                "awaiting_funding", "Awaiting Funding", "funder",
                next=("funding_approved", "funding_denied", "quote_submitted"),
                norm_days=90,
            ),
            State(
                "funding_approved", "Funding Approved", "funder",
                next=("pca_received",),
                gates=("mod_approved_amount", "mod_approval_date"),
                mails=_EVERYBODY,
                norm_days=21, step="step",
            ),
            State(
                "funding_denied", "Funding Denied", "client",
                next=("quote_submitted", "case_closed"),
                gates=(REASON,),
                mails=_EVERYBODY,
                norm_days=30, step="step",
            ),
            State(
                "pca_received", "PCA Received", "office",
                next=("in_production",),
                gates=("mod_pca",),
                mails=("sales_rep",),
                stamp="x_fc_mod_pca_date", norm_days=7, step="step",
            ),
            State(
                "in_production", "In Production", "office",
                next=("project_complete",),
                gates=("order_confirmed",),
                mails=("client",),
                stamp="x_fc_mod_production_date", norm_days=60,
            ),
            State(
                "project_complete", "Project Complete", "office",
                next=("pod_submitted",),
                gates=("mod_completion",),
                mails=("client", "authorizer"),
                norm_days=7, step="step",
            ),
            State(
                "pod_submitted", "Proof of Delivery Submitted", "funder",
                next=("case_closed", "project_complete"),
                gates=("mod_pod", "funder_invoice_posted"),
                mails=("office",),
                stamp="x_fc_mod_pod_date", norm_days=45, step="step",
            ),
            State(
                "case_closed", "Case Closed", "nobody",
                next=("pod_submitted",),
                managers=("pod_submitted",),
                gates=("mod_payment",),
                mails=("client",), step="step",
            ),
            State(
                "on_hold", "On Hold", "office",
                next=("cancelled",),
                gates=(REASON,),
                mails=("sales_rep",),
                norm_days=30, step="step",
            ),
            State(
                "cancelled", "Cancelled", "nobody",
                next=("need_to_schedule",),
                managers=("need_to_schedule",),
                gates=(REASON,),
                mails=("authorizer", "sales_rep"), step="step",
            ),
        ),
        never_held={"case_closed", "cancelled", "on_hold"},
        never_cancelled={"pod_submitted"},
    ),
)  # fmt: skip

_ODSP_END = {"case_closed", "cancelled", "on_hold"}

ODSP = Pipeline(
    code="odsp",
    label="ODSP",
    field="x_fc_odsp_status",
    sale_types=("odsp",),
    free=frozenset({"quotation", "form_requested"}),
    returned=frozenset({"denied"}),
    states=_pause(
        (
            State(
                "quotation", "Quotation", "office",
                next=("form_requested",),
                norm_days=7,
            ),
            State(
                "form_requested", "Form Requested", "authorizer",
                next=("submitted",),
                mails=("client", "authorizer"),
                norm_days=14,
            ),
            State(
                "submitted", "Submitted", "funder",
                next=("approved", "denied"),
                gates=("odsp_form",),
                mails=("client",),
                stamp="x_fc_submission_date", norm_days=30, step="step",
            ),
            State(
                "approved", "Approved", "office",
                next=("ready_delivery",),
                gates=("odsp_letter", "odsp_amount", "odsp_date"),
                mails=_EVERYBODY,
                norm_days=14, step="step",
            ),
            State(
                "denied", "Denied", "client",
                next=("form_requested", "case_closed"),
                gates=(REASON,),
                mails=_EVERYBODY,
                norm_days=30, step="step",
            ),
            State(
                "ready_delivery", "Ready for Delivery", "office",
                next=("delivered",),
                mails=("client",),
                norm_days=14,
            ),
            State(
                "delivered", "Delivered", "office",
                next=("billed",),
                gates=("delivery_date",),
                mails=("client",),
                norm_days=7, step="step",
            ),
            State(
                "billed", "Billed", "funder",
                next=("case_closed",),
                gates=("invoice_posted",),
                stamp="x_fc_billing_date", norm_days=45,
            ),
            State("case_closed", "Case Closed", "nobody", mails=("client",)),
            State(
                "on_hold", "On Hold", "office",
                next=("cancelled",),
                gates=(REASON,),
                mails=("sales_rep",),
                norm_days=30, step="step",
            ),
            State(
                "cancelled", "Cancelled", "nobody",
                next=("quotation",),
                managers=("quotation",),
                gates=(REASON,),
                mails=("sales_rep",), step="step",
            ),
        ),
        never_held=_ODSP_END,
        never_cancelled={"billed"},
    ),
)  # fmt: skip

GENERIC = Pipeline(
    code="generic",
    label="Other Funder",
    field="x_fc_case_status",
    sale_types=("wsib", "hardship", "insurance", "other"),
    free=frozenset({"quotation", "documents_pending"}),
    returned=frozenset({"denied"}),
    states=_pause(
        (
            State(
                "quotation", "Quotation", "office",
                next=("documents_pending",),
                norm_days=7,
            ),
            State(
                "documents_pending", "Documents Pending", "client",
                next=("submitted",),
                mails=("client",),
                norm_days=14,
            ),
            State(
                "submitted", "Submitted", "funder",
                next=("approved", "denied"),
                gates=("funder", "funder_reference"),
                mails=("client",),
                stamp="x_fc_submission_date", norm_days=30, step="step",
            ),
            State(
                "approved", "Approved", "office",
                next=("delivered",),
                gates=("funder_amount", "funder_date", "hardship_within_client_portion"),
                mails=_EVERYBODY,
                norm_days=14, step="step",
            ),
            State(
                "denied", "Denied", "client",
                next=("submitted", "case_closed"),
                gates=(REASON,),
                mails=_EVERYBODY,
                norm_days=30, step="step",
            ),
            State(
                "delivered", "Delivered", "office",
                next=("billed",),
                mails=("client",),
                norm_days=7,
            ),
            State(
                "billed", "Billed", "funder",
                next=("case_closed",),
                stamp="x_fc_billing_date", norm_days=45,
            ),
            State("case_closed", "Case Closed", "nobody", mails=("client",)),
            State(
                "on_hold", "On Hold", "office",
                next=("cancelled",),
                gates=(REASON,),
                mails=("sales_rep",),
                norm_days=30, step="step",
            ),
            State(
                "cancelled", "Cancelled", "nobody",
                next=("quotation",),
                managers=("quotation",),
                gates=(REASON,),
                mails=("sales_rep",), step="step",
            ),
        ),
        never_held={"case_closed", "cancelled", "on_hold"},
        never_cancelled={"billed"},
    ),
)  # fmt: skip

PIPELINES = {pipeline.code: pipeline for pipeline in (ADP, MOD, ODSP, GENERIC)}
STATUS_FIELDS = {pipeline.field: pipeline for pipeline in PIPELINES.values()}
BY_SALE_TYPE = {
    sale_type: pipeline for pipeline in PIPELINES.values() for sale_type in pipeline.sale_types
}
