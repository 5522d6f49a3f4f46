import secrets
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


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
    revoke_reason = fields.Char("Reason to Revoke", copy=False)
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

    def write(self, vals):
        if "state" in vals and self.filtered(lambda one: one.state == "revoked"):
            raise UserError(self.env._("A revoked certificate stays revoked."))
        return super().write(vals)

    # -- Issue ------------------------------------------------------------------------------------

    @api.model
    def _issue_from_visit(self, visit):
        """:return: the certificate that the visit earned; empty when a mandatory point failed or
            has no result, or the unit is not safety-critical
        :raise UserError: when the technician's own certificate is missing or has expired
        """
        visit = visit.sudo()
        result = self._get_result(visit)
        if visit.inspection_certificate_id or not result:
            return visit.inspection_certificate_id
        day = visit._get_done_date()
        values = self._prepare_values(visit, result, day, self._get_licence(visit, day))
        certificate = self.sudo().create(values)
        unit_certificates = visit.equipment_id.x_fc_certificate_ids - certificate
        unit_certificates.filtered(lambda one: one.state in ("valid", "expiring")).write(
            {"state": "superseded"}
        )
        visit.inspection_certificate_id = certificate
        self.env.ref("fusion_repairs.ir_cron_certificate_pdf").sudo()._trigger()
        return certificate

    @api.model
    def _get_result(self, visit):
        lines = visit.checklist_line_ids
        mandatory = lines.filtered("mandatory")
        is_complete = mandatory and all(line.result in ("pass", "na") for line in mandatory)
        if not is_complete or not visit._is_safety_critical():
            return ""
        return "conditional" if "fail" in (lines - mandatory).mapped("result") else "pass"

    @api.model
    def _get_licence(self, visit, day):
        """:return: the technician's certificate as text, empty when the type needs none"""
        skill = visit.contract_id.x_fc_policy_category_id.x_fc_maintenance_skill_id
        if not skill.skill_type_id.is_certification:
            return ""
        rows = self.env["hr.employee.skill"].sudo()
        mine = Domain("employee_id.user_id", "=", visit.technician_id.id)
        mine &= Domain("skill_id", "=", skill.id)
        row = rows.search(mine & rows._fc_valid_on(day), order="valid_from desc", limit=1)
        if not row:
            raise UserError(
                self.env._(
                    "%(technician)s holds no valid certificate “%(skill)s” on %(day)s.",
                    technician=visit.technician_id.name,
                    skill=skill.name,
                    day=day,
                )
            )
        return skill.name

    def _prepare_values(self, visit, result, day, licence):
        category = visit.contract_id.x_fc_policy_category_id
        months = relativedelta(months=category.x_fc_certificate_validity_months)
        names = ("label", "mandatory", "result", "value", "unit", "note")
        return {
            "equipment_id": visit.equipment_id.id,
            "contract_id": visit.contract_id.id,
            "visit_id": visit.id,
            "repair_id": visit.repair_order_id.id,
            "technician_id": visit.technician_id.id,
            "licence": licence,
            "inspection_date": day,
            "expiry_date": day + months - timedelta(days=1),
            "result": result,
            "checklist": [
                {name: line[name] for name in names} for line in visit.checklist_line_ids
            ],
            "company_id": visit.company_id.id,
        }

    # -- Life -------------------------------------------------------------------------------------

    def action_revoke(self, reason=""):
        """:param reason: default: what was written into the form"""
        for certificate in self.filtered(lambda one: one.state != "revoked"):
            reason = reason or certificate.revoke_reason
            if not reason:
                raise UserError(self.env._("Say why the certificate is revoked."))
            certificate.write({"state": "revoked", "revoke_reason": reason})
        return True

    @api.model
    @api.private
    def cron_certificate_expiry(self):
        """:return: ``{"done", "skipped", "failed"}``"""
        done = 0
        for company in self.env["res.company"].search([("active", "=", True)]):
            today = company._fc_today()
            ours = Domain("company_id", "=", company.id)
            over = Domain("state", "in", ("valid", "expiring")) & Domain("expiry_date", "<", today)
            soon = today + timedelta(days=const.CERTIFICATE_EXPIRING_DAYS)
            near = Domain("state", "=", "valid") & Domain("expiry_date", "<=", soon)
            for domain, state in ((over, "expired"), (near, "expiring")):
                found = self.search(ours & domain)
                found.write({"state": state})
                done += len(found)
        return {"done": done, "skipped": 0, "failed": 0}

    @api.model
    def _cron_render_pdf(self):
        """The PDF comes after the visit: a missing PDF engine never loses a visit."""
        pending = self.search([("pdf_attachment_id", "=", False)], limit=const.PDF_BATCH)
        run_batch(pending, lambda certificate: certificate._render_pdf())

    def _render_pdf(self):
        self.pdf_attachment_id = self.env["ir.actions.report"]._fc_print(
            "fusion_repairs.action_report_certificate", self, self.equipment_id.x_fc_client_id.lang
        )

    # -- Public page ------------------------------------------------------------------------------

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
            "issued": self._format_day(self.inspection_date),
            "expires": self._format_day(self.expiry_date),
            "state": self.state,
            "state_label": labels[self.state],
        }
