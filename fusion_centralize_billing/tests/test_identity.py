from odoo.tests import new_test_user, tagged

from ..exceptions import BillingApiError
from .common import BillingCase


@tagged("post_install", "-at_install")
class TestIdentity(BillingCase):
    def resolve(self, service, external_id, **values):
        return self.env["fusion.billing.account.link"]._resolve_or_create_partner(
            service, external_id, **values
        )

    def test_accounts_of_two_apps_fold_into_one_customer(self):
        other = self.resolve(self.desk, 77, name="ACME", email=" Billing@ACME.example.com ")
        self.assertEqual(other.external_id, "77")
        self.assertEqual(other.partner_id, self.link.partner_id)
        self.assertFalse(other.needs_review)
        self.assertEqual(other.partner_id.name, "Acme Inc")

    def test_a_known_account_only_fills_what_is_empty(self):
        again = self.resolve(self.maps, "u-1", name="Other", email="x@example.com",
                             extra={"city": "Guelph", "phone": "519"})  # fmt: skip
        self.assertEqual(again, self.link)
        self.assertRecordValues(
            again.partner_id,
            [{"name": "Acme Inc", "email": "billing@acme.example.com", "city": "Guelph"}],
        )

    def test_an_ambiguous_e_mail_makes_a_new_customer_to_look_at(self):
        partners = self.env["res.partner"]
        partners.create([{"name": n, "email": "two@example.com"} for n in ("One", "Two")])
        link = self.resolve(self.maps, "u-2", name="Third", email="two@example.com")
        self.assertEqual(link.partner_id.name, "Third")
        self.assertEqual((link.needs_review, link.review_reason), (True, "ambiguous e-mail"))

    def test_nobody_is_folded_into_a_colleague(self):
        user = new_test_user(self.env, "clerk", groups="base.group_user", email="c@example.com")
        link = self.resolve(self.maps, "u-3", name="Clerk", email="c@example.com")
        self.assertNotEqual(link.partner_id, user.partner_id)
        self.assertTrue(link.needs_review)

    def test_an_id_is_needed_and_a_bad_e_mail_is_only_text(self):
        for missing in (None, "", "  "):
            with self.assertRaises(ValueError):
                self.resolve(self.maps, missing)
        link = self.resolve(self.maps, "u-4", name="Odd", email="not an address")
        self.assertEqual(link.external_email, "not an address")
        self.assertFalse(link.partner_id.email)

    def test_the_api_overwrites_what_is_given_and_clears_null(self):
        self.maps._api_upsert_customer(
            {"external_id": "u-1", "name": "Acme Ltd", "city": "Ottawa", "country": "CA",
             "state": "on", "phone": "613"}
        )  # fmt: skip
        partner = self.link.partner_id
        self.assertEqual(
            (partner.name, partner.city, partner.state_id.code), ("Acme Ltd", "Ottawa", "ON")
        )
        self.maps._api_upsert_customer({"external_id": "u-1", "phone": None})
        self.assertFalse(partner.phone)
        self.assertEqual(partner.city, "Ottawa")

    def test_wrong_fields_are_named(self):
        cases = {
            "customer.external_id": [{"name": "X"}, {"external_id": "a b", "name": "X"}],
            "customer.name": [{"external_id": "new"}],
            "customer.email": [{"external_id": "u-1", "email": "no"}],
            "customer.country": [{"external_id": "u-1", "country": "ZZ"}],
            "customer.state": [{"external_id": "u-1", "country": "CA", "state": "Nowhere"}],
            "customer.currency": [{"external_id": "u-1", "currency": "XXX"}],
        }
        for field, payloads in cases.items():
            for payload in payloads:
                with self.subTest(field=field), self.assertRaises(BillingApiError) as caught:
                    self.maps._api_upsert_customer(payload)
                self.assertEqual(caught.exception.status, 422)
                self.assertIn(field, caught.exception.details)
