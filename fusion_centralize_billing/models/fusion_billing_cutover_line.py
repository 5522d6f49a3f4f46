from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class FusionBillingCutoverLine(models.Model):
    """One subscription of a cut-over: what was found, what became of it. Only the cut-over writes
    it, as superuser."""

    _name = "fusion.billing.cutover.line"
    _description = "Subscription of a Cut-over"
    _order = "cutover_id, id"
    _rec_name = "subscription_id"

    cutover_id = fields.Many2one(
        "fusion.billing.cutover", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="cutover_id.company_id", store=True)
    subscription_id = fields.Many2one("sale.order", required=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="subscription_id.partner_id")
    state = fields.Selection(
        [
            ("blocked", "Blocked"),
            ("ready", "Ready"),
            ("done", "Billed Here"),
            ("failed", "Failed"),
            ("undone", "Undone"),
        ],
        required=True,
        default="blocked",
    )
    reason = fields.Char("What Stands in the Way")
    compared_month = fields.Char("Month That Agrees", help="The last full month, YYYY-MM.")
    is_ledger_clear = fields.Boolean("No Ledger Issue")
    period_start = fields.Date("Running Period From")
    next_invoice_date = fields.Date("First Invoice Here")
    payment = fields.Char(compute="_compute_payment")
    card_facts = fields.Json("Card at the Provider", groups="base.group_system")
    charge_ids = fields.Many2many(
        "fusion.billing.charge", string="Charges Made Live", help="They were imported as not live."
    )
    done_at = fields.Datetime("Taken Over")

    _subscription_uniq = models.UniqueIndex(
        "(subscription_id) WHERE state = 'done'", "This subscription was taken over already."
    )

    def _compute_payment(self):
        for line in self:
            card = line.sudo().card_facts or {}
            line.payment = card.get("label") or self.env._("Pay by link")

    def _check(self, row, compared, issues):
        """
        :param row: the source's subscription, None where it has none
        :param compared: last month as ``YYYY-MM`` where both sides agree on it, else None
        :param issues: the customer's invoices that a person must still look at, or None
        """
        order = self.subscription_id
        today = order._fc_get_today()
        nexacloud = self.env["fusion.billing.nexacloud"]
        start = nexacloud._fc_day((row or {}).get("current_period_start"))
        end = nexacloud._fc_day((row or {}).get("current_period_end"))
        reasons = []
        if not compared:
            reasons.append(self.env._("Last month is not compared, or differs."))
        if issues:
            reasons.append(self.env._("Ledger: %s", ", ".join(issues.mapped("display_name"))))
        if not row:
            reasons.append(self.env._("The source does not have it."))
        elif row.get("status") != "active":
            reasons.append(self.env._("At the source it is: %s", row.get("status") or "?"))
        elif not start or not end or start >= end:
            reasons.append(self.env._("The source does not say when its period ends."))
        elif end <= today:
            reasons.append(
                self.env._(
                    "The source's period ended on %s and the next one has not begun there.",
                    format_date(self.env, end),
                )
            )
        card = {} if reasons else order.partner_id._fc_find_card(order.company_id)
        self.write(
            {
                "state": "blocked" if reasons else "ready",
                "reason": " ".join(reasons),
                "compared_month": compared,
                "is_ledger_clear": not issues,
                "period_start": start,
                "next_invoice_date": end,
                "card_facts": card,
            }
        )

    def _cut_over(self):
        """From now on this subscription is billed here, from the source's next bound on: nothing is
        billed twice. Usage of the running period is billed here, at its end."""
        order = self.subscription_id
        if not order.x_fc_shadow or order.state != "draft":
            raise UserError(self.env._("It is no shadow copy any more."))
        charges = self._make_charges_live()
        token = order.partner_id._fc_keep_card(order.company_id, self.card_facts)
        order.write(
            {
                "x_fc_shadow": False,
                "start_date": self.period_start,
                "x_fc_billing_anchor": self.period_start,
                "next_invoice_date": self.next_invoice_date,
                "payment_token_id": token.id,
            }
        )
        order.action_confirm()
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "charge_ids": [fields.Command.set(charges.ids)],
            }
        )

    def _make_charges_live(self):
        """Imported charges have no recurrence; a live one is a copy with it.

        :return: charges that were not live before"""
        order = self.subscription_id
        charges = self.env["fusion.billing.charge"]
        domain = [
            ("service_id", "=", order.x_fc_billing_service_id.id),
            ("plan_code", "=", order.x_fc_billing_plan_code),
        ]
        live = charges.search([*domain, ("plan_id", "=", order.plan_id.id)])
        made = charges
        for charge in charges.search([*domain, ("plan_id", "=", False)]):
            if charge.metric_id not in live.metric_id:
                made |= charge.copy({"plan_id": order.plan_id.id, "name": charge.name})
        return made

    def _note_failure(self, error):
        text = self.env["fusion.billing.nexacloud"]._fc_name_error(error)
        self.write({"state": "failed", "reason": text})

    def action_undo(self):
        """Make it a shadow copy again, as long as nothing was invoiced.

        :raise UserError: it was invoiced, or was not taken over"""
        self.cutover_id.check_access("write")
        for line in self.sudo():
            line._undo()

    def _undo(self):
        if not self.try_lock_for_update() or self.state != "done":
            raise UserError(self.env._("Only a subscription that is billed here can be undone."))
        order = self.subscription_id
        if order.order_line.invoice_lines.filtered(lambda one: one.parent_state != "cancel"):
            raise UserError(
                self.env._(
                    "%s was invoiced here already: end it, or credit the invoice.",
                    order.display_name,
                )
            )
        order._fc_emit("subscription.updated", {"reason": "cutover_undone"})
        order.x_fc_shadow = True  # from here on the app is told nothing: it does not end
        order._action_cancel()
        order.action_draft()
        order.order_line.filtered("x_fc_usage_kind").unlink()
        order.write(
            {
                "next_invoice_date": False,
                "payment_token_id": False,
                "x_fc_terminated_at": False,
            }
        )
        self.write({"state": "undone", "reason": False})
        self._take_charges_back()

    def _take_charges_back(self):
        """A charge that went live for it stays while another subscription is priced by it."""
        orders = self.env["sale.order"]
        for charge in self.charge_ids:
            others = orders.search_count(
                [
                    ("x_fc_billing_service_id", "=", charge.service_id.id),
                    ("x_fc_billing_plan_code", "=", charge.plan_code),
                    ("plan_id", "=", charge.plan_id.id),
                    ("x_fc_shadow", "=", False),
                ],
                limit=1,
            )
            charge.active = bool(others)
