from odoo import models
from odoo.tools import LazyTranslate, email_normalize

from .. import const

_lt = LazyTranslate(__name__)

#: What a state means for the reader; other states are told by their name.
_TEXTS = {
    ("adp", "assessment_scheduled"): _lt(
        "The assessment is planned. We look forward to the visit."
    ),
    ("adp", "assessment_completed"): _lt(
        "The assessment is done. Next comes the application form."
    ),
    ("adp", "waiting_for_application"): _lt(
        "We are waiting for the completed application form. Please send it to us when it is signed."
    ),
    ("adp", "application_received"): _lt("The application form has arrived."),
    ("adp", "ready_submission"): _lt("The submission package is complete."),
    ("adp", "submitted"): _lt("The application has been sent to the Assistive Devices Program."),
    ("adp", "rejected"): _lt("The program has returned the application at intake."),
    ("adp", "needs_correction"): _lt("The program asks for a correction of the application."),
    ("adp", "resubmitted"): _lt("The corrected application has been sent to the program."),
    ("adp", "approved"): _lt("The program has approved the funding."),
    ("adp", "approved_deduction"): _lt("The program has approved the funding, less a deduction."),
    ("adp", "denied"): _lt(
        "The program has not approved the funding. We will call about the options."
    ),
    ("adp", "withdrawn"): _lt("The application has been withdrawn."),
    ("adp", "ready_delivery"): _lt(
        "The equipment is ready. We will call to agree on the delivery."
    ),
    ("adp", "delivered"): _lt("The equipment has been delivered."),
    ("adp", "paid"): _lt("The program has paid."),
    ("adp", "case_closed"): _lt("Everything is done. Thank you for your trust."),
    ("adp", "expired"): _lt("The approval or the assessment has lapsed."),
    ("mod", "assessment_scheduled"): _lt("The home assessment is planned."),
    ("mod", "assessment_completed"): _lt(
        "The home has been measured. Next come drawings and the quote."
    ),
    ("mod", "quote_submitted"): _lt(
        "The quote is ready. It goes into the application for funding."
    ),
    ("mod", "application_submitted"): _lt(
        "The application has been sent to March of Dimes Canada."
    ),
    ("mod", "funding_approved"): _lt(
        "March of Dimes Canada has approved the funding. We wait for its payment commitment "
        "agreement before anything is ordered."
    ),
    ("mod", "funding_denied"): _lt(
        "March of Dimes Canada has not approved the funding. We will call about the options."
    ),
    ("mod", "pca_received"): _lt("The payment commitment agreement has arrived."),
    ("mod", "in_production"): _lt("The work has begun."),
    ("mod", "project_complete"): _lt("The work is complete."),
    ("mod", "pod_submitted"): _lt("Proof of delivery and invoice have been sent to the funder."),
    ("mod", "case_closed"): _lt("Everything is done. Thank you for your trust."),
    ("odsp", "form_requested"): _lt(
        "The Mandatory Special Necessities form has been requested; a health professional fills it "
        "in."
    ),
    ("odsp", "submitted"): _lt("The form has been sent to the ODSP office."),
    ("odsp", "approved"): _lt("The ODSP office has approved the funding."),
    ("odsp", "denied"): _lt("The ODSP office has not approved the funding. We will call."),
    ("odsp", "ready_delivery"): _lt(
        "The equipment is ready. We will call to agree on the delivery."
    ),
    ("odsp", "delivered"): _lt("The equipment has been delivered."),
    ("odsp", "case_closed"): _lt("Everything is done. Thank you for your trust."),
    ("generic", "documents_pending"): _lt("We need some documents for your funder. We will call."),
    ("generic", "submitted"): _lt("The request has been sent to the funder."),
    ("generic", "approved"): _lt("The funder has approved the request."),
    ("generic", "denied"): _lt("The funder has not approved the request. We will call."),
    ("generic", "delivered"): _lt("The equipment has been delivered."),
    ("generic", "case_closed"): _lt("Everything is done. Thank you for your trust."),
}
_TONES = {
    "attention": {"needs_correction", "rejected", "on_hold", "expired", "documents_pending"},
    "urgent": {"denied", "funding_denied"},
    "success": {"approved", "approved_deduction", "funding_approved", "paid", "case_closed",
                "delivered", "project_complete"},
}  # fmt: skip


