import hashlib
import json
from datetime import date
from pathlib import Path

import pytz

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from .. import const
from ..exceptions import BillingApiError, invalid
from ..models.account_move import PAID
from ..services.wire import MAX_INT, Fields, show_moment, show_number
from .gate import find_methods, guarded, serve

ROOT = const.API_ROOT
DOCUMENT = Path(__file__).parents[1] / "static" / "openapi" / "billing-v1.json"
OPTIONS = {"type": "http", "auth": "none", "csrf": False, "save_session": False}


def route(*paths, methods, **options):
    """A route of the API; HEAD comes with GET."""
    is_reading = methods == ["GET"]
    methods = [*methods, *(["HEAD"] if "GET" in methods else [])]
    urls = [ROOT + path for path in paths]
    urls += [const.LAGO_ROOT + path for path in paths if path.split("/")[1] in const.LAGO_PATHS]
    for url in urls:
        serve(url, methods)
    return http.route(urls, methods=methods, readonly=is_reading, **OPTIONS, **options)


CREDITS = ("credit", "refund", "skip")
SUBSCRIPTION_STATUS = {
    "pending": [("state", "in", ("draft", "sent"))],
    "active": [("state", "=", "sale"), ("subscription_state", "=", "3_progress")],
    "paused": [("state", "=", "sale"), ("subscription_state", "=", "4_paused")],
    "terminated": [("state", "=", "sale"), ("subscription_state", "in", ("5_renewed", "6_churn"))],
    "canceled": [("state", "=", "cancel")],
}
INVOICE_STATUS = {
    "draft": [("state", "=", "draft")],
    "finalized": [("state", "=", "posted"), ("x_fc_voided", "=", False)],
    "voided": ["|", ("state", "=", "cancel"), ("x_fc_voided", "=", True)],
}
FINAL_OR_DRAFT = [("state", "!=", "cancel")]
PAYMENT_STATUS = {
    "succeeded": [("payment_state", "in", PAID), ("x_fc_voided", "=", False)],
    "failed": [("payment_state", "not in", PAID), ("x_fc_dunning_state", "=", "exhausted")],
    "pending": [
        "|",
        ("x_fc_voided", "=", True),
        "&",
        ("payment_state", "not in", PAID),
        ("x_fc_dunning_state", "!=", "exhausted"),
    ],
}


