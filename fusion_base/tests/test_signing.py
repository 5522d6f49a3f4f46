import hashlib
import hmac
import re

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..tools import signing
from ..tools.signing import SignatureError

NOW = 1_780_000_000  # unix time


@tagged("post_install", "-at_install")
class TestTokens(TransactionCase):
    def test_new_tokens_hold_256_bits(self):
        tokens = {signing.new_token() for _n in range(100)}

        self.assertEqual(len(tokens), 100)
        for token in tokens:
            self.assertTrue(re.fullmatch(r"[A-Za-z0-9_-]{43}", token), token)

    def test_stored_hash_is_sha256_hex(self):
        self.assertEqual(
            signing.hash_token("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        )

    def test_token_matches_its_hash_only(self):
        stored = signing.hash_token("right")

        self.assertTrue(signing.verify_token("right", stored))
        for token in ("wrong", "right ", "", None, "ÿ\ud800"):
            self.assertFalse(signing.verify_token(token, stored), token)
        self.assertFalse(signing.verify_token("", signing.hash_token("")))

    def test_token_without_a_stored_hash_is_refused(self):
        for stored in ("", None, [], [None], [""]):
            self.assertFalse(signing.verify_token("right", stored))

    def test_retiring_hash_is_accepted_while_it_is_listed(self):
        old, new = signing.hash_token("old"), signing.hash_token("new")

        self.assertTrue(signing.verify_token("old", [new, old]))
        self.assertTrue(signing.verify_token("new", [new, old]))
        self.assertFalse(signing.verify_token("old", [new]))


@tagged("post_install", "-at_install")
class TestSignedValues(TransactionCase):
    def test_values_come_back_for_their_scope_only(self):
        token = signing.sign_values(self.env, "fusion_x.confirm", {"id": 7})

        self.assertEqual(signing.verify_values(self.env, "fusion_x.confirm", token), {"id": 7})
        self.assertIsNone(signing.verify_values(self.env, "fusion_x.cancel", token))

    def test_plain_user_can_sign_and_verify(self):
        env = self.env(user=self.env.ref("base.public_user"))

        token = signing.sign_values(env, "fusion_x.confirm", [1])

        self.assertEqual(signing.verify_values(env, "fusion_x.confirm", token), [1])

    def test_expired_token_is_refused(self):
        with freeze_time("2026-03-01 10:00:00"):
            token = signing.sign_values(self.env, "fusion_x.confirm", {"id": 7}, hours=2)
        with freeze_time("2026-03-01 11:59:59"):
            self.assertEqual(signing.verify_values(self.env, "fusion_x.confirm", token), {"id": 7})
        with freeze_time("2026-03-01 12:00:01"):
            self.assertIsNone(signing.verify_values(self.env, "fusion_x.confirm", token))

    def test_altered_token_and_garbage_are_refused_without_an_error(self):
        token = signing.sign_values(self.env, "fusion_x.confirm", {"id": 7})
        altered = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")

        for text in (altered, token[:20], "", "AQ", "é", "....", None, 7, token + "A" * 5000):
            self.assertIsNone(signing.verify_values(self.env, "fusion_x.confirm", text), text)

    def test_empty_scope_is_a_mistake_of_the_caller(self):
        with self.assertRaises(ValueError):
            signing.sign_values(self.env, "", {})
        with self.assertRaises(ValueError):
            signing.sign_text("key", "", "text")


@tagged("post_install", "-at_install")
class TestSignedText(TransactionCase):
    def test_signature_is_bound_to_scope_text_and_key(self):
        signature = signing.sign_text("key", "a", "bc")

        self.assertTrue(signing.verify_text("key", "a", "bc", signature))
        self.assertFalse(signing.verify_text("key", "ab", "c", signature))
        self.assertFalse(signing.verify_text("key", "a", "bd", signature))
        self.assertFalse(signing.verify_text("other", "a", "bc", signature))
        for text in ("", None, "é", signature.upper()):
            self.assertFalse(signing.verify_text("key", "a", "bc", text))

    def test_keys_rotate(self):
        before = signing.sign_text(["one"], "a", "text")
        after = signing.sign_text(["two", "one"], "a", "text")

        self.assertEqual(after, signing.sign_text("two", "a", "text"))
        self.assertTrue(signing.verify_text(["two", "one"], "a", "text", before))
        self.assertTrue(signing.verify_text(["two"], "a", "text", after))
        self.assertFalse(signing.verify_text(["two"], "a", "text", before))

    def test_no_key_is_an_error_never_an_empty_key(self):
        for keys in ("", [], [""], None):
            with self.subTest(keys=keys), self.assertRaises(ValueError):
                signing.sign_text(keys, "a", "text")


@tagged("post_install", "-at_install")
class TestWebhookSignature(TransactionCase):
    body = '{"n": "é"}'.encode()

    def assertRefused(self, reason, secrets, header, body=None, **options):
        with self.assertRaises(SignatureError) as refusal:
            signing.check_webhook(secrets, header, body or self.body, **{"now": NOW, **options})
        self.assertEqual(refusal.exception.reason, reason)

    def test_header_is_the_documented_one(self):
        expected = hmac.new(b"whsec_1", b"1780000000." + self.body, hashlib.sha256).hexdigest()

        header = signing.sign_webhook("whsec_1", self.body, now=NOW)

        self.assertEqual(header, f"t=1780000000,v1={expected}")
        self.assertEqual(signing.SIGNATURE_HEADER, "X-Fusion-Signature")
        signing.check_webhook("whsec_1", header, self.body, now=NOW)

    def test_present_time_is_the_default(self):
        header = signing.sign_webhook("one", self.body)

        signing.check_webhook("one", header, self.body)

    def test_old_and_future_signatures_are_refused(self):
        header = signing.sign_webhook("one", self.body, now=NOW)

        for now in (NOW + 300, NOW - 300):
            signing.check_webhook("one", header, self.body, now=now)
        for now in (NOW + 301, NOW - 301):
            self.assertRefused("expired", "one", header, now=now)
        self.assertRefused("expired", "one", header, now=NOW + 11, max_age_s=10)
        self.assertRefused("expired", "wrong", header, now=NOW + 301)

    def test_any_change_is_a_mismatch(self):
        header = signing.sign_webhook("one", self.body, now=NOW)

        self.assertRefused("mismatch", "one", header, self.body + b" ")
        self.assertRefused("mismatch", "two", header)
        self.assertRefused("mismatch", "one", header.replace(f"t={NOW}", f"t={NOW + 1}"))

    def test_secrets_overlap_while_they_rotate(self):
        both = signing.sign_webhook(["new", "old"], self.body, now=NOW)

        self.assertEqual(both.count(",v1="), 2)
        signing.check_webhook("old", both, self.body, now=NOW)
        signing.check_webhook("new", both, self.body, now=NOW)
        old_only = signing.sign_webhook("old", self.body, now=NOW)
        signing.check_webhook(["new", "old"], old_only, self.body, now=NOW)
        self.assertRefused("mismatch", "new", old_only)

    def test_no_secret_means_refuse(self):
        header = signing.sign_webhook("one", self.body, now=NOW)

        for secrets in (None, "", [], [""], [None]):
            self.assertRefused("no_secret", secrets, header)

    def test_malformed_headers_are_refused(self):
        good = signing.sign_webhook("one", self.body, now=NOW)
        digest = good.partition("v1=")[2]

        for header in (
            None,
            "",
            f"v1={digest}",
            f"t={NOW}",
            f"t={NOW},v1=",
            f"t={NOW},v1={digest.upper()}",
            f"t={NOW},v1={digest[:-1]}",
            f"t=-1,v1={digest}",
            f"t=1e9,v1={digest}",
            f"t=٣,v1={digest}",
            f" {good}",
            f"{good}\n",
            f"{good},v0=1",
            f"t={NOW}" + f",v1={digest}" * 11,
        ):
            self.assertRefused("malformed", "one", header)
