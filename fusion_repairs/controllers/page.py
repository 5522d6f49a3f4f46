"""What the pages behind links share. No script, no bundle; every page works with forms alone."""

from urllib.parse import urlencode

from odoo import SUPERUSER_ID
from odoo.http import request

from odoo.addons.fusion_base.tools.access_log import mask_paths
from odoo.addons.fusion_tasks.controllers.page import HEADERS, find_lang, get_switch

from .. import const

mask_paths("/repairs/(?:maintenance/(?:book|visit)|unsubscribe|status|help|visit|unit|u)/")

STATUS = {"ok": 200, "booked": 200, "unknown": 404, "busy": 429}


def is_busy():
    """:return: whether this address has asked too often"""
    limit, window_s = const.PAGES_PER_ADDRESS
    key = f"fusion_repairs.page:{request.httprequest.remote_addr}"
    return bool(request.env["fusion.tasks.rate"].sudo()._hit(key, limit, window_s))


def get_model(name):
    """:return: the model without the reader's rights; callers resolve a token first"""
    return request.env(user=SUPERUSER_ID)[name]


def render(template, reason, record=None, status=None, lang=None, **values):
    """:param record: what the token leads to, in the language of the page
    :param lang: of a page without a record, default: the browser's
    :param status: HTTP status, default: that of the reason
    :param values: texts and slots of the template; ``query`` is kept when the language changes
    """
    lang = record.env.context["lang"] if record else lang or find_lang(None)
    request.session.touch()  # the forms' CSRF token belongs to a session that is kept
    company = record.company_id if record else request.env.company.sudo()
    body = get_model("ir.ui.view").with_context(lang=lang)._render_template(
        f"fusion_repairs.{template}",
        {
            "company": company,
            "page_lang": lang.replace("_", "-"),
            "lang": lang,
            "reason": reason,
            "notice": request.params.get("notice"),
            "path": request.httprequest.path,
            "csrf": request.csrf_token(),
            "make_query": make_query,
            **values,
            "switch": get_switch(lang, values.get("query")),
        },
    )  # fmt: skip
    headers = {"Content-Type": "text/html; charset=utf-8", **HEADERS}
    if reason == "busy":
        headers["Retry-After"] = str(const.PAGES_PER_ADDRESS[1])
    return request.make_response(
        f"<!DOCTYPE html>\n{body}",
        list(headers.items()),
        status=status or STATUS.get(reason, 410),
    )


def make_query(values):
    """:return: the values as the query of an address, empty without any"""
    return f"?{urlencode(values)}" if values else ""


def go(path, notice=None):
    """:return: 303 to a page of ours, which then reads what was really written"""
    lang = request.params.get("lang")
    query = "&".join(
        f"{name}={value}" for name, value in (("notice", notice), ("lang", lang)) if value
    )
    target = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
    answer = request.redirect(target, code=303)
    answer.headers.update(HEADERS)
    return answer


def group_by_day(slots):
    """:return: list of ``(day, slots)``"""
    days = {}
    for slot in slots:
        days.setdefault(slot["day_label"], []).append(slot)
    return list(days.items())
