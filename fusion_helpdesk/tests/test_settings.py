import base64
import json
import os
import xmlrpc.client
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from odoo.addons.fusion_base.tests.common import LoopbackServer

from ..const import NUMBERS
from ..transport import TransportError
from .common import DB, KEY, LOGIN, HelpdeskMixin


def make_code(**values):
    body = json.dumps({"url": "", "db": DB, "login": LOGIN, "key": KEY, **values}).encode()
    return "fhd1." + base64.urlsafe_b64encode(body).decode().rstrip("=")


@tagged("post_install", "-at_install")
class TestSettings(HelpdeskMixin, TransactionCase):
    def parameter(self, name):
        return self.env["ir.config_parameter"].sudo().get_param(f"fusion_helpdesk.{name}")

    def save(self, **values):
        values = {f"fusion_helpdesk_{name}": value for name, value in values.items()}
        settings = self.env["res.config.settings"].create(values)
        settings.set_values()
        return settings

    def test_the_code_fills_in_the_connection(self):
        names = ("remote_url", "remote_db", "remote_login", "remote_api_key")
        self.connect(**dict.fromkeys(names, ""), remote_uid="7", last_error="old")
        settings = self.save(connection_code=f" {make_code(url=self.central.url)} ")

        self.assertEqual(
            [self.parameter(name) for name in ("remote_url", "remote_db", "remote_login",
                                               "remote_api_key", "remote_uid", "last_error")],
            [self.central.url, DB, LOGIN, KEY, False, False],
        )  # fmt: skip
        self.assertFalse(settings.fusion_helpdesk_connection_code)
        shown = self.env["res.config.settings"].create({})
        self.assertEqual(shown.fusion_helpdesk_api_key_hint, "•••• 9xyz")
        self.assertNotIn(KEY, str(shown.read()))

    def test_a_wrong_code_or_figure_saves_nothing(self):
        for values, text in (
            ({"connection_code": "fhd1.nonsense"}, "connection code"),
            ({"remote_url": "http://example.com"}, "https://"),
            ({"remote_url": "ftp://127.0.0.1"}, "https://"),
            ({"remote_url": "http://169.254.169.254"}, "https://"),
            ({"max_files": 0}, "Files per Message"),
            ({"timeout": -1}, "Wait for an Answer"),
            ({"owner_email": "a@example.com, b@example.com"}, "owner"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, text):
                self.save(tickets_per_hour=77, **values)
            self.assertFalse(self.parameter("tickets_per_hour"))
            self.assertEqual(self.parameter("remote_url"), self.central.url)

    def test_only_system_users_save_or_see(self):
        values = self.env["res.config.settings"].with_user(self.boss).get_values()
        self.assertFalse([name for name in values if name.startswith("fusion_helpdesk_")])
        with self.assertRaises(AccessError):
            self.env["ir.config_parameter"].with_user(self.boss).get_param(
                "fusion_helpdesk.remote_api_key"
            )

    def test_unreadable_figures_are_the_defaults(self):
        remote = self.env["fusion.helpdesk.remote"]
        for wrong in ("abc", "-1", "1.5", "٣", ""):
            self.connect(**dict.fromkeys(NUMBERS, wrong))
            self.assertEqual({name: remote._get_number(name) for name in NUMBERS}, NUMBERS)
        self.assertEqual(remote._read_config()["timeout"], 15)
        self.connect(transport="smoke")
        self.assertEqual(remote._read_config()["transport"], "xmlrpc")

    def test_the_environment_s_key_wins(self):
        with patch.dict(os.environ, {"FUSION_HELPDESK_API_KEY": "from-the-environment"}):
            config = self.env["fusion.helpdesk.remote"]._read_config()
        self.assertEqual(config["password"], "from-the-environment")

    def test_an_equal_value_is_not_written(self):
        remote = self.env["fusion.helpdesk.remote"]
        remote._set_text("owner_name", "Olga")
        self.env.flush_all()
        self.assertEqual(remote._get_text("owner_name"), "Olga")
        with self.assertQueryCount(0):
            remote._set_text("owner_name", "Olga")
            self.env.flush_all()

    def test_the_owner_is_told_once_managed(self):
        self.save(max_files=9)
        self.assertFalse(self.central.named("set_contact"))
        self.save(owner_email="Owner <OWNER@Example.com>", owner_name="Olga")
        self.save(max_files=8)
        self.save(owner_email="", owner_name="")

        self.assertEqual(
            [payload["contact"] for payload in self.central.named("set_contact")],
            [
                {"owner_email": "owner@example.com", "owner_name": "Olga"},
                {"owner_email": "", "owner_name": ""},
            ],
        )
        self.assertEqual(self.parameter("owner_managed"), "True")

    def test_the_owner_is_saved_with_central_down(self):
        self.central.fail("close")
        self.save(owner_email="owner@example.com")
        self.assertEqual(self.parameter("owner_email"), "owner@example.com")

    def test_a_new_key_sends_what_waits(self):
        self.central.fail("fault3", "fault3")
        self.submit()
        self.assertTrue(self.rows().next_attempt_at > fields.Datetime.now())
        self.save(new_api_key="another-key-1234")
        self.assertTrue(self.rows().next_attempt_at <= fields.Datetime.now())
        self.assertEqual(self.parameter("remote_api_key"), "another-key-1234")

    def test_the_button_saves_and_names_the_fault(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.action_fc_helpdesk_test()["params"]["type"], "success")
        self.central.key = "other"
        action = settings.action_fc_helpdesk_test()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("Login or key", action["params"]["message"])

    def test_a_copy_of_the_database_writes_to_nobody(self):
        self.connect(remote_url="")
        self.submit()
        self.connect(remote_url=self.central.url)
        self.env.flush_all()
        with file_open("fusion_helpdesk/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable")
        self.assertFalse(self.env["fusion.helpdesk.remote"]._read_config()["configured"])
        self.assertEqual(self.rows().state, "discarded")
        self.env["fusion.helpdesk.outbox"]._flush()
        self.assertFalse(self.central.calls)


class ConnectionCases(HelpdeskMixin):
    """The connection test names each fault; both transports."""

    allow_inherited_tests_method = True

    def report(self):
        return self.env["fusion.helpdesk.remote"]._test_connection()

    def test_all_is_well(self):
        self.connect(client_label="")
        report = self.report()
        self.assertEqual(
            {name: report[name] for name in ("ok", "code", "label", "transport", "message")},
            {"ok": True, "code": "ok", "label": "ACME", "transport": self.transport,
             "message": "Connected as ACME."},
        )  # fmt: skip
        self.assertTrue(0 <= report["latency_ms"] < 60_000)
        self.assertEqual(
            self.env["ir.config_parameter"].get_param("fusion_helpdesk.client_label"), "ACME"
        )
        [ping] = self.central.named("ping")
        self.assertEqual(ping["queue_depth"], 0)
        self.assertTrue(ping["url"].startswith("http"))

    def test_each_fault_has_its_name(self):
        cases = {
            "close": "dropped",
            "garbage": "protocol",
            404: "http_404",
            500: "server",
            302: "http_302",
            "fault4": "forbidden",
        }
        for fault, code in cases.items():
            with self.subTest(fault=fault):
                self.central.fail(fault)
                report = self.report()
                self.assertEqual((report["ok"], report["code"]), (False, code))
                self.assertTrue(report["message"].endswith("."))
                self.assertNotIn(KEY, str(report))
        self.central.key = "other"
        self.connect(remote_uid="")
        self.assertEqual(self.report()["code"], "auth")

    def test_hosts_that_are_not_there(self):
        self.connect(remote_url="https://nowhere.invalid")
        self.assertEqual(self.report()["code"], "name")
        self.stop_central()
        self.assertEqual(self.report()["code"], "refused")
        with LoopbackServer() as plain:
            self.connect(remote_url=plain.url.replace("http:", "https:"))
            self.assertEqual(self.report()["code"], "tls")
        self.connect(remote_url="http://169.254.169.254")
        self.assertIn(self.report()["code"], ("blocked_address", "bad_scheme"))

    def test_the_clocks_differ(self):
        for minutes, code in ((4, "ok"), (6, "clock"), (-6, "clock")):
            moment = fields.Datetime.now() + timedelta(minutes=minutes)
            self.central.server_time = fields.Datetime.to_string(moment)
            self.assertEqual(self.report()["code"], code, minutes)

    def test_revoked(self):
        self.central.fail({"error": "revoked"})
        report = self.report()
        self.assertEqual((report["ok"], report["code"]), (False, "revoked"))

    def test_a_redirect_is_not_followed(self):
        with LoopbackServer() as elsewhere, LoopbackServer() as lures:
            lures.answer(status=307, headers={"Location": elsewhere.url + "/xmlrpc/2/common"})
            self.connect(remote_url=lures.url, remote_uid="")
            self.assertEqual(self.report()["code"], "http_307")
            self.assertFalse(elsewhere.requests)

    def test_the_key_is_in_no_log(self):
        self.central.fail(500)
        with self.assertLogs("odoo.addons.fusion_helpdesk", "DEBUG") as logs:
            self.report()
        self.assertNotIn(KEY, str(logs.output))

    def test_bad_values_do_not_travel(self):
        remote = self.env["fusion.helpdesk.remote"]
        self.connect(remote_url="")
        with self.assertRaises(TransportError) as caught:
            remote._call("ping", {})
        self.assertEqual(caught.exception.code, "not_configured")


@tagged("post_install", "-at_install")
class TestConnectionXmlRpc(ConnectionCases, TransactionCase):
    transport = "xmlrpc"

    def test_a_wrong_database_is_named(self):
        with LoopbackServer() as server:
            fault = xmlrpc.client.Fault(1, "Traceback")
            server.answer(body=xmlrpc.client.dumps(fault).encode())
            self.connect(remote_url=server.url, remote_uid="")
            self.assertEqual(self.report()["code"], "database")

    def test_json2_is_offered_where_xmlrpc_is_gone(self):
        with LoopbackServer() as server:
            server.answer(status=404)
            self.connect(remote_url=server.url, remote_uid="")
            self.assertIn("JSON-2", self.report()["message"])


@tagged("post_install", "-at_install")
class TestConnectionJson2(ConnectionCases, TransactionCase):
    transport = "json2"
