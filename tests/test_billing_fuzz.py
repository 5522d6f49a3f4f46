"""Schemathesis against the billing API on a running server: whatever is sent, the answer is one
that the published document names, never a fault of ours."""

import re
import subprocess
import sys
from pathlib import Path

from toolbox import paths

from .billing_support import BillingCase
from .support import size

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
KNOWN = "fuzz-1"  # both a customer's and a subscription's id, so that any path may name it
CASES = size(500, 25_000)  # of each of the two runs


class TestBillingFuzz(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        no_limits = {"rate_limit_per_minute": 0, "usage_rate_limit_per_minute": 0}
        cls.rpc("fusion.billing.service", "write", [cls.service], no_limits)
        cls.billing.post(
            "/customers",
            {"customer": {"external_id": KNOWN, "name": "Fuzz", "email": "f@f.example"}},
        )
        subscription = {
            "external_id": KNOWN, "external_customer_id": KNOWN, "plan_code": "maps-standard",
        }  # fmt: skip
        cls.billing.post("/subscriptions", {"subscription": subscription})

    def fuzz(self, phases, examples, config=""):
        """:return: number of cases sent
        :raise AssertionError: with what Schemathesis says of those that failed"""
        folder = paths.TEST_RESULTS / "fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "schemathesis.toml"
        settings.write_text(config)
        done = subprocess.run(
            [
                Path(sys.executable).with_name("st"), "--config-file", settings, "run",
                f"{self.server.url}/api/billing/v1/openapi.json",
                "--header", f"Authorization: Bearer {self.key}",
                "--phases", phases, "--max-examples", str(examples), "--checks", ",".join(CHECKS),
                "--suppress-health-check", "all", "--continue-on-failure", "--no-color",
            ],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
        return int(re.search(r"(\d+) generated", done.stdout)[1])

    def test_anything_at_all(self):
        cases = self.fuzz("coverage,fuzzing", size(3, 900))
        self.assertGreater(cases, CASES)
        self.assertCleanLog()

    def test_what_exists(self):
        """Paths name a customer and a subscription that are there, so that more than the address
        is read."""
        known = f'[parameters]\n"path.external_id" = "{KNOWN}"\n'
        cases = self.fuzz("coverage,fuzzing", size(3, 900), known)
        self.assertGreater(cases, CASES)
        self.assertCleanLog()