class SaleOrder(models.Model):
    """Who hears of a step. No health information leaves in an e-mail."""

    _inherit = "sale.order"

    def _fc_get_recipients(self, roles):
        """:return: list of (role, res.partner sudo, maybe empty)"""
        order = self.sudo()
        company = order.company_id
        people = {
            "client": order.partner_id,
            "authorizer": order.x_fc_authorizer_id,
            "sales_rep": order.user_id.partner_id,
            "office": company.partner_id,
            "funder": order._fc_get_funder_partner(),
        }
        return [(role, people[role]) for role in roles]

    def _fc_get_funder_partner(self):
        company = self.company_id
        return {
            "adp": company.x_fc_adp_partner_id,
            "mod": self.x_fc_mod_case_worker_id or company.x_fc_mod_partner_id,
            "odsp": self.x_fc_odsp_office_id,
            "generic": self.x_fc_funder_id,
        }.get(self._fc_pipeline()) or self.env["res.partner"]

    def _fc_get_address(self, role, partner):
        """:return: normalised e-mail address, or False"""
        office = self.sudo().company_id.x_fc_claims_email if role == "office" else False
        return email_normalize(office or partner.email or "")

    def _fc_queue_email(self, stage, recipients, subject, body_html, key):
        """Queue one e-mail per recipient who has not had this one.

        :param stage: key of the state, or another name of the occasion
        :param recipients: list of (role, res.partner); the first role of an address counts
        :param subject: text, or a function of a case in the recipient's language
        :param body_html: Markup, or such a function
        :param key: the same key and address are never mailed twice
        :return: mail.mail (sudo), empty when nothing new was queued
        """
        self.ensure_one()
        log_sudo = self.env["fusion.claims.email.log"].sudo()
        mails = self.env["mail.mail"].sudo()
        if not self._fc_email_enabled():
            return mails
        rank = {role: place for place, role in enumerate(const.EMAIL_ROLES)}
        missing, addressed = [], {}
        for role, partner in sorted(recipients, key=lambda pair: rank[pair[0]]):
            address = self._fc_get_address(role, partner)
            if address:
                addressed.setdefault(address, (role, partner))
            else:
                missing.append(role)
        known = set(
            log_sudo.search([("order_id", "=", self.id), ("key", "=", key)]).mapped(
                "recipient_email"
            )
        )
        for address, (role, partner) in addressed.items():
            if address in known:
                continue
            order = self.with_context(lang=partner.lang or self.env.lang)
            mail = order._fc_send_one(
                address,
                subject(order) if callable(subject) else subject,
                body_html(order) if callable(body_html) else body_html,
            )
            log_sudo.create(
                {
                    "order_id": self.id,
                    "pipeline": self._fc_pipeline(),
                    "stage": stage,
                    "key": key,
                    "recipient_email": address,
                    "recipient_role": role,
                    "mail_id": mail.id,
                }
            )
            mails += mail
        if missing:
            roles = dict(log_sudo._fields["recipient_role"]._description_selection(self.env))
            self.sudo()._message_log(
                body=self.env._(
                    "Not e-mailed, no address: %s", ", ".join(roles[role] for role in missing)
                )
            )
        return mails

    def _fc_send_one(self, address, subject, body_html):
        mails = self._email_send(subject, body_html, email_to=[address])
        mails.write({"model": self._name, "res_id": self.id})
        return mails

    def _fc_send_stage_email(self, stage, log=None):
        """Tell the roles of a state that the case has entered it.

        :param log: the step's row of the status log; default: the latest
        :return: mail.mail (sudo)
        """
        self.ensure_one()
        pipeline = self._fc_get_pipeline()
        state = pipeline and pipeline.state(stage)
        if not state or not state.mails:
            return self.env["mail.mail"].sudo()
        log = log or self.env["fusion.claims.status.log"].sudo().search(
            [("order_id", "=", self.id), ("to_state", "=", stage)], limit=1
        )  # fmt: skip

        def subject(order):
            return order.env._(
                "%(order)s: %(state)s", order=order.name, state=order._fc_state_label(stage)
            )

        return self._fc_queue_email(
            stage,
            self._fc_get_recipients(state.mails),
            subject,
            lambda order: order._fc_build_stage_email(stage),
            f"{pipeline.code}:{stage}:{log.id or 0}",
        )

    def _fc_build_stage_email(self, stage):
        order = self.sudo()
        code = order._fc_pipeline()
        label = order._fc_state_label(stage)
        text = _TEXTS.get((code, stage))
        tone = next((tone for tone, stages in _TONES.items() if stage in stages), "info")
        facts = [
            (order.env._("Case"), order.name),
            (order.env._("Client"), order.partner_id.name),
            (order.env._("Funding"), order._fc_get_funding_label()),
            (order.env._("Your contact"), order.user_id.name),
        ]
        return order._email_build(
            title=label,
            summary=order.env._(text) if text else order.env._("The case is now: %s.", label),
            sections=[(False, facts)],
            email_type=tone,
            sender_name=order.company_id.name,
        )

    def _fc_get_funding_label(self):
        return dict(self._fields["x_fc_sale_type"]._description_selection(self.env))[
            self.x_fc_sale_type
        ]

    def _adp_send_stage_email(self, stage):
        return self._fc_send_stage_email(stage)

    def _mod_send_stage_email(self, stage):
        return self._fc_send_stage_email(stage)

    def _odsp_send_stage_email(self, stage):
        return self._fc_send_stage_email(stage)
