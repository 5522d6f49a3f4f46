from unittest.mock import Mock, patch

from odoo.tests import tagged
from odoo.tools import config

from ..services import mmdb
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestHealth(AuditCase):
    def check(self, code):
        rows = self.env["fusion.health"]._fusion_health_checks()
        return {row["code"]: row for row in rows}[f"fusion_login_audit.{code}"]

    def test_proxy_address(self):
        self.env.cr.execute(
            """INSERT INTO fusion_login_audit
                      (attempted_login, event_type, result, channel, event_time, ip_address)
               SELECT 'x', 'login', 'success', 'web', now(),
                      CASE WHEN number %% 20 = 0 THEN '8.8.8.8' ELSE '10.0.0.1' END
                 FROM generate_series(1, 200) AS number""",
            [],
        )
        self.assertEqual((self.check("proxy")["state"], self.check("proxy")["value"]),
                         ("warning", 190))  # fmt: skip
        self.env.cr.execute("UPDATE fusion_login_audit SET ip_address = '8.8.8.8'")
        self.assertEqual(self.check("proxy")["state"], "ok")

    def test_no_location_source(self):
        with patch.dict(config.options, geoip_city_db="/nowhere", geoip_country_db="/nowhere"):
            self.assertEqual(self.check("geo_source")["state"], "warning")
            self.set_config(geo_provider="local_http", geo_http_url="https://example.com")
            self.assertEqual(self.check("geo_source")["state"], "ok")

    def test_database_that_odoo_cannot_read(self):
        class Reader:
            def metadata(self):
                return Mock(database_type=self.database_type)

        reader = Reader()
        for kind, state in (("city ipv4", "error"), ("GeoLite2-City", "ok")):
            reader.database_type = kind
            with patch.object(mmdb, "open_reader", return_value=reader):
                self.assertEqual(self.check("geo_shape")["state"], state)
        with patch.dict(config.options, geoip_city_db="/nowhere"):
            self.assertEqual(self.check("geo_shape")["state"], "ok")

    def test_seals(self):
        self.make(event_time=self.minutes_ago(61))
        self.assertEqual(self.check("unsealed")["state"], "warning")
        self.audit._cron_seal()
        self.assertEqual(self.check("unsealed")["state"], "ok")
        self.assertEqual(self.check("chain_head")["state"], "ok")
        self.env.cr.execute("DELETE FROM fusion_login_audit")
        self.assertEqual(self.check("chain_head")["state"], "warning")

    def test_invariant(self):
        def broken():
            rows = self.env["fusion.health"]._fusion_invariants()
            return {row["code"] for row in rows if not row["ok"]}

        self.make()
        self.audit._cron_seal(min_age_s=0)
        self.assertNotIn("fusion_login_audit.chain", broken())
        self.env.cr.execute("UPDATE fusion_login_audit SET result = 'failure'")
        self.assertIn("fusion_login_audit.chain", broken())

    def test_export_lag(self):
        self.set_config(siem_mode="udp")
        self.make()
        self.audit._cron_seal(min_age_s=0)
        self.assertEqual(self.check("export_lag")["value"], 1)
        self.env["fusion.login.state"]._fc_get().export_error = "x"
        self.assertEqual(self.check("export_lag")["state"], "warning")

    def test_crons(self):
        self.assertEqual(self.check("crons")["value"], 0)
        self.env.ref("fusion_login_audit.ir_cron_login_seal").active = False
        self.assertEqual((self.check("crons")["state"], self.check("crons")["value"]),
                         ("warning", 1))  # fmt: skip

    def test_users_without_a_second_factor(self):
        before = self.check("without_2fa")["value"]
        self.assertGreaterEqual(before, 1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_users SET totp_secret = 'AAAA' WHERE id = %s", [self.user.id]
        )
        self.assertEqual(self.check("without_2fa")["value"], before - 1)

    def test_page(self):
        action = self.env["fusion.login.health"].action_open()
        rows = self.env["fusion.login.health"].search(action["domain"])
        self.assertEqual(len(rows), 9)

    def test_start_links(self):
        def urls(user):
            links = self.env["fusion.start"].with_user(user)._fusion_start_links()
            return [link["url"] for link in links]

        events = "/odoo/action-fusion_login_audit.action_login_audit"
        self.assertIn(events, urls(self.env.ref("base.user_admin")))
        self.assertNotIn(events, urls(self.user))
        self.assertNotIn("/my/login-activity", urls(self.user))
        self.set_config(self_service="True")
        self.assertIn("/my/login-activity", urls(self.user))
