import datetime
import logging
import socket
import ssl
import tempfile
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.tests import TransactionCase, tagged
from odoo.tests.common import _super_send

from ..tools.outbound import (
    LOOPBACK,
    OutboundBlocked,
    OutboundBusy,
    OutboundClient,
    OutboundMalformed,
    OutboundRejected,
    OutboundUnreachable,
)
from .common import LoopbackServer
from .test_outbound_guard import found

POLICY = {"allow_private": LOOPBACK, "allow_http": LOOPBACK}


class OutboundCase(TransactionCase):
    """Short timeouts and invented names: Odoo's harness would raise the first and refuse the
    second. Everything listens on 127.0.0.1."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        return _super_send(s, r, **kw)

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(LoopbackServer())

    def enterContext(self, context):
        result = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return result

    def client(self, url=None, **options):
        return OutboundClient(url or self.server.url, **{"timeout": 5, **POLICY, **options})


@tagged("post_install", "-at_install")
class TestOutboundRequests(OutboundCase):
    def test_get_sends_params_and_headers_and_parses_json(self):
        self.server.answer(json={"country": "CA"})

        answer = self.client(self.server.url + "/v1/", headers={"X-One": "1"}).get(
            "/place", params={"q": "a b&c"}, headers={"X-Two": "2"}
        )

        self.assertEqual(answer, {"country": "CA"})
        [received] = self.server.requests
        self.assertEqual((received.method, received.path), ("GET", "/v1/place"))
        self.assertEqual(received.query, {"q": ["a b&c"]})
        self.assertEqual((received.headers["X-One"], received.headers["X-Two"]), ("1", "2"))
        self.assertEqual(received.headers["Accept-Encoding"], "identity")
        self.assertEqual(received.headers["Host"], f"127.0.0.1:{self.server.port}")

    def test_post_sends_json_form_and_raw_bytes(self):
        client = self.client()

        client.post("/json", json={"n": 1})
        client.post("/form", form={"a": "é", "b": ["1", "2"]})
        client.post("/raw", content=b'{"n":  1}', headers={"Content-Type": "application/x-ndjson"})

        self.assertEqual([r.method for r in self.server.requests], ["POST"] * 3)
        self.assertEqual(
            [r.body for r in self.server.requests],
            [b'{"n": 1}', b"a=%C3%A9&b=1&b=2", b'{"n":  1}'],
        )
        self.assertEqual(
            [r.headers["Content-Type"] for r in self.server.requests],
            ["application/json", "application/x-www-form-urlencoded", "application/x-ndjson"],
        )

    def test_address_is_called_as_it_was_given(self):
        for base, path, expected in [
            ("/hook", "", "/hook"),
            ("/hook/", "", "/hook/"),
            ("/hook/", "/in", "/hook/in"),
            ("", "", "/"),
        ]:
            self.client(self.server.url + base).get(path)
            self.assertEqual(self.server.requests[-1].path, expected)

    def test_request_gives_status_headers_and_bytes(self):
        self.server.answer(status=202, body=b"\xff\x00", headers={"X-Rl": "0"})

        answer = self.client().request("DELETE", "/thing")

        self.assertEqual((answer.status, answer.content), (202, b"\xff\x00"))
        self.assertEqual(answer.headers["x-rl"], "0")
        self.assertNotIn("X-Rl", repr(answer))

    def test_cookies_are_not_kept(self):
        self.server.answer(headers={"Set-Cookie": "session=canary"})
        client = self.client()

        client.get()
        client.get()

        self.assertEqual([r.headers["Cookie"] for r in self.server.requests], [None, None])

    def test_call_goes_through_odoos_test_harness(self):
        with patch.object(OutboundCase, "_request_handler", TransactionCase._request_handler):
            self.assertEqual(self.client().get(), {})
            with self.assertRaises(OutboundUnreachable):
                OutboundClient("https://8.8.8.8", timeout=5).get()


@tagged("post_install", "-at_install")
class TestOutboundFaults(OutboundCase):
    def fault(self, error_class, **options):
        with self.assertRaises(error_class) as caught:
            self.client(**options).get("/secret-path", params={"key": "canary"})
        self.assertIs(type(caught.exception), error_class)
        for secret in ("canary", "secret-path"):
            self.assertNotIn(secret, str(caught.exception))
            self.assertNotIn(secret, repr(caught.exception))
        return caught.exception

    def test_429_is_busy_with_the_seconds_to_wait(self):
        self.server.answer(status=429, headers={"Retry-After": "7"}, body=b"slow down")

        error = self.fault(OutboundBusy)

        self.assertEqual((error.retryable, error.status, error.retry_after), (True, 429, 7))
        self.assertEqual(str(error), f"http://127.0.0.1:{self.server.port}: HTTP 429")
        self.assertEqual(error.answer.content, b"slow down")

    def test_retry_after_in_all_its_forms(self):
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=90)
        stamp = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
        for text, low, high in [
            ("0", 0, 0),
            ("-5", 0, 0),
            ("999999999", 86400, 86400),
            (stamp, 80, 90),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        ]:
            self.server.answer(status=503, headers={"Retry-After": text}, path=f"/{low}{high}")
            with self.assertRaises(OutboundBusy) as caught:
                self.client().get(f"/{low}{high}")
            self.assertTrue(low <= caught.exception.retry_after <= high, text)
            self.server._answers.clear()
        for headers in ({}, {"Retry-After": "soon"}):
            self.server._answers.clear()
            self.server.answer(status=500, headers=headers)
            error = self.fault(OutboundBusy)
            self.assertEqual((error.status, error.retry_after), (500, None))

    def test_4xx_is_rejected_with_a_code(self):
        self.server.answer(status=404)
        self.server.answer(status=422, json={"error": {"code": "customer_not_found"}})
        self.server.answer(status=400, json={"error": {"code": "canary <b> secret-path"}})
        self.server.answer(status=401, json=["error"])

        errors = [self.fault(OutboundRejected) for _n in range(4)]

        self.assertEqual([error.retryable for error in errors], [False] * 4)
        self.assertEqual(
            [(error.status, error.code) for error in errors],
            [
                (404, "http_404"),
                (422, "customer_not_found"),
                (400, "http_400"),
                (401, "http_401"),
            ],
        )

    def test_redirect_is_not_followed(self):
        inner = self.enterContext(LoopbackServer())
        for status in (301, 302, 303, 307, 308):
            self.server._answers.clear()
            self.server.answer(
                status=status, headers={"Location": inner.url + "/in"}, body=b"x" * 3000000
            )

            error = self.fault(OutboundRejected, max_bytes=1000)

            self.assertEqual((error.status, error.code), (status, "redirect"))
            self.assertEqual(len(error.answer.content), 1000)
        self.assertEqual(len(self.server.requests), 5)
        self.assertEqual((inner.requests, inner.connections), ([], 0))

    def test_unreadable_body_is_malformed(self):
        for body in (b"", b"<html>", b"\xff\xfe", b"{", b"[" * 100000):
            self.server._answers.clear()
            self.server.answer(body=body)
            error = self.fault(OutboundMalformed)
            self.assertEqual((error.retryable, error.status), (False, 200))

    def test_packed_body_is_malformed(self):
        self.server.answer(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

        self.fault(OutboundMalformed)

    def test_body_is_read_up_to_max_bytes(self):
        self.server.answer(body=b"1" * 1000, path="/fits")
        self.server.answer(body=b"1" * 1001, path="/over")
        self.server.answer(body=b"1" * 50_000_000, path="/chunked", is_chunked=True)
        client = self.client(max_bytes=1000)

        self.assertEqual(len(client.request("GET", "/fits").content), 1000)
        for path in ("/over", "/chunked"):
            with self.assertRaises(OutboundMalformed) as caught:
                client.request("GET", path)
            self.assertEqual(len(caught.exception.answer.content), 1000)
            self.assertEqual(len(client.request("GET", path, truncate=True).content), 1000)

    def test_refused_connection_is_unreachable(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        error = self.fault(OutboundUnreachable, url=f"http://127.0.0.1:{port}")

        self.assertEqual((error.retryable, error.timed_out, error.reason), (True, False, "refused"))

    def test_plain_http_is_no_tls(self):
        url = self.server.url.replace("http:", "https:")
        self.assertEqual(self.fault(OutboundUnreachable, url=url).reason, "tls")

    def test_closed_and_cut_answers_are_unreachable(self):
        for action in ("close", "cut"):
            self.server._answers.clear()
            self.server.answer(action=action, body=b"12345678")
            error = self.fault(OutboundUnreachable)
            self.assertEqual((error.timed_out, error.reason), (False, "dropped"))

    def test_silence_and_slow_drip_end_at_the_deadline(self):
        for action in ("hang", "drip"):
            self.server._answers.clear()
            self.server.answer(action=action)
            start = datetime.datetime.now(datetime.timezone.utc)

            error = self.fault(OutboundUnreachable, timeout=0.6)

            took_s = (datetime.datetime.now(datetime.timezone.utc) - start).total_seconds()
            self.assertEqual((error.timed_out, error.reason), (True, "timed_out"), action)
            self.assertEqual(str(error), f"http://127.0.0.1:{self.server.port}: timed out")
            self.assertTrue(0.5 < took_s < 3, (action, took_s))

    def test_debug_log_of_urllib3_holds_no_key(self):
        with self.assertLogs("urllib3.connectionpool", logging.DEBUG) as logs:
            self.client().get("/place", params={"key": "canary"})

        self.assertIn("key=[REDACTED]", "\n".join(logs.output))
        self.assertNotIn("canary", "\n".join(logs.output))


@tagged("post_install", "-at_install")
class TestOutboundPinning(OutboundCase):
    def resolve(self, **names):
        lookups = []

        def fake(host, port, *args, **kwargs):
            lookups.append(host)
            answers = names[host.replace(".", "_")]
            return found([answers.pop(0) if len(answers) > 1 else answers[0]], port)

        self.patch(socket, "getaddrinfo", fake)
        return lookups

    def test_connection_uses_the_checked_address_and_keeps_the_host(self):
        lookups = self.resolve(pinned_test=["127.0.0.1", "169.254.169.254"])

        self.client(f"http://pinned.test:{self.server.port}").get()

        self.assertEqual(lookups, ["pinned.test"])
        [received] = self.server.requests
        self.assertEqual(received.headers["Host"], f"pinned.test:{self.server.port}")

    def test_next_request_is_checked_again(self):
        self.resolve(pinned_test=["127.0.0.1", "169.254.169.254"])
        client = self.client(f"http://pinned.test:{self.server.port}")

        client.get()
        with self.assertRaises(OutboundBlocked):
            client.get()

        self.assertEqual(len(self.server.requests), 1)

    def test_tls_names_and_checks_the_host_not_the_address(self):
        context, ca_file = self._make_tls("pinned.test")
        names = []
        context.sni_callback = lambda _sock, name, _context: names.append(name)
        server = self.enterContext(LoopbackServer(ssl_context=context))
        self.resolve(pinned_test=["127.0.0.1"], other_test=["127.0.0.1"])

        pinned = self.client(f"https://pinned.test:{server.port}", ca_file=ca_file)
        self.assertEqual(pinned.get(), {})
        self.assertEqual(names, ["pinned.test"])
        for url, options in [
            (f"https://other.test:{server.port}", {"ca_file": ca_file}),
            (f"https://127.0.0.1:{server.port}", {"ca_file": ca_file}),
            (f"https://pinned.test:{server.port}", {}),
        ]:
            with self.assertRaises(OutboundUnreachable):
                self.client(url, **options).get()

        self.assertEqual(len(server.requests), 1)

    def _make_tls(self, name):
        """:return: (server-side context, path of the certificate to trust)"""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file = self.enterContext(tempfile.NamedTemporaryFile(suffix=".pem"))
        file.write(pem + private)
        file.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file.name)
        return context, file.name
