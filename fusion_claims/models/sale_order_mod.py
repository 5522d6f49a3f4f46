from odoo import api, fields, models

from .. import const
from .pipelines import MOD

_TRAIL = {
    "assessment": "x_fc_mod_assessment_completed_date",
    "drawing": "x_fc_mod_drawing_date",
    "quote_sent": "x_fc_mod_quote_date",
    "application": "x_fc_mod_application_date",
    "funding_approved": "x_fc_mod_approval_date",
    "pca": "x_fc_mod_pca_date",
    "production": "x_fc_mod_production_date",
    "completed": "x_fc_mod_completion_date",
    "pod": "x_fc_mod_pod_date",
}


class SaleOrder(models.Model):
    """March of Dimes Canada, Home and Vehicle Modification Program (home part)."""

    _inherit = "sale.order"

    x_fc_mod_hvmp_reference = fields.Char("HVMP Reference", copy=False)
    x_fc_mod_vendor_code = fields.Char(
        "Vendor Code", compute="_compute_x_fc_mod_vendor_code", store=True, readonly=False
    )
    x_fc_mod_household_size = fields.Integer("Household Size", default=1)
    x_fc_mod_income_under_threshold = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")],
        "Income Under the Limit",
        required=True,
        default="unknown",
    )
    x_fc_mod_income_hint = fields.Char("Income Limits", compute="_compute_x_fc_mod_income_hint")
    x_fc_mod_requested_amount = fields.Monetary("Requested Amount", copy=False)
    x_fc_mod_approved_amount = fields.Monetary("Approved Amount", copy=False, tracking=True)
    x_fc_mod_payment_amount = fields.Monetary("Paid Amount", copy=False, tracking=True)
    x_fc_mod_client_contribution = fields.Monetary(
        "Client Contribution", compute="_compute_x_fc_mod_client_contribution"
    )
    x_fc_mod_lifetime_used = fields.Monetary(
        "Used of the Lifetime Amount", compute="_compute_x_fc_mod_lifetime"
    )
    x_fc_mod_lifetime_left = fields.Monetary(
        "Left of the Lifetime Amount", compute="_compute_x_fc_mod_lifetime"
    )
    x_fc_mod_assessment_scheduled_date = fields.Date("Assessment Planned", copy=False)
    x_fc_mod_assessment_completed_date = fields.Date("Assessment Done", copy=False)
    x_fc_mod_drawing_date = fields.Date("Drawing", copy=False)
    x_fc_mod_quote_date = fields.Date("Quote Sent", copy=False)
    x_fc_mod_application_date = fields.Date("Application Sent", copy=False)
    x_fc_mod_approval_date = fields.Date("Funding Approved", copy=False)
    x_fc_mod_pca_date = fields.Date("PCA Received", copy=False)
    x_fc_mod_production_date = fields.Date("Production Began", copy=False)
    x_fc_mod_completion_date = fields.Date("Project Completed", copy=False)
    x_fc_mod_pod_date = fields.Date("Proof of Delivery Sent", copy=False)
    x_fc_mod_payment_date = fields.Date("Payment", copy=False)
    x_fc_mod_drawing = fields.Binary(
        "Drawing File", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_drawing_filename = fields.Char("File of HVMP Drawing", copy=False)
    x_fc_mod_quote_document = fields.Binary(
        "Quote File", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_quote_document_filename = fields.Char("File of HVMP Quote Document", copy=False)
    x_fc_mod_application_form = fields.Binary(
        "HVMP Application Form", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_application_form_filename = fields.Char("File of HVMP Application Form", copy=False)
    x_fc_mod_notice_of_assessment = fields.Binary(
        "Notice of Assessment", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_notice_of_assessment_filename = fields.Char(
        "File of HVMP Notice of Assessment", copy=False
    )
    x_fc_mod_approval_letter = fields.Binary(
        "HVMP Approval Letter", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_approval_letter_filename = fields.Char("File of HVMP Approval Letter", copy=False)
    x_fc_mod_pca_document = fields.Binary(
        "Payment Commitment Agreement", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_pca_document_filename = fields.Char("File of HVMP PCA Document", copy=False)
    x_fc_mod_pod_document = fields.Binary(
        "HVMP Proof of Delivery", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_mod_pod_document_filename = fields.Char(
        "File of HVMP Proof of Delivery Document", copy=False
    )
    x_fc_mod_second_quote_received = fields.Boolean("Second Quote Received", copy=False)
    x_fc_mod_case_worker_id = fields.Many2one("res.partner", "Case Worker")
    x_fc_mod_trail_assessment = fields.Boolean(
        "HVMP trail: assessment", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_drawing = fields.Boolean(
        "HVMP trail: drawing", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_quote_sent = fields.Boolean(
        "HVMP trail: quote sent", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_application = fields.Boolean(
        "HVMP trail: application", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_funding_approved = fields.Boolean(
        "HVMP trail: funding approved", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_pca = fields.Boolean("HVMP trail: PCA", compute="_compute_x_fc_mod_trail")
    x_fc_mod_trail_production = fields.Boolean(
        "HVMP trail: production", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_completed = fields.Boolean(
        "HVMP trail: completed", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_pod = fields.Boolean(
        "HVMP trail: proof of delivery", compute="_compute_x_fc_mod_trail"
    )
    x_fc_mod_trail_closed = fields.Boolean("HVMP trail: closed", compute="_compute_x_fc_mod_trail")

    _mod_amounts_positive = models.Constraint(
        "CHECK(COALESCE(x_fc_mod_requested_amount, 0) >= 0"
        " AND COALESCE(x_fc_mod_approved_amount, 0) >= 0"
        " AND COALESCE(x_fc_mod_payment_amount, 0) >= 0)",
        "The funder's amounts cannot be negative.",
    )
    _mod_household_positive = models.Constraint(
        "CHECK(x_fc_mod_household_size IS NULL OR x_fc_mod_household_size >= 1)",
        "A household has at least one person.",
    )

    @api.depends("company_id", "x_fc_sale_type")
    def _compute_x_fc_mod_vendor_code(self):
        for order in self:
            is_mod = order.x_fc_sale_type in MOD.sale_types
            order.x_fc_mod_vendor_code = order.x_fc_mod_vendor_code or (
                is_mod and order.company_id.x_fc_mod_vendor_code
            )

    @api.depends("amount_total", "x_fc_mod_approved_amount")
    def _compute_x_fc_mod_client_contribution(self):
        for order in self:
            order.x_fc_mod_client_contribution = order.amount_total - order.x_fc_mod_approved_amount

    @api.depends("partner_id", "x_fc_mod_approved_amount", "x_fc_mod_payment_amount")
    def _compute_x_fc_mod_lifetime(self):
        cap = self._fc_number("mod_lifetime_cap")
        for order in self:
            used = order.partner_id._fc_mod_lifetime_used() if order._fc_pipeline() == "mod" else 0
            order.x_fc_mod_lifetime_used = used
            order.x_fc_mod_lifetime_left = max(cap - used, 0)

    @api.depends("x_fc_mod_household_size")
    def _compute_x_fc_mod_income_hint(self):
        limits = self.env["fusion.mod.income.threshold"].sudo()
        for order in self:
            order.x_fc_mod_income_hint = limits._get_hint(order.x_fc_mod_household_size)

    @api.depends("x_fc_mod_status", *_TRAIL.values())
    def _compute_x_fc_mod_trail(self):
        for order in self:
            for name, field in _TRAIL.items():
                order[f"x_fc_mod_trail_{name}"] = bool(order[field])
            order.x_fc_mod_trail_closed = order.x_fc_mod_status == "case_closed"

    @api.onchange("x_fc_mod_approved_amount")
    def _onchange_x_fc_mod_approved_amount(self):
        cap = self._fc_number("mod_lifetime_cap")
        if self.x_fc_mod_approved_amount > cap:
            message = self.env._(
                "The program pays at most %s in a lifetime. Please check the amount.", f"{cap:,}"
            )
            return {
                "warning": {"title": self.env._("Above the lifetime amount"), "message": message}
            }
        return None

    def _fc_create_funder_invoice(self):
        """Bill what March of Dimes has approved to it, and the rest to the client.

        :return: draft account.move, the funder's first
        :raise UserError: no approved amount, no funder set, invoiced already
        """
        self.ensure_one()
        self._fc_check_may_invoice("mod", self.x_fc_mod_approved_amount > 0)
        funder = self._fc_get_funder("x_fc_mod_partner_id")
        share = (
            min(self.x_fc_mod_approved_amount / self.amount_total, 1) if self.amount_total else 0
        )
        portions = {
            line: line.currency_id.round(line.price_subtotal * share)
            for line in self.order_line
            if not line.display_type
        }
        return self._fc_create_portion_moves("funder", funder, portions)
