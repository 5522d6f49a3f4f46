from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import str2bool

from .. import const
from .pipelines import ADP, BY_SALE_TYPE, GENERIC, MOD, ODSP, PIPELINES, STATUS_FIELDS

SALE_TYPES = [
    ("adp", "ADP"),
    ("adp_odsp", "ADP + ODSP"),
    ("odsp", "ODSP"),
    ("march_of_dimes", "March of Dimes"),
    ("wsib", "WSIB"),
    ("hardship", "Hardship Funding"),
    ("insurance", "Private Insurance"),
    ("direct_private", "Private Pay (Direct)"),
    ("rental", "Rental"),
    ("regular", "Regular"),
    ("other", "Other"),
]


def _in_order(pipeline):
    """Columns of a board run as the pipeline does."""
    return lambda _orders, keys, _domain: pipeline.in_order(keys)


class SaleOrder(models.Model):
    """The order is the case file; its funding type says which pipeline it runs through."""

    _name = "sale.order"
    _inherit = ["sale.order", "fusion.email.builder.mixin"]

    _email_gate_param = "fusion_claims.enable_email_notifications"
    _email_gate_default = False

    x_fc_sale_type = fields.Selection(
        SALE_TYPES, "Funding", required=True, default="regular", tracking=True, index=True
    )
    x_fc_authorizer_id = fields.Many2one(
        "res.partner", "Authorizer", domain=[("x_fc_is_authorizer", "=", True)], tracking=True
    )
    x_fc_client_type = fields.Selection(
        [
            ("reg", "Regular (75/25)"),
            ("odsp", "ODSP (100/0)"),
            ("ow", "Ontario Works (100/0)"),
            ("acsd", "ACSD (100/0)"),
        ],
        "Client Type",
        required=True,
        default="reg",
        tracking=True,
    )
    x_fc_adp_application_status = fields.Selection(
        ADP.selection,
        "ADP Status",
        tracking=True,
        index=True,
        copy=False,
        group_expand=_in_order(ADP),
    )
    x_fc_mod_status = fields.Selection(
        MOD.selection,
        "March of Dimes Status",
        tracking=True,
        index=True,
        copy=False,
        group_expand=_in_order(MOD),
    )
    x_fc_odsp_status = fields.Selection(
        ODSP.selection,
        "ODSP Status",
        tracking=True,
        index=True,
        copy=False,
        group_expand=_in_order(ODSP),
    )
    x_fc_case_status = fields.Selection(
        GENERIC.selection,
        "Case Status",
        tracking=True,
        index=True,
        copy=False,
        group_expand=_in_order(GENERIC),
    )
    x_fc_status_before_hold = fields.Char("Status Before Hold", copy=False, readonly=True)
    x_fc_waiting_on = fields.Selection(
        [
            ("client", "Client"),
            ("authorizer", "Authorizer"),
            ("office", "Office"),
            ("funder", "Funder"),
            ("nobody", "Nobody"),
        ],
        "Waiting On",
        compute="_compute_x_fc_waiting_on",
        store=True,
    )
    x_fc_case_locked = fields.Boolean(
        "Case Locked", compute="_compute_x_fc_case_locked", store=True, copy=False
    )
    x_fc_confirm_reason = fields.Char(
        "Reason to Confirm Early",
        copy=False,
        help="A claims manager's reason for confirming before the funder's commitment.",
    )
    x_fc_billing_permission_note = fields.Char(
        "Permission to Bill Late", copy=False, help="Who at the funder allowed it, and when."
    )
    x_fc_claim_number = fields.Char("Claim Number", index=True, copy=False, tracking=True)
    x_fc_client_ref_1 = fields.Char("Client Reference 1", size=2)
    x_fc_client_ref_2 = fields.Char("Client Reference 2", size=2)
    x_fc_assessment_start_date = fields.Date("Assessment Begins", copy=False)
    x_fc_assessment_end_date = fields.Date("Assessment Ends", copy=False)
    x_fc_authorization_date = fields.Date("Authorized On", copy=False)
    x_fc_reason_for_application = fields.Selection(
        [
            ("first_access", "First access"),
            ("additional", "Additional device"),
            ("replacement_worn", "Replacement: worn out"),
            ("replacement_size", "Replacement: size"),
            ("replacement_condition", "Replacement: change of condition"),
            ("modification", "Modification"),
        ],
        "Reason for Application",
        copy=False,
    )
    x_fc_previous_funding_date = fields.Date("Previous Funding", copy=False)
    x_fc_submission_date = fields.Date("Submitted On", copy=False)
    x_fc_acceptance_date = fields.Date("Accepted On", copy=False)
    x_fc_claim_approval_date = fields.Date("Approved On", copy=False)
    x_fc_billing_date = fields.Date("Billed On", copy=False)
    x_fc_payment_date = fields.Date("Paid On", copy=False)
    x_fc_adp_delivery_date = fields.Date("Delivered On", copy=False)
    x_fc_service_start_date = fields.Date("Service Starts", copy=False)
    x_fc_submission_verified = fields.Boolean("Submission Checked", copy=False)
    x_fc_submitted_checksum = fields.Char(
        "Checksum of the Submission",
        copy=False,
        groups="base.group_no_one",
        help="SHA-1 of the final application last submitted.",
    )
    x_fc_device_verification_complete = fields.Boolean("Devices Verified", copy=False)
    x_fc_status_log_ids = fields.One2many("fusion.claims.status.log", "order_id", "Status Log")
    x_fc_invoice_ids = fields.One2many("account.move", "x_fc_claim_order_id", "Case Invoices")
    x_fc_days_in_state = fields.Integer("Days in State", compute="_compute_x_fc_days_in_state")
    x_fc_is_slow = fields.Selection(
        [("no", "On time"), ("slow", "Slow"), ("late", "Late")],
        "Ageing",
        compute="_compute_x_fc_days_in_state",
        help="Slow after the usual days of the state, late after twice as many.",
    )

    _claim_number_uniq = models.UniqueIndex(
        "(company_id, x_fc_claim_number) WHERE state != 'cancel' AND x_fc_claim_number IS NOT NULL"
        " AND x_fc_sale_type IN ('adp', 'adp_odsp')",
        "This claim number is on another ADP order already.",
    )

    # -- Which pipeline ---------------------------------------------------------------------------

    def _fc_get_pipeline(self):
        """:return: :class:`pipelines.Pipeline`, None for a sale without a funder"""
        self.ensure_one()
        return BY_SALE_TYPE.get(self.x_fc_sale_type)

    def _fc_pipeline(self):
        """:return: ``adp``, ``mod``, ``odsp``, ``generic`` or False"""
        pipeline = self._fc_get_pipeline()
        return pipeline.code if pipeline else False

    def _fc_status_field(self):
        """:return: name of the field that holds the status, or False"""
        pipeline = self._fc_get_pipeline()
        return pipeline.field if pipeline else False

    def _fc_get_case_status(self):
        """:return: key of the state, or False"""
        field = self._fc_status_field()
        return field and self[field]

    def _fc_get_state(self):
        """:return: :class:`pipelines.State`, None outside of every pipeline"""
        status = self._fc_get_case_status()
        return self._fc_get_pipeline().state(status) if status else None

    @api.model
    def _fc_number(self, name):
        """:return: the parameter as int; its default when missing, unreadable or negative"""
        text = self.env["ir.config_parameter"].sudo().get_param(const.PREFIX + name) or ""
        return int(text) if text.isascii() and text.isdigit() else const.NUMBERS[name]

    def _fc_email_enabled(self):
        """Whether e-mails about cases go out. Absent, or any text that is not true: off."""
        gate = self.env["ir.config_parameter"].sudo().get_param(self._email_gate_param)
        return str2bool(gate or "", False)

    # -- Computed ---------------------------------------------------------------------------------

    @api.depends("x_fc_sale_type", *STATUS_FIELDS)
    def _compute_x_fc_waiting_on(self):
        for order in self:
            state = order._fc_get_state()
            order.x_fc_waiting_on = state.waiting_on if state else False

    @api.depends("x_fc_sale_type", *STATUS_FIELDS)
    def _compute_x_fc_case_locked(self):
        for order in self:
            order.x_fc_case_locked = order._fc_get_case_status() == "case_closed"

    @api.depends("x_fc_status_log_ids", "create_date", *STATUS_FIELDS)
    def _compute_x_fc_days_in_state(self):
        logs_sudo = self.env["fusion.claims.status.log"].sudo()
        latest = dict(
            logs_sudo._read_group([("order_id", "in", self.ids)], ["order_id"], ["date:max"])
        )
        now = fields.Datetime.now()
        for order in self:
            since = latest.get(order._origin) or order.create_date or now
            state = order._fc_get_state()
            order.x_fc_days_in_state = days = (now - since).days if state else 0
            norm = state.norm_days if state else 0
            order.x_fc_is_slow = (
                "no" if not norm or days <= norm else "slow" if days <= 2 * norm else "late"
            )

    @api.onchange("x_fc_sale_type")
    def _onchange_x_fc_sale_type(self):
        if self.x_fc_sale_type == "adp_odsp":
            self.x_fc_client_type = "odsp"

    # -- Checks -----------------------------------------------------------------------------------

    @api.constrains(
        "x_fc_assessment_start_date", "x_fc_assessment_end_date", "x_fc_authorization_date"
    )
    def _check_x_fc_dates(self):
        for order in self:
            first, last = order.x_fc_assessment_start_date, order.x_fc_assessment_end_date
            if first and last and last < first:
                raise ValidationError(
                    self.env._("The assessment of %s ends before it begins.", order.name)
                )
            authorized = order.x_fc_authorization_date
            if authorized and last and authorized < last:
                raise ValidationError(
                    self.env._(
                        "%s is authorized before the assessment ended. Check the dates.", order.name
                    )
                )

    @api.constrains("x_fc_reason_for_application", "x_fc_previous_funding_date")
    def _check_x_fc_previous_funding(self):
        for order in self:
            is_replacement = (order.x_fc_reason_for_application or "").startswith("replacement")
            if is_replacement and not order.x_fc_previous_funding_date:
                raise ValidationError(
                    self.env._("A replacement needs the date of the previous funding.")
                )

    # -- Creating and changing --------------------------------------------------------------------

    @api.model
    def _fc_prepare_case_vals(self, vals):
        """Texts as the funder writes them; what the funding type decides."""
        vals = dict(vals)
        for name in ("x_fc_client_ref_1", "x_fc_client_ref_2"):
            if vals.get(name):
                vals[name] = vals[name].strip().upper()
        if vals.get("x_fc_claim_number") is not None:
            vals["x_fc_claim_number"] = (vals["x_fc_claim_number"] or "").strip() or False
        if vals.get("x_fc_sale_type") == "adp_odsp":
            vals["x_fc_client_type"] = "odsp"
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._fc_prepare_new_case(vals) for vals in vals_list]
        for vals in vals_list:
            self._fc_check_files(vals)
        orders = super().create(vals_list)
        for order, vals in zip(orders, vals_list, strict=True):
            order._fc_note_documents(vals, {})
        return orders

    @api.model
    def _fc_prepare_new_case(self, vals):
        vals = self._fc_prepare_case_vals(vals)
        sale_type = vals.get("x_fc_sale_type") or self.default_get(["x_fc_sale_type"]).get(
            "x_fc_sale_type"
        )
        pipeline = BY_SALE_TYPE.get(sale_type)
        for field, owner in STATUS_FIELDS.items():
            given = vals.pop(field, None)
            if owner is not pipeline:
                continue
            if given and given != owner.initial and not self.env.su:
                raise UserError(self.env._("A new case begins at “%s”.", owner.states[0].label))
            vals[field] = given or owner.initial
        return vals

    def action_confirm(self):
        for order in self:
            order._fc_check_may_confirm()
        return super().action_confirm()

    @api.model
    def _fc_dashboard_counts(self):
        """Cases of the user's companies.

        :return: ``{pipeline: {state: {"count": int, "amount": float}}}``; states without a case
            have zeros; amounts are untaxed totals
        """
        counts = {
            code: {state.key: {"count": 0, "amount": 0.0} for state in pipeline.states}
            for code, pipeline in PIPELINES.items()
        }
        for code, pipeline in PIPELINES.items():
            groups = self._read_group(
                [
                    ("company_id", "in", self.env.companies.ids),
                    ("x_fc_sale_type", "in", pipeline.sale_types),
                    (pipeline.field, "!=", False),
                ],
                [pipeline.field],
                ["__count", "amount_untaxed:sum"],
            )
            for key, count, amount in groups:
                counts[code][key] = {"count": count, "amount": amount}
        return counts
