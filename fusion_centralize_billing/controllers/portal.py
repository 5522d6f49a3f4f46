from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.fusion_base.tools.table_export import to_csv
from odoo.addons.portal.controllers.portal import CustomerPortal

OPTIONS = {"type": "http", "auth": "public", "methods": ["GET"], "website": True, "sitemap": False}


class BillingPortal(CustomerPortal):
    _usage_url = "/my/subscriptions/<int:order_id>/usage"

    @http.route(_usage_url, **OPTIONS)
    def subscription_usage(self, order_id, access_token=None, period=None, **_params):
        order_sudo = self._find_metered(order_id, access_token)
        if not order_sudo:
            return request.redirect("/my")
        values = order_sudo._fc_prepare_usage_page(period)
        values.update(access_token=access_token, page_name="subscription")
        return request.render("fusion_centralize_billing.portal_usage_page", values)

    @http.route(f"{_usage_url}.csv", **OPTIONS)
    def subscription_usage_csv(self, order_id, access_token=None, period=None, **_params):
        order_sudo = self._find_metered(order_id, access_token)
        if not order_sudo:
            return request.redirect("/my")
        table = to_csv(
            ["day", "metric", "unit", "quantity"], order_sudo._fc_get_usage_table(period)
        )
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", http.content_disposition(f"{order_sudo.name}.csv")),
        ]
        return request.make_response(table, headers)

    @http.route(f"{_usage_url}/data", **OPTIONS)
    def subscription_usage_data(self, order_id, access_token=None, period=None, **_params):
        order_sudo = self._find_metered(order_id, access_token)
        if not order_sudo:
            return request.redirect("/my")
        return request.make_json_response(order_sudo._fc_get_usage_data(period))

    def _find_metered(self, order_id, access_token):
        """:return: the sudoed subscription whose usage this visitor may see, or an empty set"""
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.env["sale.order"]
        return order_sudo if order_sudo._fc_has_usage_page() else request.env["sale.order"]
