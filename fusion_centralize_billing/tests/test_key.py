import re
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestKey(BillingCase):
    def test_only_the_hash_is_kept(self):
        raw = self.maps._generate_api_key("Server")
        self.assertRegex(raw, r"^fbk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$")
        key = self.maps._authenticate_api_key(raw)
        self.assertEqual((key.service_id, key.name), (self.maps, "Server"))
        self.env.flush_all()
        self.cr.execute("SELECT k::text FROM fusion_billing_api_key k WHERE id = %s", [key.id])
        self.assertNotIn(raw[13:], self.cr.fetchone()[0])

    def test_old_keys_stay_valid_until_they_are_revoked_or_expire(self):
        first, second = self.maps._generate_api_key(), self.maps._generate_api_key()
        service = self.env["fusion.billing.service"]
        for raw in (first, second):
            self.assertTrue(service._authenticate_api_key(raw))
        service._authenticate_api_key(first).action_revoke()
        self.assertFalse(service._authenticate_api_key(first))
        key = service._authenticate_api_key(second)
        key.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertFalse(service._authenticate_api_key(second))

    def test_an_archived_service_and_wrong_keys_are_refused(self):
        raw = self.maps._generate_api_key()
        service = self.env["fusion.billing.service"]
        wrong = raw[:-1] + ("A" if raw[-1] != "A" else "B")
        for bad in (None, "", "fbk_", wrong, raw.upper(), f"{raw} ", raw[:-1], "é" * 56):
            with self.subTest(bad=bad):
                self.assertFalse(service._authenticate_api_key(bad))
        self.maps.active = False
        self.assertFalse(service._authenticate_api_key(raw))

    def test_a_wrong_key_costs_the_statements_of_a_right_one(self):
        raw = self.maps._generate_api_key()
        wrong = f"{raw[:4]}{'x' * 8}{raw[12:]}"
        self.env.flush_all()

        def statements(key):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["fusion.billing.service"]._authenticate_api_key(key)
            return self.cr.sql_log_count - before

        self.assertLessEqual(abs(statements(raw) - statements(wrong)), 2)

    def test_webhook_secrets_overlap_for_a_day(self):
        first = self.maps._generate_webhook_secret()
        second = self.maps._generate_webhook_secret()
        self.assertTrue(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", second))
        self.assertEqual(self.maps._get_webhook_secrets(), [second, first])
        old = self.maps.webhook_secret_ids.filtered("expires_at")
        hours = (old.expires_at - fields.Datetime.now()).total_seconds() / 3600
        self.assertAlmostEqual(hours, 24, delta=0.1)
        old.expires_at = fields.Datetime.now()
        self.assertEqual(self.maps._get_webhook_secrets(), [second])

    def test_the_dialog_shows_a_key_once(self):
        action = self.maps.action_generate_key()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        shown = dialog.with_context(**action["context"]).secret
        self.assertTrue(self.maps._authenticate_api_key(shown))
        self.assertFalse(dialog.with_context(fusion_billing_secret=False).secret)
