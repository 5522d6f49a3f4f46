import re

from odoo.tests import HttpCase, new_test_user, tagged

from ..services import chart
from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestPortal(BillingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.maps._api_create_subscription(
            {"external_customer_id": "u-1", "external_id": "s-1", "plan_code": "maps-standard",
             "name": "web-01", "subscription_at": "2026-01-01"}
        )  # fmt: skip
        cls.owner = new_test_user(cls.env, "owner", groups="base.group_portal")
        cls.owner.partner_id.parent_id = cls.link.partner_id
        cls.stranger = new_test_user(cls.env, "stranger", groups="base.group_portal")
        cls.page = f"/my/subscriptions/{cls.order.id}/usage"
        start, _end = cls.order._fc_billing_period()
        cls.start = start
        cls.maps._api_record_usage(
            {"external_subscription_id": "s-1", "metric_code": "map_calls", "quantity": 5_001_500,
             "period_start": f"{start.isoformat()}Z",
             "period_end": f"{start.isoformat()[:-2]}01Z"}
        )  # fmt: skip

    def get(self, url):
        return self.url_open(url, allow_redirects=False)

    def test_the_customer_sees_quota_graph_and_amount(self):
        self.authenticate("owner", "owner")
        page = self.get(self.page)
        self.assertEqual(page.status_code, 200)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
        self.assertIn("Usage: web-01", text)
        self.assertRegex(text, r"5,001,500 calls / 5,000,000 included \(100 %\)")
        self.assertRegex(text, r"Billed: 1,500, \$ 0\.20")
        self.assertIn("<rect", page.text)
        self.assertIn("Usage", self.get(f"/my/subscriptions/{self.order.id}").text)

    def test_credit_ahead_is_shown(self):
        self.authenticate("owner", "owner")
        self.assertNotIn("Prepaid credit", self.get(self.page).text)
        wallet = self.env["fusion.billing.wallet"].create(
            {"partner_id": self.order.partner_id.commercial_partner_id.id}
        )
        wallet._grant(12.5)
        self.assertIn("Prepaid credit", self.get(self.page).text)
        self.assertIn("12.50", self.get(self.page).text)

    def test_csv_and_json(self):
        self.authenticate("owner", "owner")
        day = self.order._fc_local_day(self.start)
        answer = self.get(f"{self.page}.csv")
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8")
        rows = answer.content.decode("utf-8-sig").splitlines()
        self.assertEqual(
            rows[:2], ["day,metric,unit,quantity", f"{day},map_calls,calls,5001500.000000"]
        )
        found = self.get(f"{self.page}/data").json()
        metric = found["metrics"][0]
        self.assertEqual(found["from"], str(day))
        self.assertEqual(
            (metric["quantity"], metric["quota"], metric["percent"], metric["amount"]),
            (5001500, 5000000, 100.0, 0.2),
        )
        self.assertEqual(metric["days"][0], {"day": str(day), "quantity": 5001500})

    def test_a_formula_in_a_unit_is_text(self):
        self.calls.unit_label = "=1+1"
        self.authenticate("owner", "owner")
        self.assertIn(",'=1+1,", self.get(f"{self.page}.csv").text)

    def test_strangers_and_visitors_are_sent_away_from_every_page(self):
        for login in ("stranger", None):
            self.authenticate(login, login)
            for path in (self.page, f"{self.page}.csv", f"{self.page}/data",
                         f"{self.page}?access_token=wrong"):  # fmt: skip
                with self.subTest(login=login, path=path):
                    answer = self.get(path)
                    self.assertEqual((answer.status_code, answer.headers["Location"]), (303, "/my"))
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        self.assertEqual(self.get(f"{self.page}?access_token={token}").status_code, 200)

    def test_no_page_of_a_shadow_or_of_an_order_without_a_service(self):
        self.authenticate("owner", "owner")
        self.order.x_fc_shadow = True
        self.assertEqual(self.get(self.page).status_code, 303)
        self.order.write({"x_fc_shadow": False, "x_fc_billing_service_id": False})
        self.assertEqual(self.get(self.page).status_code, 303)

    def test_a_past_period_and_wrong_ones(self):
        self.authenticate("owner", "owner")
        past = self.get(f"{self.page}?period=2026-02-10").text
        self.assertIn("No usage reported yet for this period", past)
        self.assertIn('value="2026-02-01" selected', past)
        for wrong in ("x", "1999-01-01", "2199-01-01", "%00"):
            with self.subTest(period=wrong):
                answer = self.get(f"{self.page}?period={wrong}")
                self.assertEqual(answer.status_code, 200)
                self.assertIn("5,001,500", answer.text)

    def test_billed_lines_explain_themselves(self):
        order = self.subscribe("s-2")
        self.push(5_001_500, external_subscription_id="s-2")
        with freeze_time("2026-06-01 16:00:00"):
            order._create_recurring_invoice()
        (found,) = order._fc_get_billed_lines()
        self.assertEqual(found["line"].price_unit, 0.20)
        self.assertEqual(found["explanation"]["result"], 0.20)

    def test_days_are_local_ones(self):
        order = self.subscribe("s-3")
        window = {
            "period_start": "2026-05-02T23:30:00-04:00",
            "period_end": "2026-05-02T23:40:00-04:00",
        }
        self.push(7, external_subscription_id="s-3", on="2026-05-03", **window)
        with freeze_time("2026-05-04 12:00:00"):
            (meter,) = order._fc_get_meters(*order._fc_billing_period(moment("2026-05-04 12:00")))
        self.assertEqual(
            [(str(day), n) for day, n in meter["days"]][:2], [("2026-05-01", 0), ("2026-05-02", 7)]
        )

    def test_bars(self):
        found = chart.bars([("a", 0), ("b", 5), ("c", 10)])
        self.assertEqual([bar["height"] for bar in found], [0, 60, 120])
        self.assertEqual([bar["y"] for bar in found], [120, 60, 0])
        self.assertEqual([bar["x"] for bar in found], [0, 240, 480])
        self.assertEqual(chart.bars([]), [])
        self.assertEqual(chart.bars([("a", 0)])[0]["height"], 0)
