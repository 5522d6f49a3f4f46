from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..services import documents

_FROM = ("assessment_completed", "waiting_for_application")


class ApplicationReceivedWizard(models.TransientModel):
    """The application form has come: with the signed pages inside, beside, or signed from afar."""

    _name = "fusion_claims.application.received.wizard"
    _description = "Application Received"
    _inherit = "fusion_claims.order.wizard"

    intake_mode = fields.Selection(
        [
            ("bundled", "Signed pages inside the original"),
            ("separate", "Signed pages in a separate file"),
            ("remote", "Signed remotely"),
        ],
        "Signed Pages 11 and 12",
        required=True,
        default="bundled",
    )
    original_application = fields.Binary(attachment=False)
    original_application_filename = fields.Char()
    signed_pages_11_12 = fields.Binary("Signed Pages", attachment=False)
    signed_pages_filename = fields.Char()
    original_page_count = fields.Integer(compute="_compute_original_page_count")
    original_page_count_text = fields.Char("Pages", compute="_compute_original_page_count")
    has_pending_page11_request = fields.Boolean(compute="_compute_requests")
    has_signed_page11 = fields.Boolean(compute="_compute_requests")
    notes = fields.Text()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(values.get("sale_order_id"))
        if not order:
            return values
        states = order.page11_sign_request_ids.mapped("state")
        if order.x_fc_pages_11_12_in_original:
            values["intake_mode"] = "bundled"
        elif order._fc_has("x_fc_signed_pages_11_12"):
            values["intake_mode"] = "separate"
        elif {"sent", "signed"} & set(states):
            values["intake_mode"] = "remote"
        else:
            values["intake_mode"] = "bundled"
        if order._fc_has("x_fc_original_application"):
            values["original_application"] = order.with_context(
                bin_size=False
            ).x_fc_original_application
            values["original_application_filename"] = order.x_fc_original_application_filename
        return values

    @api.depends("original_application")
    def _compute_original_page_count(self):
        for wizard in self:
            wizard.original_page_count = pages = wizard._count_pages()
            if not wizard.original_application:
                wizard.original_page_count_text = ""
            elif pages == 1:
                wizard.original_page_count_text = self.env._("1 page")
            elif pages:
                wizard.original_page_count_text = self.env._("%s pages", pages)
            else:
                wizard.original_page_count_text = self.env._("(could not read PDF)")

    def _count_pages(self):
        data = self.with_context(bin_size=False).original_application
        if not data:
            return 0
        try:
            raw = documents.decode(data)
            return documents.count_pages(raw, len(raw)) or 0
        except documents.DocumentFault:
            return 0

    @api.depends("sale_order_id.page11_sign_request_ids.state")
    def _compute_requests(self):
        for wizard in self:
            states = wizard.sale_order_id.page11_sign_request_ids.mapped("state")
            wizard.has_pending_page11_request = "sent" in states
            wizard.has_signed_page11 = "signed" in states

    @api.constrains("original_application_filename", "signed_pages_filename")
    def _check_file_names(self):
        for wizard in self:
            for name in (wizard.original_application_filename, wizard.signed_pages_filename):
                if name and not name.lower().endswith(".pdf"):
                    raise ValidationError(self.env._("“%s” must be a PDF file.", name))

    def action_request_page11_signature(self):
        """:return: the action of the request's dialog, which comes back here"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Remote Signature"),
            "res_model": "fusion_claims.page11.request.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_sale_order_id": self.sale_order_id.id,
                "fc_return_to_application": True,
            },
        }

    def action_confirm(self):
        """Store the papers and move the case.

        :return: an action that closes the dialog
        :raise UserError: in words; nothing is written
        """
        self.ensure_one()
        self = self.with_context(bin_size=False)
        order = self.sale_order_id
        self._check_may_confirm()
        values = {
            "x_fc_original_application": self.original_application,
            "x_fc_original_application_filename": self.original_application_filename
            or order.x_fc_original_application_filename,
            "x_fc_pages_11_12_in_original": self.intake_mode == "bundled",
        }
        if self._is_original_stored():
            del values["x_fc_original_application"]
        if self.intake_mode == "separate" and self.signed_pages_11_12:
            values["x_fc_signed_pages_11_12"] = self.signed_pages_11_12
            values["x_fc_signed_pages_filename"] = self.signed_pages_filename
        with self.env.cr.savepoint():
            order.write(values)
            order.action_fc_set_status("application_received")
        order._message_log(body=self._get_note())
        return {"type": "ir.actions.act_window_close"}

    def _is_original_stored(self):
        stored = self.sale_order_id.with_context(bin_size=False).x_fc_original_application
        return bool(stored) and stored == self.original_application

    def _check_may_confirm(self):
        order = self.sale_order_id
        if order.x_fc_adp_application_status not in _FROM:
            raise UserError(
                self.env._(
                    "%(order)s must be in “%(first)s” or “%(second)s” for this step.",
                    order=order.name,
                    first=order._fc_state_label(_FROM[0]),
                    second=order._fc_state_label(_FROM[1]),
                )
                if order._fc_pipeline() == "adp"
                else self.env._("%s is no ADP case.", order.name)
            )
        if not self.original_application:
            raise UserError(self.env._("Upload the original application."))
        if not self._is_original_stored():
            order._fc_check_pdf(self.original_application, self.env._("Original Application"))
        if self.intake_mode == "separate":
            self._check_separate()
        elif self.intake_mode == "remote" and not self._has_request():
            raise UserError(
                self.env._(
                    "No signature has been asked for: press Request Remote Signature first, or "
                    "choose another mode."
                )
            )

    def _check_separate(self):
        if self.signed_pages_11_12:
            label = self.env._("Signed Pages 11 and 12")
            self.sale_order_id._fc_check_pdf(self.signed_pages_11_12, label)
        elif not self.sale_order_id._fc_has("x_fc_signed_pages_11_12"):
            raise UserError(
                self.env._(
                    "The signed pages 11 and 12 are missing: upload them, or choose another mode."
                )
            )

    def _has_request(self):
        return bool(self._get_requests())

    def _get_requests(self):
        return self.sale_order_id.page11_sign_request_ids.filtered(
            lambda row: row.state in ("sent", "signed")
        )

    def _get_note(self):
        headline = {
            "bundled": self.env._("Application Received — bundled"),
            "separate": self.env._("Application Received — separate files"),
            "remote": self.env._("Application Received — remote signature pending"),
        }[self.intake_mode]
        details = {
            "bundled": self.env._("The signed pages are inside the original."),
            "separate": self.env._("The signed pages are in a file of their own."),
            "remote": self.env._("%s request(s) sent or signed.", len(self._get_requests())),
        }[self.intake_mode]
        pages = self.original_page_count_text
        note = Markup("<b>%s</b><br/>%s") % (headline, f"{details} {pages}".strip())
        if self.notes:
            note += Markup("<br/>%s") % self.notes
        return note