class BillingApi(http.Controller):
    # customers

    @route("/customers", methods=["POST"])
    @guarded("write")
    def create_customer(self, call):
        link = call.service._api_upsert_customer(_inner(call, "customer"))
        return {"customer": link._fc_api_values()}

    @route("/customers", methods=["GET"])
    @guarded("read")
    def list_customers(self, call):
        domain = call.service._api_list_customers(call.query.get("search", ""))
        return _list("customers", "fusion.billing.account.link", domain)

    @route("/customers/<string:external_id>", methods=["GET"])
    @guarded("read")
    def show_customer(self, call, external_id):
        return {"customer": call.service._get_account(external_id)._fc_api_values()}

    @route("/customers/<string:external_id>/current_usage", methods=["GET"])
    @guarded("usage")
    def show_current_usage(self, call, external_id):
        link = call.service._get_account(external_id)
        named = call.query.get("external_subscription_id", "")
        if not named:
            raise BillingApiError(
                422, "validation_errors", {"external_subscription_id": ["value_is_mandatory"]}
            )
        order = call.service._get_subscription(named)
        if order.partner_id != link.partner_id:
            raise BillingApiError(404, "subscription_not_found")
        return {"customer_usage": call.service._api_current_usage(order)}

    @route("/customers/<string:external_id>/checkout_url", methods=["GET", "POST"])
    @guarded("write")
    def show_checkout(self, call, external_id):
        return {"customer": call.service._api_get_checkout(call.service._get_account(external_id))}

    @route("/customers/<string:external_id>/portal_url", methods=["GET"])
    @guarded("read")
    def show_portal(self, call, external_id):
        return {"customer": call.service._api_get_portal(call.service._get_account(external_id))}

    # subscriptions

    @route("/subscriptions", methods=["POST"])
    @guarded("write")
    def create_subscription(self, call):
        order = call.service._api_create_subscription(_inner(call, "subscription"))
        return {"subscription": order._fc_api_values()}

    @route("/subscriptions", methods=["GET"])
    @guarded("read")
    def list_subscriptions(self, call):
        domain = [("x_fc_billing_service_id", "=", call.service.id)]
        if customer := call.query.get("external_customer_id"):
            link = call.service._find_account(customer)
            domain.append(("partner_id", "=", link.partner_id.id))
        if code := call.query.get("plan_code"):
            domain.append(("x_fc_billing_plan_code", "=", code))
        domain += _any(_choices("status", SUBSCRIPTION_STATUS), SUBSCRIPTION_STATUS)
        return _list("subscriptions", "sale.order", domain)

    @route("/subscriptions/<string:external_id>", methods=["GET"])
    @guarded("read")
    def show_subscription(self, call, external_id):
        wanted = (*_choices("status", SUBSCRIPTION_STATUS), None)[0]
        order = call.service._get_subscription(external_id, wanted)
        return {"subscription": order._fc_api_values()}

    @route("/subscriptions/<string:external_id>", methods=["PUT"])
    @guarded("write")
    def update_subscription(self, call, external_id):
        order = call.service._get_subscription(external_id)
        call.service._api_update_subscription(order, _inner(call, "subscription"))
        return {"subscription": order._fc_api_values()}

    @route("/subscriptions/<string:external_id>/pause", methods=["POST"])
    @guarded("write")
    def pause_subscription(self, call, external_id):
        order = call.service._get_subscription(external_id)
        if order._fc_get_status() != "paused":
            _check_running(order, "active")
            order.pause_subscription()
        return {"subscription": order._fc_api_values()}

    @route("/subscriptions/<string:external_id>/resume", methods=["POST"])
    @guarded("write")
    def resume_subscription(self, call, external_id):
        order = call.service._get_subscription(external_id)
        if order._fc_get_status() != "active":
            _check_running(order, "paused")
            order.resume_subscription()
        return {"subscription": order._fc_api_values()}

    @route("/subscriptions/<string:external_id>", methods=["DELETE"])
    @guarded("write")
    def terminate_subscription(self, call, external_id):
        order = call.service._get_subscription(external_id)
        reader = Fields(dict(call.query))
        at = reader.choice("at", ("now", "period_end"), default="now")
        invoice = reader.choice("on_termination_invoice", ("generate", "skip"), default="generate")
        credit = reader.choice("on_termination_credit_note", CREDITS, default="credit")
        reader.check()
        call.service._api_terminate_subscription(order, at, invoice, credit)
        return {"subscription": order._fc_api_values()}

    # usage

    @route("/usage", methods=["POST"])
    @guarded("usage", limit="usage", status=202)
    def record_usage(self, call):
        return call.service._api_record_usage(call.payload)

    @route("/usage", methods=["GET"])
    @guarded("usage")
    def list_usage(self, call):
        named = call.query.get("external_subscription_id", "")
        if not named:
            raise BillingApiError(
                422, "validation_errors", {"external_subscription_id": ["value_is_mandatory"]}
            )
        order = call.service._get_subscription(named)
        domain = [("subscription_id", "=", order.id)]
        if code := call.query.get("metric_code"):
            domain.append(("metric_id.code", "=", code))
        for name, operator in (("from", ">="), ("to", "<")):
            if moment := _moment(call, name):
                domain.append(("period_start", operator, moment))
        return _list("usage", "fusion.billing.usage", domain, _show_usage)

    @route("/events", methods=["POST"])
    @guarded("usage", limit="usage")
    def record_event(self, call):
        return {"event": call.service._api_record_events([_inner(call, "event")], True)[0]}

    @route("/events/batch", methods=["POST"])
    @guarded("usage", limit="usage")
    def record_events(self, call):
        return {"events": call.service._api_record_events(call.payload.get("events"))}

    # invoices

    @route("/invoices", methods=["GET"])
    @guarded("read")
    def list_invoices(self, call):
        domain = _invoices_of(call)
        domain += _any(_choices("status", INVOICE_STATUS), INVOICE_STATUS) or FINAL_OR_DRAFT
        domain += _any(_choices("payment_status", PAYMENT_STATUS), PAYMENT_STATUS)
        for name, operator in (("issuing_date_from", ">="), ("issuing_date_to", "<=")):
            if day := _day(name):
                domain.append(("invoice_date", operator, day))
        if customer := call.query.get("external_customer_id"):
            link = call.service._find_account(customer)
            domain.append(("partner_id", "=", link.partner_id.id))
        if named := call.query.get("external_subscription_id"):
            order = call.service._api_find_subscription(named)
            domain.append(("line_ids.subscription_id", "in", order.ids))
        return _list("invoices", "account.move", domain)

    @route("/invoices", methods=["POST"])
    @guarded("write")
    def create_invoice(self, call):
        move = call.service._api_create_invoice(_inner(call, "invoice"))
        return {"invoice": move._fc_api_values()}

    @route("/invoices/preview", methods=["POST"])
    @guarded("write")
    def preview_invoice(self, call):
        return {"invoice": call.service._api_preview_invoice(_inner(call, "invoice"))}

    @route("/invoices/<string:uuid>", methods=["GET"])
    @guarded("read")
    def show_invoice(self, call, uuid):
        return {"invoice": call.service._get_invoice(uuid)._fc_api_values()}

    @route("/invoices/<string:uuid>/retry_payment", methods=["POST"])
    @guarded("write")
    def retry_payment(self, call, uuid):
        call.service._api_retry_payment(call.service._get_invoice(uuid))
        return {}

    @route("/invoices/<string:uuid>/download", methods=["POST"])
    @guarded("write")
    def download_invoice(self, call, uuid):
        return {"invoice": call.service._api_get_invoice_file(call.service._get_invoice(uuid))}

    @route("/invoices/<string:uuid>/void", methods=["POST"])
    @guarded("write")
    def void_invoice(self, call, uuid):
        move = call.service._api_void_invoice(call.service._get_invoice(uuid))
        return {"invoice": move._fc_api_values()}

    @route("/credit_notes", methods=["POST"])
    @guarded("write")
    def create_credit_note(self, call):
        note = call.service._api_create_credit_note(_inner(call, "credit_note"))
        return {"credit_note": note._fc_credit_note_values()}

    # catalogue

    @route("/catalog", methods=["GET"])
    @guarded("read")
    def show_catalogue(self, call):
        """All that the service sells; an app that holds the present answer gets none."""
        body = call.service._api_get_catalogue()
        tag = f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'
        call.headers["ETag"] = tag
        if tag in request.httprequest.headers.get("If-None-Match", ""):
            call.status = 304
            return ""
        return body

    @route("/plans", methods=["GET"])
    @guarded("read")
    def list_plans(self, call):
        return _list("plans", "fusion.billing.plan", [("service_id", "=", call.service.id)])

    @route("/plans/<string:code>", methods=["GET"])
    @guarded("read")
    def show_plan(self, call, code):
        domain = [("service_id", "=", call.service.id), ("code", "=", code)]
        plan = request.env["fusion.billing.plan"].search(domain, limit=1)
        if not plan:
            raise BillingApiError(404, "plan_not_found")
        return {"plan": plan._fc_api_values()}

    @route("/billable_metrics", methods=["GET"])
    @guarded("read")
    def list_metrics(self, call):
        return _list("billable_metrics", "fusion.billing.metric", [])

    # without a key

    @route("/health", methods=["GET"])
    @guarded("read", keyless=True)
    def health(self, call):
        request.env.cr.execute("SELECT 1")
        return {"status": "ok", "version": const.API_VERSION}

    @route("/openapi.json", methods=["GET"])
    @guarded("read", keyless=True)
    def openapi(self, call):
        return json.loads(DOCUMENT.read_text())

    @http.route(f"{ROOT}/<path:rest>", **OPTIONS)
    @guarded("read", keyless=True)
    def unknown(self, call, rest):
        """Odoo's own page for a wrong address, or a wrong method, is no answer to a program."""
        if allowed := find_methods():
            call.headers["Allow"] = ", ".join(allowed)
            raise BillingApiError(405, "method_not_allowed")
        raise BillingApiError(404, "not_found")


