import secrets

from odoo import api, fields, models
from odoo.tools import format_date


class FusionRepairInspectionCertificate(models.Model):
    """Proof that a unit passed its inspection, which anyone may verify by its public id."""

    _name = "fusion.repair.inspection.certificate"
    _description = "Inspection Certificate"
    _inherit = ["mail.thread"]
    _order = "inspection_date desc, id desc"

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    equipment_id = fields.Many2one("maintenance.equipment", "Unit", required=True, index=True)
    contract_id = fields.Many2one("fusion.repair.maintenance.contract", index="btree_not_null")
    visit_id = fields.Many2one("fusion.repair.maintenance.visit", index="btree_not_null")
    repair_id = fields.Many2one("repair.order", "Job")
    technician_id = fields.Many2one("res.users", required=True)
    licence = fields.Char(help="The technician's certificate, as it was on the day.")
    inspection_date = fields.Date(required=True)
    expiry_date = fields.Date(required=True, index=True)
    result = fields.Selection(
        [("pass", "Pass"), ("conditional", "Conditional"), ("fail", "Fail")], required=True
    )
    checklist = fields.Json(help="List of {label, result, value, unit, note}.")
    pdf_attachment_id = fields.Many2one("ir.attachment", "PDF", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("expiring", "Expires Soon"),
            ("expired", "Expired"),
            ("superseded", "Superseded"),
            ("revoked", "Revoked"),
        ],
        required=True,
        default="valid",
        tracking=True,
        index=True,
    )
    revoke_reason = fields.Char(readonly=True, copy=False)
    verify_id = fields.Char(
        default=lambda self: secrets.token_urlsafe(16), required=True, readonly=True, copy=False
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _verify_id_uniq = models.Constraint("UNIQUE (verify_id)", "Two certificates share an id.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("fusion.repair.certificate")
        return super().create(vals_list)

    @api.model
    def _verify(self, verify_id):
        """:return: the certificate of that public id, empty when there is none"""
        return self.sudo().search([("verify_id", "=", str(verify_id or "").replace("\0", ""))])

    def _get_page(self):
        """:return: what anyone may know"""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "number": self.name,
            "unit": self.equipment_id._fc_get_public_name(),
            "issued": format_date(self.env, self.inspection_date, date_format="full"),
            "expires": format_date(self.env, self.expiry_date, date_format="full"),
            "state": self.state,
            "state_label": labels[self.state],
        }
