from datetime import timedelta

from odoo import models
from odoo.tools import format_amount


class FusionRepairMailMixin(models.AbstractModel):
    """E-mails of this addon, in the client's language, and how they write times and money."""

    _name = "fusion.repair.mail.mixin"
    _description = "Service E-mail"
    _inherit = ["fusion.email.builder.mixin"]
    _email_gate_param = "fusion_repairs.enable_email_notifications"

    def _mail_client(self, xmlid, attachments=None, note=None, readers=None, **links):
        """Queue a template for the client, and for the caregiver where there is one.

        :param attachments: ``ir.attachment`` records
        :param readers: partners, default ``_mail_get_readers()``
        :param links: addresses that the template reads from its context
        :return: the ``mail.mail`` created
        """
        self.ensure_one()
        template = self.env.ref(f"fusion_repairs.{xmlid}").sudo().with_context(**links)
        subject, body = (
            template._render_field(name, self.ids, compute_lang=True)[self.id]
            for name in ("subject", "body_html")
        )
        return self._email_send(
            subject,
            body,
            partner_ids=(readers or self._mail_get_readers()).ids,
            attachment_ids=attachments and attachments.ids,
            reply_to=self.company_id.sudo().email_formatted or None,
            note=note,
        )

    def _in_office_words(self):
        """:return: these records in the company's language, in which the office reads them"""
        return self.with_context(lang=self.company_id.sudo().partner_id.lang)

    def _mail_get_readers(self):
        return self.partner_id

    def _get_mail_currency(self):
        return self.currency_id

    def _format_money(self, amount):
        """:return: ``$149.00`` in English, ``149,00 $`` in other languages, whatever the currency
        says of its sign
        """
        currency = self._get_mail_currency()
        symbol = currency.symbol or ""
        text = format_amount(self.env, amount, currency)
        number = text.replace(symbol, "").strip("\N{NO-BREAK SPACE}")
        is_english = (self.env.lang or "en")[:2] == "en"
        return f"{symbol}{number}" if is_english else f"{number}\N{NO-BREAK SPACE}{symbol}"

    def _format_window(self, start, minutes):
        """:param start: naive UTC
        :return: from when to when somebody is expected, e.g. ``10:00–10:30 a.m.``
        """
        tz = self.company_id._fc_tz()
        moments = [start, start + timedelta(minutes=minutes)]
        first, last = (self._format_clock(one, tz) for one in moments)
        if not minutes:
            return first
        head, tail = (
            first.split("\N{NARROW NO-BREAK SPACE}"),
            last.split("\N{NARROW NO-BREAK SPACE}"),
        )
        if len(head) == len(tail) == 2 and head[1] == tail[1]:
            first = head[0]
        return f"{first}–{last}"

    def _get_fee_text(self, amount):
        """:return: the fee as clients read it, empty when there is none"""
        if not amount:
            return ""
        return self.env._("%(amount)s + applicable tax", amount=self._format_money(amount))
