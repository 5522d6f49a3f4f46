"""What the pages behind links share, here and in the addons above. No script, no bundle."""

from urllib.parse import urlencode

from odoo.http import request

#: A form may be sent to this site; a page without one loses nothing by that.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}


def find_lang(partner):
    """The asked language, else the reader's, else the browser's, of those installed."""
    installed = dict(request.env["res.lang"].sudo().get_installed())
    wanted = [request.params.get("lang"), partner and partner.lang]
    wanted += [code.replace("-", "_") for code, _quality in request.httprequest.accept_languages]
    for code in filter(None, wanted):
        near = [one for one in installed if one[:2] == code[:2].lower()]
        if near:
            return code if code in near else near[0]
    return request.env.company.sudo().partner_id.lang or "en_US"


def get_switch(lang, query=None):
    """:return: address of the same page in the other language, with the rest of the query"""
    other = "en_CA" if lang[:2] == "fr" else "fr_CA"
    return f"{request.httprequest.path}?{urlencode({**(query or {}), 'lang': other})}"
