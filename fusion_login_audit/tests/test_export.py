import json
import socket
import threading

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import LoopbackServer, wait_until
from odoo.addons.fusion_base.tools.signing import check_webhook

from ..services import siem
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestExport(AuditCase):
    def fill(self, count, **extra):
        for number in range(count):
            self.make(f"row{number}", **extra)
        self.audit._cron_seal(min_age_s=0)

    def use(self, mode, url, text_format="json", secret=""):
        self.set_config(siem_mode=mode, siem_url=url, siem_format=text_format, siem_secret=secret)

    def state(self):
        return self.env["fusion.login.state"]._fc_get()

    def test_off(self):
        self.fill(1)
        self.assertEqual(self.audit._cron_export_siem(), 0)

    def test_webhook(self):
        self.fill(3)
        self.make("not sealed")
        with LoopbackServer() as server:
            self.use("webhook", f"{server.url}/in", secret="s3cret")
            self.assertEqual(self.audit._cron_export_siem(limit=2), 2)
            self.assertEqual(self.audit._cron_export_siem(limit=2), 1)
            self.assertEqual(self.audit._cron_export_siem(limit=2), 0)
            first, second = server.requests
        check_webhook("s3cret", first.headers["X-Fusion-Signature"], first.body)
        self.assertEqual(first.headers["Content-Type"], "application/x-ndjson")
        lines = [json.loads(line) for one in (first, second) for line in one.body.splitlines()]
        self.assertEqual([line["attempted_login"] for line in lines], ["row0", "row1", "row2"])
        self.assertEqual([line["seal_no"] for line in lines], [1, 2, 3])
        self.assertEqual(len(lines[0]["seal_hash"]), 64)

    def test_fault_keeps_the_mark(self):
        self.fill(1)
        with LoopbackServer() as server, freeze_time("2026-03-02 10:00:00") as clock:
            server.answer(status=500)
            server.answer(status=500)
            server.answer(status=204, body=b"")
            self.use("webhook", server.url)
            sent = []
            for seconds in (0, 59, 2, 119, 2):
                clock.tick(seconds)
                sent.append(self.audit._cron_export_siem())
            self.assertEqual(sent, [0, 0, 0, 0, 1])
            self.assertEqual(len(server.requests), 3)
        self.assertEqual((self.state().export_seal_no, self.state().export_error), (1, False))

    def test_redirect_is_a_fault(self):
        self.fill(1)
        with LoopbackServer() as server:
            server.answer(status=302, headers={"Location": "/other"})
            self.use("webhook", server.url)
            self.assertEqual(self.audit._cron_export_siem(), 0)
            self.assertEqual(len(server.requests), 1)
        self.assertIn("OutboundRejected", self.state().export_error)

    def test_udp(self):
        self.fill(1, event_time="2026-03-02 10:00:00")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(5)
            self.use("udp", f"127.0.0.1:{sock.getsockname()[1]}")
            self.assertEqual(self.audit._cron_export_siem(), 1)
            text = sock.recv(65536).decode()
        self.assertTrue(text.startswith("<85>1 2026-03-02T10:00:00Z "), text)

    def test_tcp_with_octet_counts(self):
        self.fill(2)
        self.make("bad", "failure", "unknown_user")
        self.audit._cron_seal(min_age_s=0)
        got = bytearray()
        with socket.create_server(("127.0.0.1", 0)) as server:

            def take():
                connection, _address = server.accept()
                with connection:
                    while chunk := connection.recv(65536):
                        got.extend(chunk)

            thread = threading.Thread(target=take)
            thread.start()
            self.use("tcp", f"127.0.0.1:{server.getsockname()[1]}", "cef")
            self.assertEqual(self.audit._cron_export_siem(), 3)
            thread.join(5)
        wait_until(lambda: not thread.is_alive())
        messages, rest = [], bytes(got)
        while rest:
            size, _space, rest = rest.partition(b" ")
            messages.append(rest[: int(size)].decode())
            rest = rest[int(size) :]
        self.assertEqual([text[:4] for text in messages], ["<85>", "<85>", "<84>"])
        self.assertIn("CEF:0|Nexa Systems Inc.|Fusion Login Audit|19.0|login|", messages[0])

    def test_nobody_listens(self):
        self.fill(1)
        self.use("tcp", "127.0.0.1:9")
        self.assertEqual(self.audit._cron_export_siem(), 0)
        self.assertTrue(self.state().export_retry_at)

    def test_cef_escapes(self):
        self.assertEqual(siem._escape("a|b\\c\nd", "|"), "a\\|b\\\\c\\nd")
        self.assertEqual(siem._escape("a=b|c", "="), "a\\=b|c")

    def test_receivers(self):
        self.assertEqual(siem.split_host("logs.example.com:514"), ("logs.example.com", 514))
        self.assertEqual(siem.split_host("[::1]:6514"), ("::1", 6514))
        for bad in ("", "host", "user@host:1", "host:99999", "http://host:1/path"):
            with self.subTest(bad=bad), self.assertRaises(ValueError):
                siem.split_host(bad)
