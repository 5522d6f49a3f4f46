import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, plaintext2html

_YOUR_TURN = ("waiting_for_application", "needs_correction")
_UPLOAD = ("assessment_completed", *_YOUR_TURN)
_DELIVERED = ("delivered", "ready_bill", "billed", "paid", "project_complete", "pod_submitted")
_CLOSED = ("case_closed", "cancelled", "withdrawn")
_CLOSED_FOR = timedelta(days=365)
_LONGEST = 2000  # characters of a request
#: The rep gets the addon's own e-mail, under its own switch, and not Odoo's beside it.
_QUIET = {"mail_activity_quick_update": True}
#: What concerns the authorizer, in the order of the page: {key of the address: fields}.
_DOCUMENTS = {
    "application": ("x_fc_final_application", "x_fc_original_application"),
    "approval": ("x_fc_approval_letter", "x_fc_mod_approval_letter"),
    "denial": ("x_fc_denial_letter",),
}


class SaleOrder(models.Model):
    """What an authorizer sees of the cases they authorize: fixed facts, never the record."""

    _inherit = "sale.order"

    @api.model
    def _fc_get_case_groups(self):
        """:return: {key: label} of an authorizer's list, in its order"""
        return {
            "yours": self.env._("Waiting for you"),
            "vendor": self.env._("With the vendor"),
            "funder": self.env._("With the funder"),
            "delivered": self.env._("Delivered"),
            "closed": self.env._("Closed (last 12 months)"),
        }

    @api.model
    def _fc_find_own_cases(self):
        """:return: sale.order (sudo) that the user authorizes"""
        partner = self.env.user.partner_id
        if not self.env.user.has_group("fusion_portal.group_portal_authorizer"):
            return self.sudo().browse()
        return self.sudo().search(
            [
                ("x_fc_authorizer_id", "=", partner.id),
                ("x_fc_sale_type", "!=", "regular"),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="id desc",
        )

    @api.model
    def _fc_find_own_case(self, order_id):
        """:return: the case (sudo), empty for another's; a refused look is noted"""
        case = self._fc_find_own_cases().filtered(lambda order: order.id == order_id)
        if not case:
            order = self.sudo().search([("id", "=", order_id)], limit=1)
            self.env["fusion.assessment.visit"]._note_denied(order, "case")
        return case

    def _fc_get_case_group(self):
        status = self._fc_get_case_status()
        if status in _CLOSED:
            return "closed"
        if status in _DELIVERED:
            return "delivered"
        if status in _YOUR_TURN:
            return "yours"
        state = self._fc_get_state()
        return "funder" if state and state.waiting_on == "funder" else "vendor"

    @api.model
    def _fc_get_case_lists(self):
        """:return: {key of a group: list of facts}"""
        lists = {key: [] for key in self._fc_get_case_groups()}
        limit = fields.Datetime.now() - _CLOSED_FOR
        for case in self._fc_find_own_cases():
            group = case._fc_get_case_group()
            if group != "closed" or case.write_date > limit:
                lists[group].append(case._fc_get_case_facts())
        return lists

    def _fc_get_case_facts(self):
        """:return: what an authorizer may know: no price, no invoice, no full name"""
        self.ensure_one()
        status = self._fc_get_case_status()
        state = self._fc_get_state()
        waiting = self._fields["x_fc_waiting_on"]
        order_states = dict(self._fields["state"]._description_selection(self.env))
        rep = (self.x_fc_portal_rep_id or self.user_id).partner_id
        return {
            "id": self.id,
            "number": self.name,
            "client": self._fc_get_short_name(),
            "items": self._fc_get_case_items(),
            "status": self._fc_state_label(status) if status else order_states[self.state],
            "duration": self._fc_get_duration(self.x_fc_days_in_state) if status else "",
            "next_step": dict(waiting._description_selection(self.env)).get(
                state and state.waiting_on, ""
            ),
            "contact": ", ".join(part for part in (rep.name, rep.phone, rep.email) if part),
            "documents": [key for key in _DOCUMENTS if self._fc_find_case_document(key)],
            "may_upload": self._fc_pipeline() == "adp" and status in _UPLOAD,
        }

    def _fc_get_case_items(self):
        """:return: list of texts: what was measured, else the kinds of device on the order"""
        items = [*self.assessment_ids, *self.accessibility_assessment_ids]
        if items:
            return [item.display_name for item in items]
        kinds = self.order_line.mapped("x_fc_adp_device_type")
        return list(dict.fromkeys(filter(None, kinds)))

    def _fc_get_duration(self, days):
        if days < 1:
            return self.env._("since today")
        if days == 1:
            return self.env._("since yesterday")
        return self.env._("for %s days", days)

    def _fc_get_short_name(self):
        """:return: first name, initial and town"""
        first, *rest = (self.partner_id.name or "").split()[:2] or [""]
        initial = f" {rest[0][0]}." if rest else ""
        city = f", {self.partner_id.city}" if self.partner_id.city else ""
        return f"{first}{initial}{city}"

    def _fc_find_case_document(self, key):
        """:return: name of the field that holds the document, or False"""
        order = self.with_context(bin_size=True)
        return next((name for name in _DOCUMENTS.get(key, ()) if order[name]), False)

    def _fc_request_case_correction(self, text):
        """A note for the office and an activity for the rep; the office decides.

        :raise UserError: nothing is written, or too much
        """
        self.ensure_one()
        text = self._fc_check_request(text)
        note = self.env._("%(who)s asks for a correction: %(text)s", who=self.env.user.name,
                          text=text)  # fmt: skip
        asked = self.activity_ids.filtered(lambda one: one.create_uid == self.env.user)
        if text in [html2plaintext(one.note or "") for one in asked]:
            return  # pressed twice
        self._message_log(body=note)
        person = self.user_id or self.env["fusion.assessment.visit"]._find_office_user()
        self.with_context(**_QUIET).activity_schedule(
            "mail.mail_activity_data_todo", user_id=person.id, note=plaintext2html(text),
            summary=self.env._("The authorizer asks for a correction"),
        )  # fmt: skip
        if self.visit_id:
            self.visit_id._mail_correction(text, self.env.user.name, self)

    @api.model
    def _fc_check_request(self, text):
        text = (text or "").strip()
        if not text:
            raise UserError(self.env._("Write what must be corrected."))
        if len(text) > _LONGEST:
            raise UserError(self.env._("The text is too long."))
        return text

    def _fc_take_application(self, raw):
        """Keep the authorizer's application for the office, which takes it over itself.

        :param raw: bytes of a PDF
        :raise UserError: no PDF that can be read, or not the time for it
        """
        self.ensure_one()
        if not self._fc_get_case_facts()["may_upload"]:
            raise UserError(self.env._("This case does not wait for an application."))
        label = self.env._("Application (from authorizer)")
        content = base64.b64encode(raw)
        if not self._fc_check_pdf(content, label):
            raise UserError(
                self.env._("The PDF cannot be read. Open it, print it to a new PDF, try again.")
            )
        attachments = self.env["ir.attachment"].sudo()
        same = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("checksum", "=", attachments._compute_checksum(raw)),
            ("res_field", "=", False),
        ]
        if attachments.search_count(same, limit=1):
            return
        attachments.create(
            {
                "name": label,
                "raw": raw,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        person = self.user_id or self.env["fusion.assessment.visit"]._find_office_user()
        self.activity_schedule(
            "mail.mail_activity_data_todo", user_id=person.id,
            summary=self.env._("The application arrived from the authorizer: take it over"),
        )  # fmt: skip


class FusionAssessmentVisit(models.Model):
    _inherit = "fusion.assessment.visit"

    @api.model
    def _get_waiting_signatures(self):
        """:return: list of facts of devices that were measured and wait for the user's signature"""
        if not self.env.user.has_group("fusion_portal.group_portal_authorizer"):
            return []
        items = self.env["fusion.assessment"].search(
            [
                ("state", "=", "measured"),
                ("authorizer_signed_at", "=", False),
                ("visit_id.authorizer_id", "=", self.env.user.partner_id.id),
                ("visit_id.state", "in", ("measuring", "client_pending")),
            ]
        )
        return [
            {
                "id": item.id,
                "visit_id": item.visit_id.id,
                "number": item.visit_id.name,
                "client": item.visit_id._get_short_client(),
                "item": item.display_name,
                "contact": item.visit_id._get_contact(),
            }
            for item in items
        ]

    def _get_short_client(self):
        first, *rest = (self.client_name or self.env._("New client")).split()[:2]
        initial = f" {rest[0][0]}." if rest else ""
        return f"{first}{initial}" + (f", {self.city}" if self.city else "")

    def _request_correction(self, item_id, text):
        """The device is open again, and the rep is told.

        :return: whether there is such a device
        :raise UserError: nothing is written, or it is too late
        """
        self.ensure_one()
        text = self.env["sale.order"]._fc_check_request(text)
        item = self._live_items()[0].filtered(lambda one: one.id == item_id)
        if not item:
            return False
        if self.state not in ("measuring", "client_pending"):
            raise UserError(self.env._("This visit is closed. Ask the office to reopen it."))
        item_sudo = item.sudo()
        if item_sudo.state == "draft":
            return True  # pressed twice
        if item_sudo.authorizer_signed_at or item_sudo.applicant_signed_at:
            item_sudo._void_signatures()
        item_sudo.state = "draft"
        note = self.env._("%(who)s asks for a correction: %(text)s", who=self.env.user.name,
                          text=text)  # fmt: skip
        item_sudo._message_log(body=note)
        self.sudo().with_context(**_QUIET).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.sales_rep_id.id,
            note=plaintext2html(text),
            summary=self.env._("Correct: %s", item.display_name),
        )  # fmt: skip
        self._mail_correction(text, self.env.user.name, item_sudo)
        self._raise_rev()
        return True