def _inner(call, name):
    """:return: the object inside its envelope"""
    if not isinstance(call.payload.get(name), dict):
        raise BillingApiError(422, "validation_errors", {name: ["value_is_mandatory"]})
    return call.payload[name]


def _check_running(order, status):
    if order._fc_get_status() in ("terminated", "canceled"):
        raise BillingApiError(422, "subscription_terminated")
    if order._fc_get_status() != status:
        raise invalid("subscription.status")


def _invoices_of(call):
    return [
        ("x_fc_billing_service_id", "=", call.service.id),
        ("move_type", "=", "out_invoice"),
    ]


def _choices(name, known):
    """:return: the values of a repeated query parameter, ``name[]`` or ``name``"""
    query = request.httprequest.args
    values = [*query.getlist(f"{name}[]"), *query.getlist(name)]
    if any(value not in known for value in values):
        raise invalid(name)
    return values


def _any(values, domains):
    """:return: domain of the objects of any of these values, [] where none is asked for"""
    return list(Domain.OR([domains[value] for value in values])) if values else []


def _moment(call, name):
    """:return: naive UTC moment of a query parameter, None without one"""
    zone = request.env["sale.order"]._fc_get_timezone(call.service.company_id)
    reader = Fields(dict(call.query))
    moment = reader.moment(name, pytz.timezone(zone))
    reader.check()
    return moment


def _day(name):
    """:return: date of a query parameter, None without one"""
    text = request.httprequest.args.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise invalid(name) from None


def _page(name, default, most):
    text = request.httprequest.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MAX_INT:
        raise BillingApiError(422, "validation_errors", {name: ["value_is_invalid"]})
    return min(int(text), most)


def _list(name, model, domain, show=None):
    """:return: one page of objects with its ``meta``, newest first"""
    page, per_page = (
        _page("page", 1, MAX_INT),
        _page("per_page", const.PER_PAGE, const.MAX_PER_PAGE),
    )
    records = request.env[model]
    total = records.search_count(domain)
    pages = -(-total // per_page)
    found = records.browse()
    if page <= pages:
        found = records.search(
            domain, order="id desc", limit=per_page, offset=(page - 1) * per_page
        )
    meta = {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": page - 1 if 1 < page <= pages + 1 else None,
        "total_pages": pages,
        "total_count": total,
    }
    show = show or (lambda record: record._fc_api_values())
    return {name: [show(record) for record in found], "meta": meta}


def _show_usage(row):
    return {
        "metric_code": row.metric_id.code,
        "quantity": show_number(row.quantity),
        "period_start": show_moment(row.period_start),
        "period_end": show_moment(row.period_end),
        "idempotency_key": row.idempotency_key,
        "unique_value": row.unique_value or None,
    }
