from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class FusionRepairServicePlanSubscription(models.Model):
    """A client's plan: how many visits are left, until when."""

    _name = "fusion.repair.service.plan.subscription"
    _description = "Client's Plan"
    _inherit = ["mail.thread"]
    _order = "date_end, id"
    _check_company_auto = True

    plan_id = fields.Many2one("fusion.repair.service.plan", required=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", "Client", required=True, index=True)
    date_start = fields.Date("From", required=True)
    date_end = fields.Date("Until", required=True, index=True)
    visits_total = fields.Integer(
        "Visits", compute="_compute_visits_total", store=True, readonly=False, precompute=True
    )
    visits_used = fields.Integer("Used", copy=False, readonly=True)
    visits_remaining = fields.Integer("Left", compute="_compute_visits_remaining")
    state = fields.Selection(
        [
            ("active", "Active"),
            ("exhausted", "Used Up"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="active",
        tracking=True,
        copy=False,
    )
    sale_line_id = fields.Many2one("sale.order.line", index="btree_not_null", ondelete="set null")
    unit_index = fields.Integer("Unit of the Line", default=1)
    burn_ids = fields.One2many("fusion.repair.service.plan.burn", "subscription_id", "Visits Used")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _unit_uniq = models.Constraint(
        "UNIQUE (sale_line_id, unit_index)", "This line of the sale has its plan already."
    )
    _visits_bounds = models.Constraint(
        "CHECK (visits_used BETWEEN 0 AND visits_total)", "No more visits than the plan holds."
    )
    _period_order = models.Constraint(
        "CHECK (date_end >= date_start)", "A plan ends after it begins."
    )

    @api.depends("plan_id")
    def _compute_visits_total(self):
        for subscription in self:
            subscription.visits_total = subscription.plan_id.visits_included

    @api.depends("visits_total", "visits_used")
    def _compute_visits_remaining(self):
        for subscription in self:
            subscription.visits_remaining = subscription.visits_total - subscription.visits_used

    @api.depends("plan_id", "date_end")
    def _compute_display_name(self):
        for subscription in self:
            subscription.display_name = self.env._(
                "%(plan)s until %(day)s", plan=subscription.plan_id.name, day=subscription.date_end
            )

    @api.model
    def _find_for(self, partner, category, date, for_maintenance=False):
        """:return: of ``_find_all_for`` the first, empty when there is none"""
        return self._find_all_for(partner, category, date, for_maintenance)[:1]

    @api.model
    def _find_all_for(self, partner, category, date, for_maintenance=False):
        """:param date: local date of the visit
        :param for_maintenance: of those plans alone that pay for maintenance
        :return: the plans with a visit left, the one that ends first comes first
        """
        found = self.search(
            Domain("partner_id", "child_of", partner.commercial_partner_id.ids)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "active")
            & Domain("date_start", "<=", date)
            & Domain("date_end", ">=", date),
            order="date_end, id",
        )
        return found.filtered(
            lambda one: (
                one.visits_remaining > 0
                and (one.plan_id.covers_maintenance or not for_maintenance)
                and (not one.plan_id.category_ids or category in one.plan_id.category_ids)
            )
        )

    def _burn(self, repair, visit=None):
        """Use one visit. Of two technicians on the last one, one gets it: the database counts.

        :return: the burn, also when this job burned before; empty when no visit is left
        """
        self.ensure_one()
        burns = self.env["fusion.repair.service.plan.burn"].sudo()
        mine = burns.search(
            [("subscription_id", "=", self.id), ("repair_id", "=", repair.id),
             ("state", "=", "burned")], limit=1
        )  # fmt: skip
        if mine:
            return mine
        task = visit and visit.technician_task_id
        day = (task and task.scheduled_date) or self.company_id._fc_today()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE fusion_repair_service_plan_subscription
                      SET visits_used = COALESCE(visits_used, 0) + 1
                    WHERE id = %s AND COALESCE(visits_used, 0) < visits_total
                      AND state = 'active' AND date_end >= %s
                RETURNING id""",
                self.id,
                day,
            ),
            log_exceptions=False,  # losing here is expected, and the caller is repeated
        )
        taken = self.env.cr.fetchone()
        self.invalidate_recordset(["visits_used", "visits_remaining"])
        if not taken:
            return burns
        if not self.visits_remaining:
            self.sudo().state = "exhausted"
        return burns.create(
            {
                "subscription_id": self.id,
                "repair_id": repair.id,
                "visit_id": visit and visit.id,
                "date": day,
            }
        )

    def _return(self, repair):
        """The job was cancelled in time: its visit counts again.

        :return: True
        """
        for burn in self.sudo().burn_ids.filtered(
            lambda one: one.repair_id == repair and one.state == "burned"
        ):
            burn.state = "returned"
            subscription = burn.subscription_id
            subscription.visits_used -= 1
            if subscription.state == "exhausted":
                subscription.state = "active"
        return True

    def action_cancel(self):
        self.filtered(lambda one: one.state != "cancelled").write({"state": "cancelled"})
        return True

    @api.model
    @api.private
    def cron_expire(self):
        """:return: number of plans that ended"""
        ended = self.browse()
        for company in self.env["res.company"].search([("active", "=", True)]):
            ended += self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", ("active", "exhausted")),
                    ("date_end", "<", company._fc_today()),
                ]
            )
        ended.write({"state": "expired"})
        return len(ended)
