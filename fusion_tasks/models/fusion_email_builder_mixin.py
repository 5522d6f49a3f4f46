import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_normalize, format_date, format_time, str2bool

from .. import const

_COLOUR = re.compile("#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")


class FusionEmailBuilderMixin(models.AbstractModel):
    """One look for every e-mail, and one switch for those of an addon."""

    _name = "fusion.email.builder.mixin"
    _description = "Branded E-mail"

    #: Parameter that switches this model's e-mails, and what an absent row means.
    _email_gate_param = "fusion_tasks.enable_email_notifications"
    _email_gate_default = True

    def _email_build(self, title, summary, sections=None, note=None, note_color=None,
                     email_type="info", button_url=None, button_text=None,
                     attachments_note=None, sender_name=None, extra_html=None,
                     preheader=None):  # fmt: skip
        """A complete HTML page in the language of the context. Plain text is escaped.

        :param sections: list of ``(heading, [(label, value), ...])``; rows without a value and
            sections without rows are left out
        :param note_color: ``#rrggbb`` of the note's stripe, default the accent
        :param email_type: ``info``, ``success``, ``attention``, ``urgent`` or ``neutral``
        :param button_url: http(s), or a path of this site
        :return: Markup
        """
        company = self._email_get_company()
        accent = const.EMAIL_ACCENTS.get(email_type) or company.email_secondary_color
        values = {
            "title": title,
            "summary": summary,
            "sections": _keep_filled(sections or []),
            "note": note,
            "note_color": _get_colour(note_color, accent),
            "accent": _get_colour(accent, const.EMAIL_ACCENTS["info"]),
            "button_color": _get_colour(company.email_secondary_color, accent),
            "button_text_color": _get_colour(company.email_primary_color, "#ffffff"),
            "button_url": self._email_get_url(button_url),
            "button_text": button_text or self.env._("Open"),
            "attachments_note": attachments_note,
            "sender_name": sender_name,
            "extra_html": extra_html,
            "preheader": preheader or summary,
            "company": company,
            "address": company.partner_id._fc_get_address_line(),
            "logo_url": f"{company.get_base_url()}/logo.png?company={company.id}",
            "page_lang": (self.env.context.get("lang") or self.env.lang or "en_CA").replace(
                "_", "-"
            ),
        }
        page = self.env["ir.qweb"].sudo()._render("fusion_tasks.email_layout", values)
        return Markup("<!DOCTYPE html>\n") + page

    def _email_send(self, subject, body_html, email_to=None, partner_ids=None,
                    attachment_ids=None, reply_to=None, note=None):  # fmt: skip
        """Queue one e-mail per recipient, and say so on the record in a note without links.

        :param email_to: list of addresses, or one text with commas
        :param partner_ids: partners, or their ids
        :param note: text of the note instead of the usual one
        :return: the ``mail.mail`` created; none when the switch is off or nobody can be reached
        """
        mails = self.env["mail.mail"].sudo()
        if not self._email_is_on():
            self._email_post_note(
                self.env._("E-mail “%(subject)s” not sent: e-mails are off.", subject=subject)
            )
            return mails
        addresses, refused = self._email_get_addresses(email_to, partner_ids)
        values = {
            "subject": subject,
            "body_html": body_html,
            "auto_delete": True,
            "email_from": self._email_get_company().email_formatted
            or self.env.user.email_formatted,
            "reply_to": reply_to,
            "attachment_ids": [(6, 0, list(attachment_ids or []))],
        }
        mails = mails.create([{**values, "email_to": address} for address in addresses])
        if refused:
            self._email_post_note(
                self.env._(
                    "E-mail “%(subject)s”: no usable address in %(refused)s.",
                    subject=subject,
                    refused=", ".join(refused),
                )
            )
        elif not addresses:
            self._email_post_note(
                self.env._("E-mail “%(subject)s” not sent: nobody to send it to.", subject=subject)
            )
        if addresses:
            self._email_post_note(
                note
                or self.env._(
                    "E-mail “%(subject)s” queued for %(addresses)s.",
                    subject=subject,
                    addresses=", ".join(addresses),
                )
            )
        return mails

    def _format_day(self, day, pattern="full"):
        """:param pattern: of Unicode's LDML
        :return: e.g. ``Tuesday, March 16, 2027``; French writes the first of a month “1er”, which
            the locale data does not know
        """
        text = format_date(self.env, day, date_format=pattern)
        is_french_first = day and day.day == 1 and (self.env.lang or "").startswith("fr")
        return re.sub(r"\b1\b", "1er", text, count=1) if is_french_first else text

    def _format_clock(self, moment, tz):
        """:param moment: naive UTC
        :param tz: pytz zone
        :return: e.g. ``9:00 AM``, which no line break takes apart
        """
        text = format_time(self.env, moment, tz=tz.zone, time_format="short")
        return text.replace(" ", "\N{NO-BREAK SPACE}")

    def _email_is_on(self):
        """Text that is neither true nor false counts as false."""
        parameters = self.env["ir.config_parameter"].sudo()
        text = parameters.get_param(self._email_gate_param, str(self._email_gate_default))
        return str2bool(text, False)

    @api.model
    def _email_get_addresses(self, email_to, partner_ids):
        """:return: normalised addresses without repetition, and what is none"""
        given = email_to.split(",") if isinstance(email_to, str) else email_to or []
        ids = getattr(partner_ids, "ids", partner_ids) or []
        partners = self.env["res.partner"].sudo().browse(ids)
        named = [(text.strip(), text.strip()) for text in given if text and text.strip()]
        named += [(partner.email, partner.display_name) for partner in partners]
        addresses, refused = {}, []
        for text, name in named:
            address = email_normalize(text or "")
            if address:
                addresses[address] = True
            else:
                refused.append(name)
        return list(addresses), refused

    def _email_get_company(self):
        has_company = len(self) == 1 and "company_id" in self._fields
        return ((has_company and self.sudo().company_id) or self.env.company).sudo()

    def _email_get_url(self, url):
        """:return: an address that a mail program can open, False for any other"""
        if url and url.startswith("/"):
            return self._email_get_company().get_base_url() + url
        return url if url and url.startswith(("https://", "http://")) else False

    def _email_post_note(self, text):
        if len(self) == 1 and self.id and hasattr(self, "message_post"):
            self.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")


def _keep_filled(sections):
    filled = [
        (heading, [(label, value) for label, value in rows if _is_filled(value)])
        for heading, rows in sections
    ]
    return [(heading, rows) for heading, rows in filled if rows]


def _is_filled(value):
    return value is not None and value is not False and str(value).strip() != ""


def _get_colour(colour, fallback):
    return colour if _COLOUR.fullmatch(colour or "") else fallback
