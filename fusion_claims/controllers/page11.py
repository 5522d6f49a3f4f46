from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.fusion_base.tools.access_log import mask_paths
from odoo.addons.fusion_base.tools.reader import speak

mask_paths("/page11/sign/")

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_STATUS = {"unknown": 404, "expired": 410, "cancelled": 410, "busy": 429}
_PAGES_PER_ADDRESS = (60, 60)  # requests, seconds


class Page11(http.Controller):
    """The page on which a signer without a login reads and signs. GET changes nothing."""

    _page_url = "/page11/sign/<string:token>"
    _viewed_url = "/page11/sign/<string:token>/viewed"
    _submit_url = "/page11/sign/<string:token>/submit"
    _pdf_url = "/page11/sign/<string:token>/pdf"

    @http.route(_page_url, type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def page(self, token, **_params):
        sign_request, state = self._find(token)
        if sign_request:
            speak(sign_request.lang)
            sign_request = sign_request.with_context(lang=request.env.lang)
        values = {
            "sign_request": sign_request,
            "page_state": state,
            "token": token if sign_request else "",
            "company": sign_request.company_id.sudo() or request.env.company.sudo(),
            "consent": request.env["fusion.page11.consent"].sudo().search([], limit=1),
            "form_props": {
                "token": token,
                "signerName": sign_request.signer_name or "",
                "signerType": sign_request.signer_type or "applicant",
                "relationship": sign_request.signer_relationship or "",
                "relationships": self._get_relationships(),
            },
        }
        answer = request.render("fusion_claims.page11_page", values)
        answer.status_code = _STATUS.get(state, 200)
        answer.headers.update(_HEADERS)
        return answer

    # csrf: the token in the address is the proof, and there is no session to borrow.
    @http.route(_viewed_url, type="jsonrpc", auth="public", methods=["POST"])
    def viewed(self, token):
        """Scripts of a loaded page call this: mail scanners, which only fetch, do not count."""
        sign_request, state = self._find(token)
        if state == "open" and not sign_request.viewed_date:
            sign_request._note_viewed()
        return {"ok": True}

    @http.route(_submit_url, type="jsonrpc", auth="public", methods=["POST"])
    def submit(self, token, name="", signature="", signer_type="applicant", relationship=False,
               consent=False):  # fmt: skip
        sign_request, state = self._find(token)
        env = request.env
        if state == "busy":
            return {"error": env._("Too many attempts. Please wait a minute.")}
        if not sign_request:
            return {"error": env._("This link is not valid. Please call the office.")}
        sign_request = sign_request.with_context(lang=sign_request.lang or env.lang)
        try:
            with env.cr.savepoint():
                sign_request._sign(
                    name, signature, signer_type, relationship, consent,
                    ip=request.httprequest.remote_addr,
                    user_agent=request.httprequest.user_agent.string,
                )  # fmt: skip
        except UserError as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": f"/page11/sign/{token}"}

    @http.route(_pdf_url, type="http", auth="public", methods=["GET"], sitemap=False)
    def pdf(self, token, **_params):
        """The signed page, for its signer, for 30 days."""
        sign_request, _state = self._find(token)
        content = sign_request._get_own_copy() if sign_request else b""
        if not content:
            return request.not_found()
        name = content_disposition(sign_request.signed_pdf_filename)
        headers = {
            **_HEADERS,
            "Content-Type": "application/pdf",
            "Content-Disposition": name,
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(content, list(headers.items()))

    def _find(self, token):
        """:return: (request (sudo), state of its page); unknown, rotated and malformed are alike"""
        limit, window_s = _PAGES_PER_ADDRESS
        requests_sudo = request.env["fusion.page11.sign.request"].sudo()
        key = f"fusion_claims.page11:{request.httprequest.remote_addr}"
        if request.env["fusion.tasks.rate"].sudo()._hit(key, limit, window_s):
            return requests_sudo, "busy"
        sign_request = requests_sudo._find_by_token(token)
        return sign_request, sign_request._get_page_state() if sign_request else "unknown"

    def _get_relationships(self):
        field = request.env["fusion.page11.sign.request"]._fields["signer_relationship"]
        return field._description_selection(request.env)
