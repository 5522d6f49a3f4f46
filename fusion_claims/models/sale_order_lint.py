import base64

from odoo import fields, models
from odoo.tools import format_date, plaintext2html

from ..services import documents

_FORMS = ("x_fc_final_application", "x_fc_original_application")


class SaleOrder(models.Model):
    """What a program sends back although nothing is missing. It warns and never blocks: the program
    decides, and its lists are newer than ours."""

    _inherit = "sale.order"

    def _fc_lint(self):
        """:return: list of ``{"code", "message"}``: ``authorizer_not_registered``,
        ``device_code``, ``form_edition``, ``currency``; empty for other cases than the ADP's"""
        self.ensure_one()
        if self._fc_pipeline() != "adp":
            return []
        found = [("authorizer_not_registered", self._fc_lint_authorizer())]
        found += [("device_code", text) for text in self._fc_lint_codes()]
        found.append(("form_edition", self._fc_lint_form()))
        found.append(("currency", self._fc_lint_currency()))
        return [{"code": code, "message": text} for code, text in found if text]

    def _fc_lint_authorizer(self):
        authorizer = self.x_fc_authorizer_id
        if not authorizer or (authorizer.x_fc_is_authorizer and authorizer.x_fc_authorizer_number):
            return ""
        if not authorizer.x_fc_is_authorizer:
            return self.env._("%s is not marked as an authorizer.", authorizer.name)
        return self.env._(
            "%s has no ADP registration number: the ADP refuses who is not registered.",
            authorizer.name,
        )

    def _fc_lint_codes(self):
        """:return: list of texts about codes that the catalogue no longer, or not yet, has"""
        day = self.x_fc_assessment_end_date or fields.Date.context_today(self)
        texts = []
        for line in self.order_line:
            code, usual = line.x_fc_adp_device_code_id, line.product_id.x_fc_adp_device_code_id
            names = {"product": line.product_id.display_name, "code": code.device_code}
            if not code:
                continue
            if not code.active:
                texts.append(self.env._("%(product)s: the code %(code)s was withdrawn.", **names))
            elif code.effective_date and code.effective_date > day:
                texts.append(
                    self.env._(
                        "%(product)s: the code %(code)s counts from %(date)s on only.",
                        date=format_date(self.env, code.effective_date), **names,
                    )
                )  # fmt: skip
            if usual and usual != code:
                texts.append(
                    self.env._(
                        "%(product)s: its code is %(usual)s, the line has %(code)s.",
                        usual=usual.device_code, **names,
                    )
                )  # fmt: skip
        return texts

    def _fc_lint_form(self):
        """A scan says nothing of its edition, and nothing is said of it."""
        oldest = self._fc_get_form_edition()
        order = self.sudo().with_context(bin_size=False)
        content = next((order[name] for name in _FORMS if self._fc_has(name)), None)
        if not oldest or not content:
            return ""
        edition = documents.find_edition(base64.b64decode(content))
        if not edition or edition >= oldest:
            return ""
        return self.env._(
            "The form is the edition %(edition)s; the program accepts %(oldest)s and newer.",
            edition=edition,
            oldest=oldest,
        )

    def _fc_lint_currency(self):
        if self.currency_id.name == "CAD":
            return ""
        return self.env._(
            "The ADP pays in Canadian dollars, and the prices are in %s: choose a CAD pricelist.",
            self.currency_id.name,
        )

    def _fc_get_form_edition(self):
        """:return: ``YYYY/MM`` of the oldest form that is accepted, empty when nobody said so"""
        parameters = self.env["ir.config_parameter"].sudo()
        text = (parameters.get_param("fusion_claims.adp_form_edition") or "").strip()
        return text if documents.EDITION.fullmatch(text) else ""

    def _fc_note_lint(self):
        """Who submits in spite of a warning is on record with it."""
        for order in self:
            found = [row["message"] for row in order._fc_lint()]
            if found:
                title = order.env._("Submitted in spite of:")
                order._message_log(body=plaintext2html("\n".join([title, *found])))
