from odoo import fields, models

from .. import const


class SaleOrder(models.Model):
    """ODSP's Mandatory Special Necessities, and every other funder: WSIB, hardship, insurers."""

    _inherit = "sale.order"

    x_fc_odsp_member_id = fields.Char(
        related="partner_id.x_fc_odsp_member_id", readonly=False, groups=const.HEALTH
    )
    x_fc_odsp_office_id = fields.Many2one("res.partner", "ODSP Office")
    x_fc_odsp_msn_form = fields.Binary("MSN Form", attachment=True, copy=False, groups=const.HEALTH)
    x_fc_odsp_msn_form_filename = fields.Char("File of ODSP MSN Form", copy=False)
    x_fc_odsp_decision_letter = fields.Binary(
        "Decision Letter", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_odsp_decision_letter_filename = fields.Char("File of ODSP Decision Letter", copy=False)
    x_fc_odsp_approved_amount = fields.Monetary("ODSP Approved Amount", copy=False, tracking=True)
    x_fc_odsp_decision_date = fields.Date("ODSP Decision", copy=False)
    x_fc_funder_id = fields.Many2one("res.partner", "Funder", copy=False)
    x_fc_funder_reference = fields.Char(
        "Funder Reference", copy=False, help="Claim number, policy number."
    )
    x_fc_funder_approved_amount = fields.Monetary(
        "Funder Approved Amount", copy=False, tracking=True
    )
    x_fc_funder_letter = fields.Binary(
        "Funder Letter", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_funder_letter_filename = fields.Char("File of Funder Letter", copy=False)
    x_fc_funder_decision_date = fields.Date("Funder Decision", copy=False)

    _funder_amounts_positive = models.Constraint(
        "CHECK(COALESCE(x_fc_odsp_approved_amount, 0) >= 0"
        " AND COALESCE(x_fc_funder_approved_amount, 0) >= 0)",
        "An approved amount cannot be negative.",
    )
