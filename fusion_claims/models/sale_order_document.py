import hashlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import human_size

from .. import const
from ..services import documents
from .pipelines import STATUS_FIELDS


class SaleOrder(models.Model):
    """The papers of a case: what may be stored, what is kept, who is told."""

    _inherit = "sale.order"

    x_fc_original_application = fields.Binary(
        "Original Application", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_original_application_filename = fields.Char("File of Original Application", copy=False)
    x_fc_signed_pages_11_12 = fields.Binary(
        "Signed Pages 11 and 12", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_signed_pages_filename = fields.Char("File of Signed Pages", copy=False)
    x_fc_final_application = fields.Binary(
        "Final Application", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_final_application_filename = fields.Char("File of Final Application", copy=False)
    x_fc_approval_letter = fields.Binary(
        "Approval Letter", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_approval_letter_filename = fields.Char("File of Approval Letter", copy=False)
    x_fc_denial_letter = fields.Binary(
        "Denial Letter", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_denial_letter_filename = fields.Char("File of Denial Letter", copy=False)
    x_fc_proof_of_delivery = fields.Binary(
        "Proof of Delivery", attachment=True, copy=False, groups=const.HEALTH
    )
    x_fc_proof_of_delivery_filename = fields.Char("File of Proof of Delivery", copy=False)
    x_fc_replaced_document = fields.Binary(
        "Replaced Document",
        attachment=True,
        copy=False,
        groups=const.HEALTH,
        help="Former papers hang on this field, which guards them like the papers themselves.",
    )
    x_fc_pages_11_12_in_original = fields.Boolean(
        "Pages 11 and 12 Inside the Original",
        copy=False,
        tracking=True,
        help="The original PDF already holds the signed pages.",
    )
    page11_sign_request_ids = fields.One2many(
        "fusion.page11.sign.request", "sale_order_id", "Signature Requests"
    )
    x_fc_has_signed_pages_11_12 = fields.Boolean(
        "Signed Pages There", compute="_compute_x_fc_has_signed_pages_11_12", store=True
    )
    x_fc_trail_has_assessment_dates = fields.Boolean(
        "Trail: assessment dates", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_authorization = fields.Boolean(
        "Trail: authorization", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_original_application = fields.Boolean(
        "Trail: original application", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_signed_pages = fields.Boolean(
        "Trail: signed pages", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_submission_verified = fields.Boolean(
        "Trail: submission verified", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_final_application = fields.Boolean(
        "Trail: final application", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_approval_letter = fields.Boolean(
        "Trail: approval letter", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_proof_of_delivery = fields.Boolean(
        "Trail: proof of delivery", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_device_verification = fields.Boolean(
        "Trail: device verification", compute="_compute_x_fc_trail"
    )
    x_fc_trail_has_invoices = fields.Boolean("Trail: invoices", compute="_compute_x_fc_trail")

    @api.depends(
        "x_fc_pages_11_12_in_original", "x_fc_signed_pages_11_12", "page11_sign_request_ids.state"
    )
    def _compute_x_fc_has_signed_pages_11_12(self):
        for order in self:
            order.x_fc_has_signed_pages_11_12 = (
                order.x_fc_pages_11_12_in_original
                or order._fc_has("x_fc_signed_pages_11_12")
                or "signed" in order.page11_sign_request_ids.mapped("state")
            )

    @api.depends(
        "x_fc_assessment_start_date", "x_fc_assessment_end_date", "x_fc_authorization_date",
        "x_fc_has_signed_pages_11_12", "x_fc_submission_verified", "x_fc_original_application",
        "x_fc_final_application", "x_fc_approval_letter", "x_fc_proof_of_delivery",
        "x_fc_device_verification_complete", "x_fc_invoice_ids.state",
    )  # fmt: skip
    @api.depends_context("uid")
    def _compute_x_fc_trail(self):
        for order in self:
            order.x_fc_trail_has_assessment_dates = bool(
                order.x_fc_assessment_start_date and order.x_fc_assessment_end_date
            )
            order.x_fc_trail_has_authorization = bool(order.x_fc_authorization_date)
            order.x_fc_trail_has_original_application = order._fc_has("x_fc_original_application")
            order.x_fc_trail_has_signed_pages = order.x_fc_has_signed_pages_11_12
            order.x_fc_trail_has_submission_verified = order.x_fc_submission_verified
            order.x_fc_trail_has_final_application = order._fc_has("x_fc_final_application")
            order.x_fc_trail_has_approval_letter = order._fc_has("x_fc_approval_letter")
            order.x_fc_trail_has_proof_of_delivery = order._fc_has("x_fc_proof_of_delivery")
            order.x_fc_trail_has_device_verification = order.x_fc_device_verification_complete
            order.x_fc_trail_has_invoices = order._fc_are_funding_invoices_posted()

    @api.constrains(*const.DOCUMENTS.values())
    def _check_x_fc_file_names(self):
        for order in self:
            for field, name in const.DOCUMENTS.items():
                text = (order[name] or "").lower()
                if field not in const.PICTURES_ALLOWED and text and not text.endswith(".pdf"):
                    raise ValidationError(self.env._("“%s” must be a PDF file.", order[name]))

    def _fc_check_pdf(self, b64_data, label):
        """:param b64_data: the upload, base64
        :param label: what a person calls the document
        :return: number of pages, False for a PDF that cannot be read
        :raise UserError: not base64, no PDF, too large, password-protected, without a page
        """
        limit_mb = self._fc_number("max_document_mb")
        try:
            raw = documents.decode(b64_data)
            return documents.count_pages(raw, limit_mb * 1024 * 1024)
        except documents.DocumentFault as fault:
            messages = {
                "base64": self.env._("%s: could not decode the uploaded file.", label),
                "not_pdf": self.env._("%s must be a PDF file (content check failed).", label),
                "locked": self.env._(
                    "%s is password-protected: the funder could not open it. Please upload an "
                    "unlocked copy.",
                    label,
                ),
                "empty": self.env._("%s has no page.", label),
            }
            if fault.code == "too_large":
                raise UserError(
                    self.env._(
                        "%(label)s has %(size)s; at most %(limit)s MB can be stored.",
                        label=label,
                        size=human_size(len(raw)),
                        limit=limit_mb,
                    )
                ) from None
            raise UserError(messages[fault.code]) from None

    def action_fc_preview_document(self, field_name):
        """:param field_name: one of ``const.DOCUMENTS``
        :return: the preview's action
        :raise UserError: no such document"""
        self.ensure_one()
        self.check_access("read")
        document = self._fc_get_document(field_name) if field_name in const.DOCUMENTS else None
        if not document or not self._has_field_access(self._fields[field_name], "read"):
            raise UserError(self.env._("There is no such document."))
        self.env["fusion.phi.access.log"]._log(self, "view", field_name)
        title = self._fields[field_name]._description_string(self.env)
        return document.sudo(False).action_fusion_preview(title=f"{title} - {self.name}")

    # -- Storing ----------------------------------------------------------------------------------

    def _fc_get_document(self, field_name):
        """:return: ir.attachment (sudo) behind a file field, maybe empty"""
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", field_name),
                    ("res_id", "=", self._origin.id),
                ],
                limit=1,
            )
        )

    def _fc_are_documents_free(self):
        """Before the submission a stored paper may be replaced by everybody who runs cases."""
        pipeline = self._fc_get_pipeline()
        status = self._fc_get_case_status()
        if status == "on_hold":
            status = self.x_fc_status_before_hold
        return not pipeline or status in pipeline.free

    def _fc_is_returned(self):
        """The funder waits for a new final application: replacing that one is the way on."""
        pipeline = self._fc_get_pipeline()
        return bool(pipeline) and self._fc_get_case_status() in pipeline.returned

    def _fc_check_documents(self, vals):
        """:raise UserError: not what it says it is, or a stored paper that must stay"""
        self._fc_check_files(vals)
        for field in const.DOCUMENTS.keys() & vals.keys():
            label = self._fields[field]._description_string(self.env)
            for order in self:
                is_kept = order._fc_get_document(field) and not order._fc_are_documents_free()
                may_renew = field == "x_fc_final_application" and order._fc_is_returned()
                if is_kept and not (order._fc_is_manager() or may_renew):
                    raise UserError(
                        self.env._(
                            "%(label)s of %(order)s was part of the submission: only a claims "
                            "manager can replace it.",
                            label=label,
                            order=order.name,
                        )
                    )

    def _fc_check_files(self, vals):
        for field in const.DOCUMENTS.keys() & vals.keys():
            if vals[field] and not self._fc_is_picture(field, vals[field]):
                label = self._fields[field]._description_string(self.env)
                self._fc_check_pdf(vals[field], label)

    def _fc_is_picture(self, field, data):
        if field not in const.PICTURES_ALLOWED:
            return False
        try:
            return documents.is_picture(documents.decode(data))
        except documents.DocumentFault:
            return False

    def _fc_keep_replaced(self, vals):
        """Copy papers of a submitted case that are about to be replaced.

        :return: ``{(order id, field): ir.attachment of the copy}``
        """
        kept = {}
        today = fields.Date.to_string(fields.Date.context_today(self))
        for field in const.DOCUMENTS.keys() & vals.keys():
            for order in self:
                old = order._fc_get_document(field)
                if not old or order._fc_are_documents_free():
                    continue
                name = order.sudo()[const.DOCUMENTS[field]] or f"{field}.pdf"
                kept[order.id, field] = old.copy(
                    {"res_field": "x_fc_replaced_document", "name": f"{name} (replaced {today})"}
                )
        return kept

    def _fc_note_documents(self, vals, kept):
        """One internal note per changed paper: name, size, beginning of its SHA-256."""
        for field in const.DOCUMENTS.keys() & vals.keys():
            label = self._fields[field]._description_string(self.env)
            for order in self:
                raw = documents.decode(vals[field]) if vals[field] else b""
                name = order.sudo()[const.DOCUMENTS[field]] or ""
                if not raw:
                    text = self.env._("%s removed.", label)
                else:
                    text = self.env._(
                        "%(label)s stored: %(name)s, %(size)s, SHA-256 %(digest)s…",
                        label=label,
                        name=name or "-",
                        size=human_size(len(raw)),
                        digest=hashlib.sha256(raw).hexdigest()[:16],
                    )
                    text = Markup("%s") % text
                old = kept.get((order.id, field))
                if old:
                    text += Markup("<br/>%s") % self.env._("The former file is kept: %s", old.name)
                order.sudo()._message_log(body=text)

    # -- Copies -----------------------------------------------------------------------------------

    def copy_data(self, default=None):
        """A copy is a new case: no status, no paper, no approval."""
        vals_list = super().copy_data(default=default)
        for vals in vals_list:
            for field in STATUS_FIELDS:
                vals.pop(field, None)
        return vals_list
