from odoo import http

from . import page


class Certificate(http.Controller):
    """Anyone may verify a certificate: number, model, dates, state; nothing of the client."""

    @http.route(
        "/repairs/certificate/<string:verify_id>",
        type="http", auth="public", methods=["GET"], save_session=False,
    )  # fmt: skip
    def verify(self, verify_id, **_params):
        if page.is_busy():
            return page.render("certificate_page", "busy")
        certificate = page.get_model("fusion.repair.inspection.certificate")._verify(verify_id)
        if not certificate:
            return page.render("certificate_page", "unknown")
        certificate = certificate.with_context(lang=page.find_lang(None))
        return page.render("certificate_page", "ok", certificate, **certificate._get_page())
