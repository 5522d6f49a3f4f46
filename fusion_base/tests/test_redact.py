import json
import logging

from odoo.tests import TransactionCase, tagged

from ..tools.redact import MASK, RedactFilter, mask_text, mask_value, redact_logger

CANARY = "canary-7f3A9"


@tagged("post_install", "-at_install")
class TestMask(TransactionCase):
    def test_secrets_in_text_are_masked(self):
        for text in (
            f"Authorization: Bearer {CANARY}",
            f"authorization: basic {CANARY}==",
            f"sent Bearer {CANARY} to them",
            f"{{'Authorization': 'Bearer {CANARY}'}}",
            f'{{"password": "{CANARY}"}}',
            f'{{"password":"{CANARY}","n":1}}',
            f'{{"password": "{CANARY} with, spaces"}}',
            f'{{"password": "a\\"{CANARY}"}}',
            f"{{'password': \"it's {CANARY}\"}}",
            f'{{\\"api_key\\": \\"{CANARY}\\"}}',
            f"{{'new_password': b'{CANARY}'}}",
            f"[('password', '{CANARY}')]",
            f"password={CANARY}",
            f"password = {CANARY}",
            f"kiosk_pin={CANARY}&n=1",
            f"https://example.test/a?n=1&access_token={CANARY}&m=2",
            f"https://example.test/a?key={CANARY}",
            f"GET /web?api-key={CANARY} HTTP/1.1",
            f"https://user:{CANARY}@example.test/",
            f"postgresql://fusion:{CANARY}@db/fusion",
            f"Cookie: session_id={CANARY}; theme=dark",
            f"X-Fusion-Signature: t=1,v1={CANARY}",
            f"X-Api-Key: {CANARY}",
            f"clientSecret: {CANARY}",
            f"client_secret={CANARY}",
            f"refreshToken={CANARY}",
            "Stripe said sk_" + "live_canary7f3A9canary",
            "they sent whsec_" + "canary7f3A9canary",
        ):
            masked = mask_text(text)
            self.assertNotIn("7f3A9", masked, text)
            self.assertIn(MASK, masked)

    def test_numbers_under_a_secret_name_are_masked(self):
        self.assertEqual(mask_text('{"pin": 4711, "n": 5}'), f'{{"pin": {MASK}, "n": 5}}')
        self.assertEqual(mask_text("pin=4711 n=5"), f"pin={MASK} n=5")

    def test_the_rest_of_the_text_stays(self):
        self.assertEqual(
            mask_text("https://example.test/a?n=1&token=x1&m=2"),
            f"https://example.test/a?n=1&token={MASK}&m=2",
        )
        self.assertEqual(
            mask_text('{"password":"x1","user":"ann"}'), f'{{"password":"{MASK}","user":"ann"}}'
        )

    def test_harmless_text_is_left_alone(self):
        for text in (
            "Shipping spinner: 5 keys, monkey=7, opinion=good",
            "tokenize=yes secretary: Ann",
            "https://example.test/a?page=2&sort=name",
            "ann@example.com wrote: fine",
            '{"status": "ok", "author": "Ann"}',
            "",
        ):
            self.assertEqual(mask_text(text), text)

    def test_nested_values_are_masked_by_their_key(self):
        source = {
            "login": "ann",
            "password": CANARY,
            "pin": 4711,
            "headers": {"X-Api-Key": CANARY, "Accept": "json"},
            "rows": [{"token": CANARY}, f"token={CANARY}", 5],
            "secret": None,
        }

        masked = mask_value(source)

        self.assertEqual(
            masked,
            {
                "login": "ann",
                "password": MASK,
                "pin": MASK,
                "headers": {"X-Api-Key": MASK, "Accept": "json"},
                "rows": [{"token": MASK}, f"token={MASK}", 5],
                "secret": None,
            },
        )
        self.assertEqual(source["password"], CANARY)

    def test_long_hostile_text_takes_no_time(self):
        for text in ("a" * 300_000, "token" * 60_000, '"' * 100_000, "password-" * 30_000):
            mask_text(text)


@tagged("post_install", "-at_install")
class TestLogger(TransactionCase):
    def setUp(self):
        super().setUp()
        self.logger = redact_logger("odoo.addons.fusion_base.tests.canary")

    def logged(self, *args, **kwargs):
        with self.assertLogs(self.logger, logging.INFO) as logs:
            self.logger.info(*args, **kwargs)
        [record] = logs.records
        return logging.Formatter().format(record)

    def test_arguments_are_masked(self):
        self.assertEqual(self.logged("key=%s n=%d", CANARY, 5), f"key={MASK} n=5")
        self.assertEqual(self.logged("%(token)s", {"token": CANARY}), MASK)
        for text in (
            self.logged("sent %s", {"a": {"password": CANARY}}),
            self.logged("sent %s", json.dumps({"password": CANARY})),
            self.logged("sent %r", [f"Bearer {CANARY}"]),
            self.logged(f"sent token={CANARY}"),
        ):
            self.assertNotIn(CANARY, text)

    def test_exception_text_and_traceback_are_masked(self):
        try:
            raise ValueError(f"bad url https://example.test/?api_key={CANARY}")
        except ValueError as error:
            text = self.logged("failed: %s", error, exc_info=True)

        self.assertNotIn(CANARY, text)
        self.assertIn("ValueError: bad url https://example.test/?api_key=[REDACTED]", text)

    def test_wrong_arguments_do_not_leak(self):
        with self.assertLogs(self.logger, logging.INFO) as logs:
            logs_filter = RedactFilter()
            record = self.logger.makeRecord(
                "x", logging.INFO, "f", 1, "%d token=" + CANARY, ("no number",), None
            )
            self.assertTrue(logs_filter.filter(record))
            self.logger.info("done")
        self.assertNotIn(CANARY, str(record.msg))
        self.assertEqual(logs.records[0].getMessage(), "done")

    def test_filter_is_attached_once(self):
        again = redact_logger(self.logger.name)

        self.assertIs(again, self.logger)
        self.assertEqual(len([f for f in again.filters if isinstance(f, RedactFilter)]), 1)
