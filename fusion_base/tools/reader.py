"""Pages behind a link that was made for one person."""

from odoo.http import request


def speak(lang):
    """The rest of this request is in the person's language, whatever the browser asked for: texts,
    scripts and the page's own ``lang``. An unknown language changes nothing.

    :param lang: code of an installed language, or False
    """
    known = request.env["res.lang"]._get_data(code=lang or "")
    if known.code:
        request.lang = known
        request.update_context(lang=known.code)
