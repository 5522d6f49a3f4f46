from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager


class SubscriptionPortal(CustomerPortal):
    _list_url = "/my/subscriptions"
    _page_url = "/my/subscriptions/<int:order_id>"

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "subscription_count" in counters:
            orders = request.env["sale.order"]
            values["subscription_count"] = (
                orders.search_count(self._get_subscription_domain())
                if orders.has_access("read")
                else 0
            )
        return values

    def _get_subscription_domain(self):
        partner = request.env.user.partner_id.commercial_partner_id
        return request.env["sale.order"]._get_portal_subscription_domain(partner)

    @http.route(
        [_list_url, f"{_list_url}/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def subscription_list(self, page=1, **_params):
        orders, domain = request.env["sale.order"], self._get_subscription_domain()
        total = orders.search_count(domain)
        paging = pager(self._list_url, total, page=page, step=self._items_per_page)
        found = orders.search(
            domain, order="id desc", limit=self._items_per_page, offset=paging["offset"]
        )
        values = {"subscriptions": found.sudo(), "pager": paging, "page_name": "subscription"}
        return request.render("sale_subscription.portal_my_subscriptions", values)

    @http.route(_page_url, type="http", auth="public", methods=["GET"], website=True)
    def subscription_page(self, order_id, access_token=None, message=None, **_params):
        order_sudo = self._find_subscription(order_id, access_token)
        if not order_sudo:
            return request.redirect("/my")
        values = order_sudo._prepare_portal_values()
        values.update(access_token=access_token, message=message, page_name="subscription")
        return request.render("sale_subscription.portal_subscription_page", values)

    @http.route(f"{_page_url}/close", type="http", auth="public", methods=["POST"], website=True)
    def subscription_close(self, order_id, access_token=None, close_reason_id=None, **_params):
        return self._change(order_id, access_token, "_portal_close", close_reason_id, "closed")

    @http.route(
        f"{_page_url}/payment_method", type="http", auth="public", methods=["POST"], website=True
    )
    def subscription_payment_method(self, order_id, access_token=None, token_id=None, **_params):
        return self._change(order_id, access_token, "_portal_set_token", token_id, "card")

    def _change(self, order_id, access_token, method, value, message):
        """Call one of the order's portal methods with an id from a form; back to the page."""
        order_sudo = self._find_subscription(order_id, access_token)
        if not order_sudo:
            return request.redirect("/my")
        number = int(value) if str(value or "").isascii() and str(value).isdigit() else 0
        try:
            getattr(order_sudo, method)(number)
        except (UserError, ValidationError):
            message = "refused"
        query = {"message": message, **({"access_token": access_token} if access_token else {})}
        return request.redirect_query(f"{self._list_url}/{order_id}", query)

    def _find_subscription(self, order_id, access_token):
        """:return: the sudoed subscription this visitor may see, or an empty set"""
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.env["sale.order"]
        return order_sudo if order_sudo._is_shown_in_portal() else request.env["sale.order"]
