from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    visit_id = fields.Many2one(
        "fusion.assessment.visit", "Visit", index=True, ondelete="set null", copy=False
    )
    assessment_ids = fields.One2many("fusion.assessment", "sale_order_id", "ADP Assessments")
    accessibility_assessment_ids = fields.One2many(
        "fusion.accessibility.assessment", "sale_order_id", "Accessibility Assessments"
    )
    x_fc_portal_rep_id = fields.Many2one("res.users", "Field Rep", copy=False)

    def action_fc_open_visit(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "fusion.assessment.visit",
            "res_id": self.visit_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
