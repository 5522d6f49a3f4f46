import re

from odoo.tests import HttpCase, new_test_user, tagged

from .common import SubscriptionCase


@tagged("post_install", "-at_install")
class TestPortal(SubscriptionCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.month.copy({"user_closable": True})
        cls.order = cls.start("2026-05-01", plan=cls.plan)
        cls.owner = cls.make_visitor("owner", cls.customer)
        cls.colleague = cls.make_visitor("colleague", cls.customer)
        cls.stranger = new_test_user(cls.env, "stranger", groups="base.group_portal")
        cls.reason = cls.env.ref("sale_subscription.close_reason_price")
        cls.page = f"/my/subscriptions/{cls.order.id}"

    @classmethod
    def make_visitor(cls, login, parent):
        user = new_test_user(cls.env, login, groups="base.group_portal")
        user.partner_id.parent_id = parent
        return user

    def get(self, url):
        return self.url_open(url, allow_redirects=False)

    def post(self, url, page, **values):
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        data = {"csrf_token": found[1] if found else "", **values}
        return self.url_open(url, data=data, allow_redirects=False)

    def test_the_owner_and_a_colleague_see_it(self):
        for login in ("owner", "colleague"):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertIn(self.order.name, self.get("/my/subscriptions").text)
                page = self.get(self.page)
                self.assertEqual(page.status_code, 200)
                self.assertIn("Hosting", page.text)

    def test_a_stranger_and_a_visitor_are_sent_away(self):
        self.authenticate("stranger", "stranger")
        self.assertNotIn(self.order.name, self.get("/my/subscriptions").text)
        self.assertEqual(self.get(self.page).headers["Location"], "/my")
        self.authenticate(None, None)
        self.assertEqual(self.get(self.page).headers["Location"], "/my")
        self.assertEqual(self.get(f"{self.page}?access_token=wrong").headers["Location"], "/my")

    def test_the_link_with_a_token_opens_it(self):
        self.authenticate(None, None)
        page = self.get(self.order._get_subscription_portal_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("Hosting", page.text)

    def test_the_customer_closes_it_with_a_reason(self):
        self.authenticate("owner", "owner")
        page = self.get(self.page).text
        self.assertIn("Close my subscription", page)
        self.assertEqual(self.get(f"{self.page}/close").status_code, 405)
        self.assertEqual(self.order.subscription_state, "3_progress")

        self.post(f"{self.page}/close", page, close_reason_id="")
        self.post(f"{self.page}/close", page, close_reason_id="99999999999999999999")
        self.assertEqual(self.order.subscription_state, "3_progress")
        answer = self.post(f"{self.page}/close", page, close_reason_id=self.reason.id)

        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.order.subscription_state, "6_churn")
        self.assertEqual(self.order.close_reason_id, self.reason)
        self.assertIn("Your subscription is closed", self.get(f"{self.page}?message=closed").text)

    def test_closing_is_refused_where_the_plan_does_not_let_customers(self):
        self.authenticate("owner", "owner")
        page = self.get(self.page).text
        self.plan.user_closable = False
        self.assertNotIn("Close my subscription", self.get(self.page).text)
        answer = self.post(f"{self.page}/close", page, close_reason_id=self.reason.id)
        self.assertIn("refused", answer.headers["Location"])
        self.assertEqual(self.order.subscription_state, "3_progress")

    def test_a_stranger_changes_nothing(self):
        self.authenticate("stranger", "stranger")
        page = self.get("/my/account").text
        self.post(f"{self.page}/close", page, close_reason_id=self.reason.id)
        self.post(f"{self.page}/payment_method", page, token_id=1)
        self.assertEqual(self.order.subscription_state, "3_progress")
        self.assertFalse(self.order.payment_token_id)

    def test_only_own_cards_can_be_chosen(self):
        provider = (
            self.env.ref("payment.payment_provider_demo")
            .sudo()
            .copy({"company_id": self.env.company.id, "state": "test", "allow_tokenization": True})
        )
        values = {
            "provider_id": provider.id,
            "payment_method_id": self.env.ref("payment.payment_method_card").id,
            "provider_ref": "x",
            "payment_details": "4242",
        }
        own = self.env["payment.token"].sudo().create({**values, "partner_id": self.customer.id})
        other = own.create({**values, "partner_id": self.stranger.partner_id.id})
        self.order.payment_exception = True
        self.authenticate("owner", "owner")
        page = self.get(self.page).text

        self.post(f"{self.page}/payment_method", page, token_id=other.id)
        self.assertFalse(self.order.payment_token_id)
        self.assertTrue(self.order.payment_exception)
        self.post(f"{self.page}/payment_method", page, token_id=own.id)

        self.assertEqual(self.order.payment_token_id, own)
        self.assertFalse(self.order.payment_exception)
