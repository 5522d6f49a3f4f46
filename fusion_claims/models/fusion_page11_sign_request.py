import base64
import hashlib
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, format_datetime

from odoo.addons.fusion_base.tools.batch import run_batch
from odoo.addons.fusion_base.tools.signing import hash_token, new_token

from .. import const
from ..services import signature as signatures

_TOKEN = re.compile(r"[\w-]{43}")


class FusionPage11SignRequest(models.Model):
    """A person asked to sign page 11 of an application from afar, by a link that works once."""

    _name = "fusion.page11.sign.request"
    _description = "Page 11 Signature Request"
    _inherit = ["mail.thread", "fusion.email.builder.mixin"]
    _order = "id DESC"
    _rec_name = "signer_name"

    _email_gate_param = "fusion_claims.enable_email_notifications"
    _email_gate_default = False

    sale_order_id = fields.Many2one(
        "sale.order", "Case", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(related="sale_order_id.partner_id", string="Applicant")
    company_id = fields.Many2one(related="sale_order_id.company_id", store=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("signed", "Signed"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        index=True,
        copy=False,
    )
    signer_name = fields.Char("Signer", required=True)
    signer_email = fields.Char("E-mail")
    signer_type = fields.Selection(
        [("applicant", "Applicant"), ("agent", "Agent")], required=True, default="applicant"
    )
    signer_relationship = fields.Selection(
        [
            ("spouse", "Spouse"),
            ("parent", "Parent"),
            ("legal_guardian", "Legal guardian"),
            ("public_trustee", "Public trustee"),
            ("power_of_attorney", "Power of attorney"),
        ],
        "Relationship",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        default=lambda self: self.env.lang,
        string="Language",
    )
    channel = fields.Selection(
        [("remote", "Remote"), ("on_site", "On site")], required=True, default="remote"
    )
    token_hash = fields.Char(copy=False, readonly=True, groups="base.group_no_one")
    expiry_date = fields.Datetime("Valid Until", copy=False, readonly=True)
    sent_date = fields.Datetime("Sent", copy=False, readonly=True)
    viewed_date = fields.Datetime("Seen", copy=False, readonly=True)
    signed_date = fields.Datetime("Signed", copy=False, readonly=True)
    signed_name = fields.Char("Name Signed", copy=False, readonly=True)
    signature = fields.Image(
        max_width=0, max_height=0, copy=False, readonly=True, groups=const.HEALTH
    )
    signed_ip = fields.Char("Address", copy=False, readonly=True)
    signed_user_agent = fields.Char("Browser", copy=False, readonly=True)
    consent_version = fields.Char(copy=False, readonly=True)
    signed_pdf = fields.Binary(
        "Signed PDF", attachment=True, copy=False, readonly=True, groups=const.HEALTH
    )
    signed_pdf_filename = fields.Char(copy=False, readonly=True)
    signed_pdf_sha256 = fields.Char("SHA-256", copy=False, readonly=True)
    reminder_count = fields.Integer(copy=False, readonly=True)

    _token_hash_uniq = models.UniqueIndex("(token_hash)")

    @api.constrains("signer_type", "signer_relationship")
    def _check_relationship(self):
        for sign_request in self:
            if sign_request.signer_type == "agent" and not sign_request.signer_relationship:
                raise ValidationError(self.env._("Say how the agent is related to the applicant."))

    # -- Link -------------------------------------------------------------------------------------

    def _issue_token(self):
        """A new link; the one before is dead.

        :return: the raw token, shown or mailed once
        """
        self.ensure_one()
        token = new_token()
        days = self.env["sale.order"]._fc_number("page11_expiry_days")
        now = fields.Datetime.now()
        self.sudo().write({"token_hash": hash_token(token), "expiry_date": now + timedelta(days)})
        return token

    @api.model
    def _find_by_token(self, raw):
        """:return: the request (sudo) of a raw token, empty for anything else"""
        if not isinstance(raw, str) or not _TOKEN.fullmatch(raw):
            return self.sudo().browse()
        return self.sudo().search([("token_hash", "=", hash_token(raw))], limit=1)

    def _get_page_state(self):
        """:return: ``open``, ``signed``, ``expired`` or ``cancelled``"""
        if self.state == "sent" and self.expiry_date and self.expiry_date < fields.Datetime.now():
            return "expired"
        return {"sent": "open", "signed": "signed", "expired": "expired"}.get(
            self.state, "cancelled"
        )

    def _note_viewed(self):
        self.sudo().write({"viewed_date": fields.Datetime.now()})

    def _get_own_copy(self):
        """:return: bytes of the signed page, empty after its days are over"""
        ends = fields.Datetime.now() - timedelta(days=const.SIGNED_PDF_DAYS)
        if self.state != "signed" or self.signed_date < ends:
            return b""
        return self._get_signed_bytes()

    def _get_signed_bytes(self):
        return base64.b64decode(self.sudo().with_context(bin_size=False).signed_pdf or b"")

    def action_send(self):
        """Mail a new link.

        :return: True
        :raise UserError: signed or cancelled already, or no address to mail to
        """
        for sign_request in self:
            if sign_request.state in ("signed", "cancelled"):
                raise UserError(self.env._("This request is finished: make a new one."))
            if not email_normalize(sign_request.signer_email or ""):
                raise UserError(
                    self.env._("%s has no valid e-mail address.", sign_request.signer_name)
                )
            sign_request._mail_link()
            sign_request.sudo().write(
                {"state": "sent", "sent_date": fields.Datetime.now(), "reminder_count": 0}
            )
        return True

    def action_cancel(self):
        """:return: True
        :raise UserError: it is signed"""
        if "signed" in self.mapped("state"):
            raise UserError(self.env._("A signed request stays."))
        self.sudo().write({"state": "cancelled"})
        return True

    def _mail_link(self, is_reminder=False):
        token = self._issue_token()
        sign_request = self.with_context(lang=self.lang or self.env.lang)
        env = sign_request.env
        company = self.company_id.sudo()
        title = env._("Please sign: funding application")
        url = f"{company.get_base_url()}/page11/sign/{token}"
        ends = format_datetime(env, self.expiry_date, tz=company._fc_tz().zone, lang_code=env.lang)
        body = sign_request._email_build(
            title=env._("Reminder: your signature is needed") if is_reminder else title,
            summary=env._(
                "%(company)s asks for your signature on page 11 of the application of %(name)s. "
                "You can sign on a phone, a tablet or a computer.",
                company=company.name,
                name=self.partner_id.name,
            ),
            sections=[(False, [(env._("The link works until"), ends)])],
            button_url=url,
            button_text=env._("Read and sign"),
            email_type="attention" if is_reminder else "info",
        )
        return sign_request._email_send(
            title, body, email_to=[self.signer_email],
            note=env._("Signature request mailed to %s.", self.signer_name),
        )  # fmt: skip

    # -- Signing ----------------------------------------------------------------------------------

    def _sign(self, name, signature, signer_type="applicant", relationship=False, consent=False,
              ip=None, user_agent=None):  # fmt: skip
        """:param signature: base64 of a PNG with visible strokes
        :return: True
        :raise UserError: in words for the signer; nothing changes
        """
        self.ensure_one()
        sign_request = self.sudo()
        # Not `try_lock`: the second of two signers waits and is told that it is signed.
        self.env.cr.execute(
            "SELECT state FROM fusion_page11_sign_request WHERE id = %s FOR UPDATE",
            [self.id],
            log_exceptions=False,  # losing here is expected, and the caller is repeated
        )
        sign_request.invalidate_recordset(["state", "expiry_date"])
        sign_request._check_may_sign(name, signer_type, relationship, consent)
        try:
            picture = signatures.decode_signature(
                signature, const.SIGNATURE_MAX_BYTES, const.SIGNATURE_MIN_PIXELS
            )
        except ValueError:
            raise UserError(self.env._("Please draw your signature in the box.")) from None
        now = fields.Datetime.now()
        consent_row = self.env["fusion.page11.consent"].sudo()._get_current()
        sign_request.write(
            {
                "signed_name": name.strip(),
                "signer_type": signer_type,
                "signer_relationship": relationship or False,
                "signed_date": now,
                "signature": base64.b64encode(picture),
                "signed_ip": ip,
                "signed_user_agent": (user_agent or "")[:200],
                "consent_version": consent_row.version,
            }
        )
        pdf = sign_request._build_signed_pdf(consent_row, picture)
        sign_request.write(
            {
                "state": "signed",
                "signed_pdf": base64.b64encode(pdf),
                "signed_pdf_filename": f"page11-{sign_request.sale_order_id.name}.pdf".replace(
                    "/", "-"
                ),
                "signed_pdf_sha256": hashlib.sha256(pdf).hexdigest(),
            }
        )
        self.env["fusion.phi.access.log"]._log(sign_request, "sign", sign_request.signed_name)
        sign_request._tell_signed()
        return True

    def _check_may_sign(self, name, signer_type, relationship, consent):
        state = self._get_page_state()
        if state == "signed":
            raise UserError(self.env._("This page has been signed already. Thank you."))
        if state != "open":
            raise UserError(self.env._("This link is no longer valid. Please call the office."))
        if len((name or "").strip()) < 2:
            raise UserError(self.env._("Please write your name."))
        if signer_type not in dict(self._fields["signer_type"].selection):
            raise UserError(self.env._("Please say who signs."))
        known = dict(self._fields["signer_relationship"].selection)
        if signer_type == "agent" and relationship not in known:
            raise UserError(self.env._("Please say how you are related to the applicant."))
        if relationship and relationship not in known:
            raise UserError(self.env._("Please say how you are related to the applicant."))
        if not consent:
            raise UserError(self.env._("Please tick that you consent."))

    def _build_signed_pdf(self, consent, picture):
        sign_request = self.with_context(lang=self.lang or self.env.lang)
        env = sign_request.env
        consent = consent.with_env(env)
        zone = self.company_id._fc_tz().zone
        moment = format_datetime(env, self.signed_date, tz=zone, lang_code=env.lang)
        relationships = dict(self._fields["signer_relationship"]._description_selection(env))
        seal = signatures.digest(
            consent.text, self.signed_name, self.partner_id.name,
            fields.Datetime.to_string(self.signed_date),
        )  # fmt: skip
        facts = [
            (env._("Applicant"), self.partner_id.name),
            (env._("Signed by"), self.signed_name),
            (env._("As"), relationships.get(self.signer_relationship) or env._("Applicant")),
            (env._("Signed on"), f"{moment} ({zone})"),
        ]
        audit = [
            (env._("Request"), f"{self.id} / {self.sale_order_id.name}"),
            (env._("Address"), self.signed_ip),
            (env._("Browser"), self.signed_user_agent),
            (env._("Consent"), self.consent_version),
            (env._("SHA-256 of consent, names and time"), seal),
        ]
        title = env._("Page 11: consent and signature")
        return signatures.build_pdf(title, [consent.text], picture, facts, audit)

    def _tell_signed(self):
        order = self.sale_order_id
        order._message_log(
            body=self.env._(
                "Page 11 signed by %(name)s, SHA-256 %(digest)s…",
                name=self.signed_name,
                digest=self.signed_pdf_sha256[:16],
            )
        )
        office = self.company_id.x_fc_claims_email or self.company_id.email
        if email_normalize(office or ""):
            self._email_send(
                self.env._("%s: page 11 is signed", order.name),
                self._email_build(
                    title=self.env._("Page 11 is signed"),
                    summary=self.env._(
                        "%(name)s has signed for %(order)s.",
                        name=self.signed_name,
                        order=order.name,
                    ),
                    email_type="success",
                ),
                email_to=[office],
            )
        if email_normalize(self.signer_email or ""):
            self._mail_copy()

    def _mail_copy(self):
        sign_request = self.with_context(lang=self.lang or self.env.lang)
        env = sign_request.env
        document = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "signed_pdf"),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )
        copy = document.copy(
            {"res_model": "mail.compose.message", "res_id": 0, "res_field": False,
             "name": self.signed_pdf_filename}
        )  # fmt: skip
        return sign_request._email_send(
            env._("Your copy of the signed page"),
            sign_request._email_build(
                title=env._("Thank you"),
                summary=env._("You have signed. A copy of the page is attached."),
                email_type="success",
            ),
            email_to=[self.signer_email],
            attachment_ids=copy.ids,
        )

    def _verify_signed_pdf(self):
        """:return: whether the stored file is the one that was signed"""
        self.ensure_one()
        raw = base64.b64decode(self.sudo().signed_pdf or b"")
        return bool(raw) and hashlib.sha256(raw).hexdigest() == self.signed_pdf_sha256

    def action_verify(self):
        """:return: a notification"""
        is_same = self._verify_signed_pdf()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_same else "danger",
                "sticky": not is_same,
                "message": self.env._("The file is the one that was signed.")
                if is_same
                else self.env._("The file is not the one that was signed."),
            },
        }

    # -- Daily ------------------------------------------------------------------------------------

    @api.model
    def _cron_page11_requests(self):
        """Remind after 3 and 7 days, and end what has expired.

        :return: number of requests that were handled
        """
        now = fields.Datetime.now()
        first = now - timedelta(days=min(const.SIGNATURE_REMINDER_DAYS))
        due = self.search(
            [("state", "=", "sent"), "|", ("expiry_date", "<", now), ("sent_date", "<=", first)],
            order="id",
        ).filtered(lambda row: row._is_due())
        return run_batch(
            due[: const.BATCH],
            lambda row: row._handle_due(),
            is_due=lambda row: row._is_due(),
            remaining=max(len(due) - const.BATCH, 0),
        )

    def _is_due(self):
        return self.state == "sent" and (
            self._get_page_state() == "expired" or self._is_reminder_due()
        )

    def _is_reminder_due(self):
        days = (fields.Datetime.now() - self.sent_date).days if self.sent_date else 0
        return self.reminder_count < sum(days >= wait for wait in const.SIGNATURE_REMINDER_DAYS)

    def _handle_due(self):
        if self._get_page_state() == "expired":
            self.write({"state": "expired"})
            return
        days = (fields.Datetime.now() - self.sent_date).days
        ends = self.expiry_date
        self.reminder_count = sum(days >= wait for wait in const.SIGNATURE_REMINDER_DAYS)
        self._mail_link(is_reminder=True)
        self.expiry_date = ends  # a reminder does not prolong
