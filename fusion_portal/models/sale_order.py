import base64

from odoo import fields, models
from odoo.exceptions import UserError


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

    def _fc_get_drawings(self):
        """:return: list of the drawings of what was measured for this order, as sources of images;
        what was cancelled has none"""
        items = self.accessibility_assessment_ids.filtered(lambda item: item.state != "cancelled")
        return [uri for item in items if (uri := item._get_drawing_uri())]

    def action_fc_draft_drawing(self):
        """Put a drawing made from the measures where March of Dimes' drawing belongs.

        :raise UserError: there is a drawing already, or nothing that can be drawn
        """
        self.ensure_one()
        if self.x_fc_mod_drawing:
            raise UserError(self.env._("There is a drawing already. Remove it first."))
        if not self._fc_get_drawings():
            raise UserError(
                self.env._("Nothing can be drawn yet: complete the measures of the home visit.")
            )
        pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "fusion_portal.report_order_drawing", self.ids
        )
        self.write(
            {
                "x_fc_mod_drawing": base64.b64encode(pdf),
                "x_fc_mod_drawing_filename": self.env._("Drawing %s.pdf", self.name),
            }
        )

    def action_fc_open_visit(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "fusion.assessment.visit",
            "res_id": self.visit_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
