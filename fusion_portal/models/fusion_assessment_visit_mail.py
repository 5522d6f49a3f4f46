from datetime import timezone

from odoo import models
from odoo.tools import email_normalize, format_date


class FusionAssessmentVisit(models.Model):
    """E-mails of a visit before there is an order. The switch is that of funding cases."""

    _name = "fusion.assessment.visit"
    _inherit = ["fusion.assessment.visit", "fusion.email.builder.mixin"]

    _email_gate_param = "fusion_claims.enable_email_notifications"
    _email_gate_default = False

    def _queue_email(self, stage, recipients, subject, body_html):
        """Queue one e-mail per address.

        :param stage: name of the occasion, for the note on the visit
        :param recipients: list of (role, res.partner or address); the first of an address counts
        :param subject: text, or a function of a visit in the recipient's language
        :param body_html: Markup, or such a function
        :return: mail.mail (sudo), empty while e-mails are switched off
        """
        self.ensure_one()
        visit = self.sudo()
        mails = self.env["mail.mail"].sudo()
        if not visit._email_is_on():
            visit._message_log(
                body=self.env._("E-mails are switched off: nobody was told (%s).", stage)
            )
            return mails
        seen = set()
        for _role, recipient in recipients:
            is_text = isinstance(recipient, str)
            address = email_normalize((recipient if is_text else recipient.email) or "")
            if not address or address in seen:
                continue
            seen.add(address)
            lang = (not is_text and recipient.lang) or self.env.lang
            told = visit.with_context(lang=lang)
            mail = told._email_send(
                subject(told) if callable(subject) else subject,
                body_html(told) if callable(body_html) else body_html,
                email_to=[address],
            )
            mail.write({"model": self._name, "res_id": self.id})
            mails += mail
        return mails

    def _get_office_address(self):
        company = self.company_id.sudo()
        return company.x_fc_claims_email or company.email or ""

    def _get_contact(self):
        """:return: how to reach the rep, as one text"""
        rep = self.sudo().sales_rep_id.partner_id
        return ", ".join(part for part in (rep.name, rep.phone, rep.email) if part)

    def _get_item_names(self):
        """:return: what was spotted, in the language of the context"""
        return [item.display_name for items in self._live_items() for item in items]

    def _mail_booking(self):
        """Tell the client and the office of a booking: no health information."""

        def body(visit):
            env = visit.env
            items = [(env._("Item"), name) for name in visit._get_item_names()]
            return visit._email_build(
                title=env._("Your request for an assessment"),
                summary=env._("We received your request and will call to agree on the time."),
                sections=[
                    (
                        False,
                        [
                            (env._("Request"), visit.name),
                            (env._("Wished date"), visit._get_local_date()),
                            *items,
                            (env._("Your contact"), visit._get_contact()),
                        ],
                    )
                ],
                email_type="info",
                sender_name=visit.company_id.name,
            )

        return self._queue_email(
            "booking",
            [("client", self.client_email or ""), ("office", self._get_office_address())],
            lambda visit: visit.env._("%s: request for an assessment", visit.name),
            body,
        )

    def _get_local_date(self):
        zone = self.company_id._fc_tz()
        moment = self.visit_date.replace(tzinfo=timezone.utc).astimezone(zone)
        return format_date(self.env, moment.date())

    def _mail_correction(self, text, who, record):
        """Tell the rep that the authorizer asks for a correction.

        :param record: the item, or the case
        """
        rep = self.sudo().sales_rep_id.partner_id

        def body(visit):
            env = visit.env
            return visit._email_build(
                title=env._("A correction is asked for"),
                summary=text,
                sections=[
                    (
                        False,
                        [
                            (env._("Visit"), visit.name),
                            (env._("Item"), record.with_env(env).display_name),
                            (env._("Asked by"), who),
                        ],
                    )
                ],
                email_type="attention",
                sender_name=visit.company_id.name,
            )

        return self._queue_email(
            "correction",
            [("sales_rep", rep)],
            lambda visit: visit.env._("%s: a correction is asked for", visit.name),
            body,
        )
