import contextlib
import socket
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tests.common import _super_send

from ..tools.address import FORBIDDEN, LOOPBACK, PRIVATE, PUBLIC, classify
from ..tools.outbound import OutboundBlocked, OutboundClient, OutboundUnreachable, check_url

BAD_HOSTS = """
127.0.0.1 127.0.0.2 127.1 127.0.1 127.255.255.254 0 0.0.0.0 0.0.0.1 0.1.2.3
2130706433 017700000001 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 0177.1 0x7f.0x0.0x0.0x1
127.0.0.1. 0300.0250.0.1 3232235521 0xc0a80001 192.168.1 172.1048577 167772161 012.0.0.1 0xa.0.0.1
10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.20.10.5 172.31.255.255 192.168.0.1 192.168.255.255
100.64.0.1 100.100.100.200 100.127.255.255
169.254.0.1 169.254.169.254 169.254.170.2 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.16689662
168.63.129.16 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
224.0.0.1 239.255.255.255 233.252.0.1 240.0.0.1 250.1.2.3 255.255.255.255 4294967295
[::] [::1] [0:0:0:0:0:0:0:1] [0000::1] [::127.0.0.1] [::10.0.0.1] [::8.8.8.8]
[::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:10.0.0.1] [::ffff:192.168.0.1]
[::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:100.64.0.1] [::ffff:0.0.0.0] [::ffff:224.0.0.1]
[::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::10.0.0.1] [64:ff9b::a9fe:a9fe]
[64:ff9b:1::10.0.0.1] [64:ff9b:1::8.8.8.8] [2002:7f00:1::] [2002:a00:1::] [2002:c0a8:101::1]
[2002:a9fe:a9fe::] [2001::1] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001:2::1] [2001:10::1]
[2001:20::1] [2001:db8::1] [2001:db8:ffff::1] [3fff::1] [100::1] [5f00::1] [4000::1]
[fc00::1] [fd00::1] [fd12:3456:789a::1] [fd00:ec2::254] [fd20:ce::254] [fdff::1]
[fe80::1] [fe80::a9fe:a9fe] [febf::1] [fec0::1] [ff00::1] [ff02::1] [ff05::2] [ff0e::1]
localhost LOCALHOST localhost. metadata.internal private.test mixed.test mixed6.test mapped.test
cgnat.test linklocal.test unspecified.test nat64.test six2four.test multicast.test ula.test
""".split()

BAD_URLS = [
    "",
    "https://",
    "https:///path",
    "https:8.8.8.8",
    "//8.8.8.8/",
    "8.8.8.8",
    "example.test/hook",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "unix:///var/run/socket",
    "javascript:alert(1)",
    "https://user@8.8.8.8/",
    "https://user:word@8.8.8.8/",
    "https://8.8.8.8@10.0.0.1/",
    "https://8.8.8.8:443@127.0.0.1/",
    "https://good.test\\@127.0.0.1/",
    "https://good.test%00.evil.test/",
    "https://127.0.0.1%2f@good.test/",
    "https://good.test\t/",
    "https://good.test\r\nHost: evil.test/",
    " https://good.test/",
    "https://good .test/",
    "https://good.test:0/",
    "https://good.test:22/",
    "https://good.test:25/",
    "https://good.test:1023/",
    "https://good.test:65536/",
    "https://good.test:-1/",
    "https://good.test:443x/",
    "https://good.test:/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1",
    "https://::1/",
    "https://[good.test]/",
    "https://[v1.fe]/",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
    "https://0x1ffffffff/",
    "https://127.0.0.0x100/",
    "https://-good.test/",
    "https://good..test/",
    "https://" + "a" * 64 + ".test/",
    "https://" + "a." * 127 + "test/",
    "https://ⓛocalhost/",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "http://good.test/",
    "http://8.8.8.8/",
]

