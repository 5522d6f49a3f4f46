from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.batch import run_batch

from .account_move_ledger import BLOCKING


class FusionBillingCutover(models.Model):
    """The day on which shadow copies become the subscriptions that are billed: what was checked,
    who signed, what was done. Kept; until a subscription's first invoice it can be undone."""

    _name = "fusion.billing.cutover"
    _description = "Billing Cut-over"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self._default_name())
    service_id = fields.Many2one(
        "fusion.billing.service",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env["fusion.billing.nexacloud"]._fc_find_service().sudo(False),
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    state = fields.Selection(
        [("draft", "To Check"), ("checked", "Checked"), ("done", "Signed and Done")],
        required=True,
        default="draft",
        readonly=True,
    )
    subscription_ids = fields.Many2many(
        "sale.order",
        string="Only These Subscriptions",
        domain="[('x_fc_billing_service_id', '=', service_id), ('x_fc_shadow', '=', True)]",
        help="Empty: all shadow copies of the service.",
    )
    line_ids = fields.One2many("fusion.billing.cutover.line", "cutover_id", readonly=True)
    ready_count = fields.Integer("Ready", compute="_compute_counts")
    blocked_count = fields.Integer("Blocked", compute="_compute_counts")
    done_count = fields.Integer("Billed Here", compute="_compute_counts")
    is_agreed = fields.Boolean(
        "Compared and Switched Off",
        help="Both sides were compared, and the app's own billing is off for these subscriptions.",
    )
    signed_by_id = fields.Many2one("res.users", "Signed By", readonly=True, copy=False)
    signed_at = fields.Datetime("Signed", readonly=True, copy=False)

    def _default_name(self):
        today = fields.Date.context_today(self)
        return self.env._("Cut-over of %s", fields.Date.to_string(today))

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for cutover in self:
            states = cutover.line_ids.mapped("state")
            cutover.ready_count = states.count("ready")
            cutover.blocked_count = states.count("blocked") + states.count("failed")
            cutover.done_count = states.count("done")

    def action_check(self):
        """The dry run: what stands in the way of each subscription, and what would become of it.
        Nothing is written but this report.

        :raise UserError: the source cannot be read"""
        self.ensure_one()
        self.check_access("write")
        self.sudo()._check_lines()
        if self.state == "draft":
            self.state = "checked"

    def _check_lines(self):
        """Look at each subscription anew; those that are billed here already stay as they are."""
        rows = self._read_source()
        settled = self.line_ids.filtered(lambda line: line.state in ("done", "undone"))
        orders = self._find_orders() - settled.subscription_id
        months = self._find_agreeing_months()
        issues = self._find_ledger_issues(orders.partner_id)
        (self.line_ids - settled).filtered(lambda one: one.subscription_id not in orders).unlink()
        known = {line.subscription_id: line for line in self.line_ids}
        for order in orders:
            line = known.get(order) or self.line_ids.create(
                {"cutover_id": self.id, "subscription_id": order.id}
            )
            number = order.x_fc_nexacloud_subscription_id
            line._check(rows.get(number), months.get(number), issues.get(order.partner_id))

    def _find_orders(self):
        """:return: the shadow copies that are asked for"""
        domain = [
            ("x_fc_billing_service_id", "=", self.service_id.id),
            ("x_fc_shadow", "=", True),
            ("state", "=", "draft"),
        ]
        if self.subscription_ids:
            domain.append(("id", "in", self.subscription_ids.ids))
        return self.env["sale.order"].search(domain, order="id")

    def _find_agreeing_months(self):
        """:return: {source id: last month as ``YYYY-MM``} where both sides agree on it"""
        today = self.env["sale.order"]._fc_get_local_today(self.company_id)
        month = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        rows = self.env["fusion.billing.reconciliation"].search_fetch(
            [
                ("service_id", "=", self.service_id.id),
                ("period", "=", month),
                ("status", "in", ("match", "resolved")),
            ],
            ["external_subscription_id"],
        )
        return {row.external_subscription_id: month for row in rows}

    def _find_ledger_issues(self, partners):
        """:return: {customer: booked invoices that a person must still look at}"""
        moves = self.env["account.move"].search(
            [
                ("partner_id", "in", partners.ids),
                ("x_fc_nexacloud_invoice_id", "!=", False),
                ("x_fc_ledger_issue", "in", (*BLOCKING, "changed_upstream")),
                ("state", "!=", "cancel"),
            ]
        )
        return moves.grouped("partner_id")

    def _read_source(self):
        """:return: {id: subscription as the source holds it now}; {} for a service without one"""
        if self.service_id.code != "nexacloud":
            return {}
        wizard = self.env["fusion.billing.import.wizard"]
        return {row["id"]: row for row in wizard._read_nexacloud_rows()["subscriptions"]}

    def action_cut_over(self):
        """Check again, then bill here what is ready; a failing one stops no other.

        :raise UserError: nobody agreed, or nothing is ready"""
        self.ensure_one()
        self.check_access("write")
        if not self.is_agreed:
            raise UserError(
                self.env._("Tick that both sides were compared and the app's own billing is off.")
            )
        self.sudo()._check_lines()
        ready = self.sudo().line_ids.filtered(lambda line: line.state == "ready")
        if not ready:
            raise UserError(self.env._("Nothing is ready. Each line says what stands in its way."))
        self.write(
            {"state": "done", "signed_by_id": self.env.uid, "signed_at": fields.Datetime.now()}
        )
        run_batch(
            ready,
            lambda line: line._cut_over(),
            is_due=lambda line: line.state == "ready",
            on_failure=lambda line, error: line._note_failure(error),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(cutover.state == "done" for cutover in self):
            raise UserError(self.env._("A cut-over that was signed is kept."))
