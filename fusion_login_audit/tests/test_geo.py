import os
import socket
import time
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.fusion_base.tests.common import LoopbackServer

from ..services import geo, mmdb
from .common import AuditCase

IP, OTHER = "8.8.8.8", "9.9.9.9"
GOOD = {"status": "success", "country": "Canada", "countryCode": "CA", "regionName": "Ontario",
        "city": "Toronto", "lat": 43.65432, "lon": -79.38765}  # fmt: skip


@tagged("post_install", "-at_install")
class TestGeo(AuditCase):
    def setUp(self):
        super().setUp()
        self.set_config(reverse_dns="False")
        self.patch(config, "options", config.options.new_child({"geoip_city_db": "/nowhere"}))

    def pend(self, ip=IP, **extra):
        return self.audit.browse(
            self.make(**{"ip_address": ip, "geo_lookup_state": "pending", **extra})
        )

    def use_web(self, server):
        self.set_config(geo_provider="local_http", geo_http_url=f"{server.url}/json")

    def enrich(self):
        return self.audit._cron_geo_enrich()

    def test_private_and_internal(self):
        home, none = self.pend("192.168.1.5"), self.pend("internal")
        self.assertEqual(self.enrich(), 2)
        self.assertEqual(
            (home.geo_lookup_state, home.country_code, home.country_name),
            ("private_ip", "--", "Private network"),
        )
        self.assertEqual(none.geo_lookup_state, "internal")

    def test_no_source_is_skipped(self):
        event = self.pend()
        self.enrich()
        self.assertEqual((event.geo_lookup_state, event.country_code), ("skipped", False))

    def test_web(self):
        with LoopbackServer() as server:
            server.answer(json=GOOD)
            self.use_web(server)
            self.set_config(geo_http_key="k3y")
            event, twin = self.pend(), self.pend()
            self.assertEqual(self.enrich(), 1)
            self.assertEqual(len(server.requests), 1)
            request = server.requests[0]
        self.assertEqual(request.path, "/json/8.8.8.8")
        self.assertEqual(request.query["key"], ["k3y"])
        self.assertEqual(request.headers["User-Agent"], "Odoo-FusionLoginAudit/19.0")
        for row in event + twin:
            self.assertEqual(
                (row.geo_lookup_state, row.country_code, row.city, row.geo_state, row.latitude),
                ("done", "CA", "Toronto", "Ontario", 43.65),
            )

    def test_known_address_is_not_asked_again(self):
        self.pend(geo_lookup_state="done", country_code="CA", city="Toronto")
        event = self.pend()
        with LoopbackServer() as server:
            self.use_web(server)
            self.enrich()
            self.assertEqual(server.requests, [])
        self.assertEqual((event.geo_lookup_state, event.city), ("done", "Toronto"))

    def test_old_answer_is_asked_again(self):
        self.pend(geo_lookup_state="done", country_code="CA", event_time=self.minutes_ago(44_000))
        self.pend()
        with LoopbackServer() as server:
            server.answer(json=GOOD)
            self.use_web(server)
            self.enrich()
            self.assertEqual(len(server.requests), 1)

    def test_refusal_is_final(self):
        event = self.pend()
        with LoopbackServer() as server:
            server.answer(json={"status": "fail", "message": "reserved range"})
            self.use_web(server)
            self.enrich()
        self.assertEqual(event.geo_lookup_state, "failed")

    def test_faults_count_to_three(self):
        event = self.pend()
        with LoopbackServer() as server:
            for answer in ({"status": 503}, {"action": "close"}, {"body": b"<html>"}):
                server.answer(**answer)
            self.use_web(server)
            states = []
            for _try in range(3):
                self.enrich()
                states.append((event.geo_attempts, event.geo_lookup_state))
        self.assertEqual(states, [(1, "pending"), (2, "pending"), (3, "failed")])

    def test_rate_limit_pauses_all(self):
        self.pend(), self.pend(OTHER)
        with LoopbackServer() as server, freeze_time("2026-03-02 10:00:00") as clock:
            server.answer(status=429, headers={"X-Ttl": "30"})
            server.answer(json=GOOD, headers={"X-Rl": "0"})
            self.use_web(server)
            self.enrich()
            self.enrich()
            self.assertEqual(len(server.requests), 1)
            clock.tick(31)
            self.enrich()
            self.assertEqual(len(server.requests), 2)
        self.assertEqual(self.audit.search_count([("geo_lookup_state", "=", "pending")]), 1)

    def test_lies_are_cleaned(self):
        self.assertEqual(geo.clean_place({"country_code": "CAN"}), {})
        place = geo.clean_place(
            {"country_code": "ca", "city": "x\n" * 200, "latitude": float("nan"), "longitude": 1}
        )
        self.assertEqual(place["country_code"], "CA")
        self.assertEqual(place["city"], ("x " * 200)[:128])
        self.assertEqual((place["latitude"], place["longitude"]), (None, None))

    def test_both_database_shapes(self):
        flat = {"country_code": "CA", "state1": "Ontario", "city": "Toronto", "latitude": 43.6,
                "longitude": -79.4}  # fmt: skip
        maxmind = {
            "country": {"iso_code": "CA", "names": {"en": "Canada"}},
            "city": {"names": {"en": "Toronto"}},
            "subdivisions": [{"names": {"en": "Ontario"}}],
            "location": {"latitude": 43.6, "longitude": -79.4},
        }
        for record in (flat, maxmind):
            place = geo.clean_place(mmdb.parse_record(record))
            self.assertEqual(
                place,
                {"country_code": "CA", "country_name": "Canada", "city": "Toronto",
                 "geo_state": "Ontario", "latitude": 43.6, "longitude": -79.4},
            )  # fmt: skip
        self.assertEqual(mmdb.parse_record({}), {})

    def test_offline_database(self):
        try:
            from mmdb_writer import MMDBWriter
            from netaddr import IPSet
        except ImportError:
            self.skipTest("mmdb-writer is not installed")
        path = f"/tmp/audit-{time.monotonic_ns()}.mmdb"
        writer = MMDBWriter(4, "Test-City-Flat", languages=["en"])
        writer.insert_network(
            IPSet(["8.8.8.0/24"]), {"country_code": "CA", "city": "Toronto", "latitude": 43.6}
        )
        writer.to_db_file(path)
        with patch.dict(os.environ, {"FUSION_GEOIP_CITY_DB": path}):
            event, unknown = self.pend(), self.pend(OTHER)
            self.enrich()
            at_once = self.audit._fc_locate_at_once(IP)
        self.assertEqual((event.geo_lookup_state, event.city), ("done", "Toronto"))
        self.assertEqual(event.country_name, "Canada")
        self.assertEqual(unknown.geo_lookup_state, "failed")
        self.assertEqual((at_once["geo_lookup_state"], at_once["country_code"]), ("done", "CA"))

    def test_switched_off(self):
        self.set_config(geo_provider="off")
        event = self.pend()
        with patch.object(mmdb, "find_place", side_effect=AssertionError):
            self.enrich()
        self.assertEqual(event.geo_lookup_state, "skipped")

    def test_slow_name_server(self):
        def sleep(_ip):
            time.sleep(0.5)
            return ("late.example.com", [], [])

        with patch.object(socket, "gethostbyaddr", sleep):
            self.assertFalse(geo.find_host(IP, timeout_s=0.05))
        with patch.object(socket, "gethostbyaddr", side_effect=socket.herror):
            self.assertFalse(self.audit._fc_reverse_dns(IP))
        with patch.object(socket, "gethostbyaddr", return_value=("dns.example.com", [], [])):
            self.assertEqual(self.audit._fc_reverse_dns(IP), "dns.example.com")

    def test_one_bad_address_does_not_stop_the_rest(self):
        self.pend(), self.pend("192.168.1.5")
        with patch.object(type(self.audit), "_fc_look_up", side_effect=ValueError):
            with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR"):
                self.assertEqual(self.enrich(), 1)

    def test_few_statements(self):
        for number in range(100):
            self.pend(f"8.8.8.{number % 5}")
        with LoopbackServer() as server:
            server.answer(json=GOOD)
            self.use_web(server)
            self.enrich()
            self.pend("8.8.4.1")
            before = self.env.cr.sql_log_count
            self.enrich()
            self.assertEqual(len(server.requests), 6)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 8)
