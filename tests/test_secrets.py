"""Every secret of the suite, used well and badly on a running server: none reaches the log, and the
database holds the raw ones only where they must be sent again."""

import secrets
import subprocess
from contextlib import suppress

import requests

from toolbox.server import free_port

from .billing_support import BillingCase, BillingError
from .support import TIMEOUT_S

PARAMETERS = "public.ir_config_parameter"
FORM = "public.res_config_settings"  # the administrator's, until Odoo sweeps it, after an hour
#: What has to be sent on again cannot be kept as a hash.
KEPT_RAW = {
    "webhook": {"public.fusion_billing_webhook_secret"},
    "central": {PARAMETERS},
    "siem": {PARAMETERS, FORM},
    "summariser": {PARAMETERS, FORM},
}


class TestSecrets(BillingCase):
    options = ("--log-handler=odoo.addons:DEBUG", "--log-handler=odoo.http:DEBUG")

    @classmethod
    def start_app(cls):
        super().start_app()
        action = cls.rpc("fusion.billing.service", "action_rotate_secret", [cls.service])
        cls.webhook_secret = action["context"]["fusion_billing_secret"]

    def setting(self, key, value):
        self.rpc("ir.config_parameter", "set_param", key, value)

    def sign_in(self, password):
        parameters = {"db": self.name, "login": "admin", "password": password}
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        requests.post(f"{self.server.url}/web/session/authenticate", json=body, timeout=TIMEOUT_S)
        with suppress(Exception):
            self._objects.execute_kw(self.name, 2, password, "res.users", "read", [[2]])

    def use_health_key(self):
        """:return: the key"""
        settings = self.rpc("res.config.settings", "create", {})
        action = self.rpc("res.config.settings", "action_fusion_new_health_key", [settings])
        key = action["params"]["message"]
        for given in (key, key + "x"):
            requests.get(
                f"{self.server.url}/fusion/health?key={given}",
                headers={"Authorization": f"Bearer {given}"},
                timeout=TIMEOUT_S,
            )
        return key

    def use_billing(self):
        """A push that is good, one that is not, and events to an address that nobody answers."""
        self.billing.post(
            "/customers",
            {"customer": {"external_id": "c", "name": "C", "email": "c@example.com"}},
        )
        with suppress(BillingError):
            self.billing.post("/usage", {"usage": [{"metric_code": self.key}]})
        for header in (f"Bearer {self.key}x", f"Basic {self.key}", self.key):
            requests.get(
                f"{self.server.url}/api/billing/v1/customers",
                headers={"Authorization": header},
                timeout=TIMEOUT_S,
            )
        address = {"webhook_url": f"http://127.0.0.1:{free_port()}/"}
        self.rpc("fusion.billing.service", "write", [self.service], address)
        self.rpc("fusion.billing.service", "action_send_test_event", [self.service])
        self.run_cron("cron_fc_dispatch_webhooks")

    def use_partners(self, canary):
        """Central, the export and the summariser, where nobody answers."""
        nobody = f"http://127.0.0.1:{free_port()}"
        for name, value in (
            ("remote_url", nobody), ("remote_db", "central"), ("remote_login", "bot"),
            ("remote_api_key", canary["central"]), ("allow_insecure", "True"),
        ):  # fmt: skip
            self.setting(f"fusion_helpdesk.{name}", value)
        settings = self.rpc("res.config.settings", "create", {})
        self.rpc("res.config.settings", "action_fc_helpdesk_test", [settings])
        for name, value in (
            ("siem_mode", "webhook"), ("siem_url", nobody), ("siem_secret", canary["siem"]),
        ):  # fmt: skip
            self.setting(f"fusion_login_audit.{name}", value)
        self.run_cron("fusion_login_audit.ir_cron_login_seal")
        self.run_cron("fusion_login_audit.ir_cron_login_siem")
        self.setting("fusion_helpdesk_central.openai_base_url", nobody)
        self.setting("fusion_helpdesk_central.openai_api_key", canary["summariser"])
        team = self.rpc("helpdesk.team", "create", {"name": "Support"})
        ticket = self.rpc("helpdesk.ticket", "create", {"name": "Printer", "team_id": team})
        with suppress(Exception):
            self.rpc("helpdesk.ticket", "action_fc_draft_reply", [ticket])

    def use_kiosk(self, password):
        settings = self.rpc("res.config.settings", "create", {"fclk_nfc_enroll_password": password})
        self.rpc("res.config.settings", "execute", [settings])

    def find_tables(self, canaries):
        """:return: {name: tables of the database that hold it as it is}"""
        env = self.odoo.database_env
        dump = subprocess.run(
            ["pg_dump", "--data-only", "-d", self.name], env={**env, "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found, table = {}, ""
        for line in dump.stdout.splitlines():
            if line.startswith("COPY "):
                table = line.split()[1]
            for name, value in canaries.items():
                if value in line:
                    found.setdefault(name, set()).add(table)
        return found

    def test_no_secret_leaves_its_place(self):
        canary = {
            name: f"canary{secrets.token_hex(12)}"
            for name in ("password", "kiosk", "central", "siem", "summariser")
        }
        canary |= {"api": self.key, "webhook": self.webhook_secret}
        self.sign_in(canary["password"])
        canary["health"] = self.use_health_key()
        self.use_billing()
        self.use_partners(canary)
        self.use_kiosk(canary["kiosk"])
        log = self.log.read_text(errors="replace")
        self.assertGreater(len(log.splitlines()), 100)
        for name, value in canary.items():
            self.assertNotIn(value, log, f"{name} in the log")
        self.assertEqual(self.find_tables(canary), KEPT_RAW)
