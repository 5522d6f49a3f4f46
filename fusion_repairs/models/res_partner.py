from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    x_fc_maintenance_opt_out = fields.Boolean(
        "No Maintenance Reminders", help="Set by the unsubscribe link of a reminder."
    )
    x_fc_equipment_count = fields.Integer("Number of Units", compute="_compute_x_fc_service_counts")
    x_fc_contract_count = fields.Integer(
        "Number of Contracts", compute="_compute_x_fc_service_counts"
    )
    x_fc_visit_count = fields.Integer("Number of Visits", compute="_compute_x_fc_service_counts")

    def write(self, vals):
        """Nobody reminds a client who was archived: the contracts pause."""
        result = super().write(vals)
        if vals.get("active") is False:
            contracts = self.env["fusion.repair.maintenance.contract"].sudo()
            live = contracts.search([("partner_id", "in", self.ids), ("state", "=", "active")])
            live.action_pause()
        return result

    def _compute_x_fc_service_counts(self):
        """Of the commercial partner and its contacts; 0 for whoever may not read them."""
        for partner in self:
            for name, (model, field, _action) in _HISTORIES.items():
                records = self.env[model]
                domain = partner._fc_get_history_domain(field)
                may_read = records.has_access("read")
                partner[name] = records.search_count(domain) if may_read else 0

    def _fc_get_history_domain(self, field):
        root = self.commercial_partner_id or self
        return [(field, "child_of", root.ids)]

    def _fc_get_service_history(self, limit=5):
        """What the office looks at while the client is on the phone.

        :return: ``units``, ``open_repairs``, ``repairs`` (the last ones), ``contracts``,
            ``warranties``, ``plans``, ``unpaid`` (invoices), ``note``
        """
        self.ensure_one()
        root = self.commercial_partner_id or self
        jobs = self.env["repair.order"].search(
            [("partner_id", "child_of", root.ids)], order="create_date desc, id desc"
        )
        today = self.env.company._fc_today()
        found = {
            name: self.env[model].search([(field, "child_of", root.ids), *domain])
            for name, model, field, domain in (
                ("units", "maintenance.equipment", "x_fc_client_id", []),
                ("contracts", "fusion.repair.maintenance.contract", "partner_id",
                 [("state", "in", ("draft", "active", "paused"))]),
                ("warranties", "fusion.repair.labor.warranty", "partner_id",
                 [("date_end", ">=", today)]),
                ("plans", "fusion.repair.service.plan.subscription", "partner_id",
                 [("state", "=", "active")]),
            )
        }  # fmt: skip
        unpaid = self.env["account.move"].sudo().search(
            [
                ("partner_id", "child_of", root.ids),
                ("company_id", "=", self.env.company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )  # fmt: skip
        is_open = jobs.filtered(lambda job: job.state not in ("done", "cancel"))
        closed = (jobs - is_open)[:limit]
        return {
            **found, "open_repairs": is_open, "repairs": closed, "unpaid": unpaid,
            "note": self.comment,
        }  # fmt: skip

    def action_fc_view_equipment(self):
        return self._fc_view_history("x_fc_equipment_count")

    def action_fc_view_contracts(self):
        return self._fc_view_history("x_fc_contract_count")

    def action_fc_view_visits(self):
        return self._fc_view_history("x_fc_visit_count")

    def _fc_view_history(self, name):
        self.ensure_one()
        _model, field, action = _HISTORIES[name]
        return {
            **self.env["ir.actions.actions"]._for_xml_id(f"fusion_repairs.{action}"),
            "domain": self._fc_get_history_domain(field),
            "context": {},
        }


#: Count on the client's form: model, field of the client, action that lists them.
_HISTORIES = {
    "x_fc_equipment_count": ("maintenance.equipment", "x_fc_client_id", "action_equipment"),
    "x_fc_contract_count": (
        "fusion.repair.maintenance.contract", "partner_id", "action_contracts",
    ),
    "x_fc_visit_count": ("fusion.repair.maintenance.visit", "partner_id", "action_visits"),
}  # fmt: skip
