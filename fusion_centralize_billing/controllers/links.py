from odoo import http
from odoo.http import request

from odoo.addons.fusion_base.tools import signing
from odoo.addons.fusion_base.tools.reader import speak
from odoo.addons.payment import utils as payment_utils

from .. import const

OPTIONS = {"type": "http", "auth": "public", "methods": ["GET"], "website": True, "sitemap": False}


class BillingLinks(http.Controller):
    """Pages behind signed links: whoever holds a link of ours sees that one thing."""

    @http.route("/billing/card/<string:token>", **OPTIONS)
    def card_form(self, token, **_params):
        """Save a card, once: a newer one ends the link."""
        values = _read("card", token)
        link_sudo = _find("fusion.billing.account.link", values and values[0])
        if not link_sudo:
            return _expired()
        speak(link_sudo.partner_id.lang)
        newest = link_sudo.service_id._get_newest_token(link_sudo)
        page = {"link": link_sudo, "is_saved": newest.id > values[1]}
        if not page["is_saved"]:
            page.update(self._prepare_card_form(link_sudo, f"/billing/card/{token}"))
        return request.render("fusion_centralize_billing.card_page", page)

    def _prepare_card_form(self, link_sudo, landing):
        """:return: what Odoo's own payment form needs to keep a card without a payment"""
        partner_sudo = link_sudo.partner_id
        providers_sudo = link_sudo.service_id._find_card_providers(partner_sudo)
        methods = request.env["payment.method"].sudo()
        return {
            "mode": "validation",
            "allow_token_selection": False,
            "allow_token_deletion": False,
            "reference_prefix": payment_utils.singularize_reference_prefix(prefix="V"),
            "partner_id": partner_sudo.id,
            "providers_sudo": providers_sudo,
            "payment_methods_sudo": methods._get_compatible_payment_methods(
                providers_sudo.ids, partner_sudo.id, force_tokenization=True
            ),
            "tokens_sudo": request.env["payment.token"].sudo(),
            "availability_report": {},
            "transaction_route": "/payment/transaction",
            "landing_route": landing,
            "access_token": payment_utils.generate_access_token(partner_sudo.id, None, None),
        }

    @http.route("/billing/account/<string:token>", **OPTIONS)
    def account_page(self, token, **_params):
        """The subscriptions of one customer of one service."""
        link_sudo = _find("fusion.billing.account.link", _read("account", token))
        if not link_sudo:
            return _expired()
        speak(link_sudo.partner_id.lang)
        orders = link_sudo._get_portal_subscriptions()
        page = {"link": link_sudo, "subscriptions": orders}
        return request.render("fusion_centralize_billing.account_page", page)

    @http.route("/billing/invoice/<string:token>", **OPTIONS)
    def invoice_file(self, token, **_params):
        move_sudo = _find("account.move", _read("invoice", token))
        if not move_sudo or move_sudo.state == "draft":
            return _expired()
        reports = request.env["ir.actions.report"].sudo()
        content, _type = reports._render_qweb_pdf("account.account_invoices", move_sudo.ids)
        name = move_sudo._get_invoice_report_filename()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", http.content_disposition(name)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)


def _read(purpose, token):
    """:return: the signed values, None for a link that is old, altered or for something else"""
    return signing.verify_values(request.env, f"{const.LINK_SCOPE}.{purpose}", token)


def _find(model, number):
    return request.env[model].sudo().browse(number or []).exists()


def _expired():
    return request.render("fusion_centralize_billing.link_expired", status=404)