GOOD_URLS = {
    "https://8.8.8.8/": ("8.8.8.8", 443),
    "https://8.8.8.8:443/hook": ("8.8.8.8", 443),
    "https://8.8.8.8:8443/hook?key=1": ("8.8.8.8", 8443),
    "https://134744072/": ("8.8.8.8", 443),
    "https://0x08080808/": ("8.8.8.8", 443),
    "https://010.8.8.8/": ("8.8.8.8", 443),
    "https://1.1.1.1:1024/": ("1.1.1.1", 1024),
    "https://9.255.255.255/": ("9.255.255.255", 443),
    "https://11.0.0.1/": ("11.0.0.1", 443),
    "https://172.15.255.255/": ("172.15.255.255", 443),
    "https://172.32.0.1/": ("172.32.0.1", 443),
    "https://192.167.255.255/": ("192.167.255.255", 443),
    "https://192.169.0.1/": ("192.169.0.1", 443),
    "https://100.63.255.255/": ("100.63.255.255", 443),
    "https://100.128.0.1/": ("100.128.0.1", 443),
    "https://169.253.255.255/": ("169.253.255.255", 443),
    "https://223.255.255.254/": ("223.255.255.254", 443),
    "https://[2606:4700:4700::1111]/": ("2606:4700:4700::1111", 443),
    "https://[2606:4700:4700::1111]:8443/": ("2606:4700:4700::1111", 8443),
    "https://[2002:808:808::1]/": ("2002:808:808::1", 443),
    "https://[64:ff9b::808:808]/": ("64:ff9b::808:808", 443),
    "https://good.test/": ("93.184.215.14", 443),
    "https://GOOD.Test./": ("93.184.215.14", 443),
    "https://good.test:80/": ("93.184.215.14", 80),
    "https://good.test#@127.0.0.1/": ("93.184.215.14", 443),
    "https://six.test/": ("2606:2800:21f:cb07::1", 443),
    "https://under_score.test/": ("93.184.215.14", 443),
}

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "metadata.internal": ["169.254.169.254"],
    "private.test": ["10.1.2.3"],
    "mixed.test": ["93.184.215.14", "10.1.2.3"],
    "mixed6.test": ["93.184.215.14", "::1"],
    "mapped.test": ["::ffff:10.0.0.1"],
    "cgnat.test": ["100.72.0.9"],
    "linklocal.test": ["fe80::1%2"],
    "unspecified.test": ["0.0.0.0"],
    "nat64.test": ["64:ff9b::a00:1"],
    "six2four.test": ["2002:a00:1::1"],
    "multicast.test": ["224.0.0.251"],
    "ula.test": ["fd12::9"],
    "good.test": ["93.184.215.14"],
    "six.test": ["2606:2800:21f:cb07::1"],
    "under_score.test": ["93.184.215.14"],
}


def found(addresses, port):
    """What ``socket.getaddrinfo`` answers for these addresses."""
    rows = []
    for address in addresses:
        is_six = ":" in address
        family = socket.AF_INET6 if is_six else socket.AF_INET
        sockaddr = (address, port, 0, 0) if is_six else (address, port)
        rows.append((family, socket.SOCK_STREAM, 6, "", sockaddr))
    return rows


class GuardCase(TransactionCase):
    """Every host may be sent to, so that only the guard under test stands before the network;
    sockets refuse to connect and note where they were told to go."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        return _super_send(s, r, **kw)

    def setUp(self):
        super().setUp()
        self.names = dict(NAMES)
        self.lookups = []
        self.connects = []
        self.patch(socket, "getaddrinfo", self._fake_getaddrinfo)
        self.patch(socket, "socket", self._fake_socket())

    def _fake_getaddrinfo(self, host, port, *args, **kwargs):
        self.lookups.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(self.names[host], port)

    def _fake_socket(self):
        connects = self.connects

        class NoSocket(socket.socket):
            def connect(self, address):
                connects.append(address[:2])
                raise ConnectionRefusedError

        return NoSocket

    def call(self, url, **policy):
        OutboundClient(url, timeout=5, **policy).get()


@tagged("post_install", "-at_install")
class TestGuard(GuardCase):
    def test_bad_addresses_are_blocked_before_any_connection(self):
        self.assertGreaterEqual(len(BAD_HOSTS) + len(BAD_URLS), 120)

        for host in BAD_HOSTS:
            with self.subTest(host=host), self.assertRaises(OutboundBlocked) as refusal:
                self.call(f"https://{host}/")
            self.assertEqual(refusal.exception.code, "blocked_address", host)
            self.assertEqual(str(refusal.exception), "blocked address")

        self.assertEqual(self.connects, [])

    def test_bad_urls_are_blocked_without_a_lookup(self):
        codes = {"bad_url", "bad_scheme", "bad_port"}

        for url in BAD_URLS:
            with self.subTest(url=url), self.assertRaises(OutboundBlocked) as refusal:
                self.call(url)
            self.assertIn(refusal.exception.code, codes, url)
            with self.subTest(url=url), self.assertRaises(OutboundBlocked):
                check_url(url)

        self.assertEqual(self.connects, [])
        self.assertEqual(self.lookups, [])

    def test_good_urls_reach_the_checked_address(self):
        self.assertGreaterEqual(len(GOOD_URLS), 20)

        for url, address in GOOD_URLS.items():
            self.connects.clear()
            with self.subTest(url=url):
                with self.assertRaises(OutboundUnreachable) as fault:
                    self.call(url)
                self.assertFalse(fault.exception.timed_out)
                self.assertEqual(self.connects, [address])
                self.assertEqual(check_url(url), [address[0]])

    def test_odd_bytes_are_refused(self):
        for url in (None, b"https://8.8.8.8/", 7):
            with self.assertRaises(OutboundBlocked) as refusal:
                check_url(url)
            self.assertEqual(refusal.exception.code, "bad_url")

    def test_every_address_of_a_name_is_tried_in_order(self):
        self.names["two.test"] = ["93.184.215.14", "2606:2800:21f:cb07::1", "93.184.215.14"]

        with self.assertRaises(OutboundUnreachable):
            self.call("https://two.test/")

        self.assertEqual(self.connects, [("93.184.215.14", 443), ("2606:2800:21f:cb07::1", 443)])

    def test_changed_answer_of_the_resolver_is_never_seen(self):
        answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]
        lookups = []

        def rebind(host, port, *args, **kwargs):
            lookups.append(host)
            return found(answers.pop(0), port)

        with patch.object(socket, "getaddrinfo", rebind), self.assertRaises(OutboundUnreachable):
            self.call("https://rebind.test/")

        self.assertEqual(lookups, ["rebind.test"])
        self.assertEqual(self.connects, [("93.184.215.14", 443)])

    def test_unknown_name_is_unreachable_and_says_so(self):
        with self.assertRaises(OutboundUnreachable) as fault:
            self.call("https://nowhere.test/secret-path?key=canary")

        self.assertTrue(fault.exception.retryable)
        self.assertEqual(str(fault.exception), "nowhere.test: the name does not resolve")
        self.assertEqual(fault.exception.reason, "name")
        with self.assertRaises(OutboundUnreachable):
            check_url("https://nowhere.test/")


@tagged("post_install", "-at_install")
class TestPolicy(GuardCase):
    def assertPasses(self, url, connects, **policy):
        self.connects.clear()
        with self.assertRaises(OutboundUnreachable):
            self.call(url, **policy)
        self.assertEqual(self.connects, connects, (url, policy))

    def assertBlocked(self, url, code, **policy):
        self.connects.clear()
        with self.assertRaises(OutboundBlocked) as refusal:
            self.call(url, **policy)
        self.assertEqual((refusal.exception.code, self.connects), (code, []), (url, policy))

    def test_allow_private_opens_private_networks_but_not_metadata(self):
        self.assertPasses("https://private.test/", [("10.1.2.3", 443)], allow_private=True)
        self.assertPasses("https://127.0.0.1/", [("127.0.0.1", 443)], allow_private=True)
        self.assertPasses("https://cgnat.test/", [("100.72.0.9", 443)], allow_private=True)
        for url in (
            "https://169.254.169.254/",
            "https://[fd00:ec2::254]/",
            "https://[64:ff9b::a00:1]/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
        ):
            self.assertBlocked(url, "blocked_address", allow_private=True)
        self.assertBlocked("http://private.test/", "bad_scheme", allow_private=True)

    def test_allow_private_loopback_opens_only_loopback(self):
        self.assertPasses("https://127.0.0.1/", [("127.0.0.1", 443)], allow_private=LOOPBACK)
        self.assertPasses("https://good.test/", [("93.184.215.14", 443)], allow_private=LOOPBACK)
        self.assertBlocked("https://10.0.0.1/", "blocked_address", allow_private=LOOPBACK)

    def test_allow_http_opens_http_to_public_addresses(self):
        self.assertPasses("http://good.test/", [("93.184.215.14", 80)], allow_http=True)
        self.assertBlocked("http://private.test/", "blocked_address", allow_http=True)

    def test_https_or_http_on_loopback(self):
        policy = {"allow_private": True, "allow_http": LOOPBACK}
        both = [("127.0.0.1", 8080), ("::1", 8080)]

        self.assertPasses("http://localhost:8080/", both, **policy)
        self.assertPasses("https://private.test/", [("10.1.2.3", 443)], **policy)
        self.assertBlocked("http://private.test/", "bad_scheme", **policy)
        self.assertBlocked("http://good.test/", "bad_scheme", **policy)

    def test_allowed_host_may_be_private_and_plain(self):
        policy = {"allowed_hosts": [" Private.Test ", "localhost:8080", ""]}

        self.assertPasses("http://private.test/", [("10.1.2.3", 80)], **policy)
        self.assertPasses("https://private.test:9000/", [("10.1.2.3", 9000)], **policy)
        self.assertPasses("http://localhost:8080/", [("127.0.0.1", 8080), ("::1", 8080)], **policy)
        self.assertBlocked("https://localhost/", "blocked_address", **policy)
        self.names["sub.private.test"] = ["10.1.2.3"]
        self.assertBlocked("https://sub.private.test/", "blocked_address", **policy)
        self.assertBlocked("http://good.test/", "bad_scheme", **policy)
        self.names["private.test"] = ["169.254.169.254"]
        self.assertBlocked("https://private.test/", "blocked_address", **policy)

    def test_allowed_address_and_network(self):
        policy = {"allowed_hosts": ["10.1.0.0/16", "169.254.7.7", "fd12::/64"]}

        self.assertPasses("http://private.test/", [("10.1.2.3", 80)], **policy)
        self.assertPasses("https://169.254.7.7/", [("169.254.7.7", 443)], **policy)
        self.assertPasses("https://ula.test/", [("fd12::9", 443)], **policy)
        self.assertPasses("https://[::ffff:10.1.0.1]/", [("::ffff:a01:1", 443)], **policy)
        self.assertBlocked("https://10.2.0.1/", "blocked_address", **policy)
        self.assertBlocked("http://good.test/", "bad_scheme", **policy)
        self.names["half.test"] = ["10.1.2.3", "10.2.0.1"]
        self.assertBlocked("https://half.test/", "blocked_address", **policy)

    def test_path_cannot_change_the_host(self):
        client = OutboundClient("https://good.test", timeout=5)

        for path in ("@127.0.0.1/", ".evil.test/", ":8080/", "https://127.0.0.1/"):
            with self.assertRaises(ValueError):
                client.get(path)

        self.assertEqual(self.connects, [])

    def test_timeout_must_be_one_number(self):
        for timeout in (0, -1, None, (3, 5), "5", True, float("nan")):
            with self.subTest(timeout=timeout), self.assertRaises(ValueError):
                OutboundClient("https://good.test", timeout=timeout)

    def test_environment_proxy_is_ignored(self):
        with (
            patch.dict("os.environ", {"HTTPS_PROXY": "http://10.0.0.9:3128"}),
            contextlib.suppress(OutboundUnreachable),
        ):
            self.call("https://good.test/")

        self.assertEqual(self.connects, [("93.184.215.14", 443)])


@tagged("post_install", "-at_install")
class TestClassify(TransactionCase):
    def test_kinds(self):
        for text, kind in {
            "8.8.8.8": PUBLIC,
            "::ffff:8.8.8.8": PUBLIC,
            "2606:4700::1": PUBLIC,
            "2001:200::1": PUBLIC,
            "2001:1ff::1": FORBIDDEN,
            "10.0.0.1": PRIVATE,
            "fd00::1": PRIVATE,
            "100.64.0.0": PRIVATE,
            "127.0.0.1": LOOPBACK,
            "::1": LOOPBACK,
            "::ffff:127.9.9.9": LOOPBACK,
            "169.254.169.254": FORBIDDEN,
            "::": FORBIDDEN,
        }.items():
            self.assertEqual(classify(text), kind, text)

    def test_text_that_is_no_address_is_an_error(self):
        with self.assertRaises(ValueError):
            classify("localhost")
