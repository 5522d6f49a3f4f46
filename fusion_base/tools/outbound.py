"""The one door to the outside: an HTTP client that only calls addresses it has checked.

OutboundError
|- OutboundUnreachable   no answer: no name, refused, timed out     retryable, .timed_out, .reason
|- OutboundBusy          HTTP 429 or 5xx                            retryable, .retry_after, .status
|- OutboundRejected      other 4xx, or a redirect                   terminal, .status and .code
|- OutboundMalformed     2xx with an unreadable or too large body   terminal
`- OutboundBlocked       the URL or its address is not allowed      terminal, .code

No error text holds a path, a query or a header: those carry keys.
"""

import contextlib
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .address import FORBIDDEN, LOOPBACK, PUBLIC, classify
from .redact import redact_logger

MAX_BYTES = 1 << 20  # answer size where the caller sets none
MAX_RETRY_AFTER_S = 86400
_CHUNK = 16384  # bytes
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMERIC_HOST = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")  # the name would be read as an address

redact_logger("urllib3.connectionpool")  # at debug level it logs paths with their query


class OutboundError(Exception):
    """Base of the family. ``retryable`` says whether the same call may succeed later."""

    retryable = False
    status = 0

    def __init__(self, message, *, answer=None):
        super().__init__(message)
        self.answer = answer  # OutboundAnswer or None; may hold secrets, never log it whole
        if answer:
            self.status = answer.status


class OutboundUnreachable(OutboundError):
    """``reason``: ``name`` (does not resolve), ``refused`` (no connection), ``tls``, ``timed_out``
    or ``dropped`` (connected, then no whole answer)."""

    retryable = True

    def __init__(self, message, *, timed_out=False, reason=""):
        super().__init__(message)
        self.timed_out = timed_out
        self.reason = reason


class OutboundBusy(OutboundError):
    retryable = True

    @property
    def retry_after(self):
        """Seconds the service asks to wait, None where it does not say."""
        return _parse_retry_after(self.answer.headers.get("Retry-After", ""))


class OutboundRejected(OutboundError):
    @property
    def code(self):
        """The service's ``{"error": {"code": ...}}``, else ``redirect`` or ``http_<status>``."""
        try:
            code = json.loads(self.answer.content)["error"]["code"]
        except (ValueError, TypeError, KeyError, RecursionError):
            code = None
        if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,64}", code):
            return code
        return "redirect" if self.status < 400 else f"http_{self.status}"


class OutboundMalformed(OutboundError):
    pass


class OutboundBlocked(OutboundError):
    """``code``: ``bad_url``, ``bad_scheme``, ``bad_port`` or ``blocked_address``."""

    def __init__(self, message, *, code):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class OutboundAnswer:
    status: int
    headers: requests.structures.CaseInsensitiveDict = field(repr=False)
    content: bytes = field(repr=False)

    def json(self):
        """:raise OutboundMalformed: when the body is not JSON"""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise OutboundMalformed("The answer is not JSON", answer=self) from None


@dataclass(frozen=True)
class _Policy:
    """Which places may be called; see :class:`OutboundClient` for the meaning of the fields."""

    allow_private: bool | str = False
    allow_http: bool | str = False
    allowed_hosts: tuple = ()

    def find_target(self, url):
        """Parse strictly, resolve once, check every address.

        :return: :class:`_Target`
        :raise OutboundBlocked: when the URL or one of its addresses is not allowed
        :raise OutboundUnreachable: when the name does not resolve
        """
        scheme, host, port = _parse_url(url)
        named = any(entry in (host, f"{host}:{port}") for entry in self._entries())
        networks = [network for entry in self._entries() for network in _parse_network(entry)]
        plain_http = scheme == "http" and self.allow_http is not True and not named
        if plain_http and not self.allow_http and not networks:
            raise OutboundBlocked("Only https is allowed", code="bad_scheme")
        sockaddrs = _resolve(host, port)
        for _family, sockaddr in sockaddrs:
            self._check_address(ip_address(sockaddr[0].partition("%")[0]), named, networks)
            if plain_http and not self._is_http_address(sockaddr[0], networks):
                raise OutboundBlocked("Only https is allowed", code="bad_scheme")
        return _Target(scheme, host, port, tuple(sockaddrs))

    def _entries(self):
        return [entry.strip().lower().rstrip(".") for entry in self.allowed_hosts if entry.strip()]

    def _check_address(self, address, named, networks):
        kind = classify(address)
        if kind == PUBLIC or _is_in(address, networks):
            return
        if kind != FORBIDDEN and (named or self.allow_private is True):
            return
        if kind != LOOPBACK or self.allow_private != LOOPBACK:
            raise OutboundBlocked("blocked address", code="blocked_address")

    def _is_http_address(self, text, networks):
        address = ip_address(text.partition("%")[0])
        return _is_in(address, networks) or (
            self.allow_http == LOOPBACK and classify(address) == LOOPBACK
        )


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    sockaddrs: tuple  # of (socket family, socket address), all of them checked

    @property
    def origin(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def check_url(url, *, allow_private=False, allow_http=False, allowed_hosts=()):
    """Check a URL when it is saved, by the rules of :class:`OutboundClient`.

    :return: list of its checked addresses, as text
    :raise OutboundBlocked: when it is not allowed
    :raise OutboundUnreachable: when its name does not resolve now (a caller may let that pass)
    """
    target = _Policy(allow_private, allow_http, tuple(allowed_hosts)).find_target(url)
    return [sockaddr[0] for _family, sockaddr in target.sockaddrs]


class OutboundClient:
    """Call one outside service.

    The host is resolved once per request, every address is checked, and the connection goes to
    the checked address, with the host's own name in the Host header and in TLS. Redirects are
    never followed, proxies and credentials of the environment are ignored.

    :param base_url: ``http(s)://host[:port][/path]``; ports 80, 443 and from 1024
    :param timeout: seconds for the whole request, one number
    :param allow_private: True also allows private and loopback addresses, ``LOOPBACK`` only
        loopback; link-local, cloud metadata, multicast and reserved ones stay refused
    :param allow_http: True allows plain http, ``LOOPBACK`` only to loopback addresses
    :param allowed_hosts: host names (``name`` or ``name:port``) that may be private and plain
        http; addresses and CIDR networks that may be called whatever they are
    :param max_bytes: largest body that is read; a 2xx answer with more is malformed
    :param headers: sent with every request
    :param ca_file: path of a PEM file to trust instead of the public authorities
    """

    def __init__(
        self, base_url, *, timeout, allow_private=False, allow_http=False, allowed_hosts=(),
        max_bytes=MAX_BYTES, headers=None, ca_file=None,
    ):  # fmt: skip
        self._base_url = base_url
        self._timeout = _check_timeout(timeout)
        self._policy = _Policy(allow_private, allow_http, tuple(allowed_hosts))
        self._max_bytes = max_bytes
        self._headers = {"Accept-Encoding": "identity", "User-Agent": "Fusion/19.0"}
        self._headers.update(headers or {})
        self._verify = ca_file or True

    def get(self, path="", **options):
        """GET and parse JSON. Options and errors as in :meth:`request`."""
        return self.request("GET", path, **options).json()

    def post(self, path="", **options):
        """POST and parse JSON. Options and errors as in :meth:`request`."""
        return self.request("POST", path, **options).json()

    def request(self, method, path="", *, timeout=None, truncate=False, **options):
        """Send one request.

        :param path: appended to the base URL, starts with ``/``
        :param timeout: seconds, instead of the client's
        :param truncate: cut a long body at ``max_bytes`` instead of raising
        :param options: ``params`` (dict), ``headers`` (dict) and one body: ``json`` (a value),
            ``form`` (dict) or ``content`` (bytes)
        :return: :class:`OutboundAnswer` of a 2xx answer
        :raise OutboundError: see the subclasses; ``.answer`` holds what came back
        """
        if path and not path.startswith(("/", "?")):
            raise ValueError("The path must start with /")
        url = self._base_url.rstrip("/") + path if path.startswith("/") else self._base_url + path
        target = self._policy.find_target(url)
        prepared = self._prepare(method, url, **options)
        wire = _Wire(target, _check_timeout(timeout or self._timeout))
        try:
            answer, is_whole = self._exchange(wire, prepared)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            timed_out = wire.is_late() or isinstance(error, requests.Timeout)
            text = "timed out" if timed_out else type(error).__name__
            raise OutboundUnreachable(
                f"{target.origin}: {text}", timed_out=timed_out, reason=wire.explain(error)
            ) from None
        finally:
            wire.close()
        _raise_for_status(target, answer)
        if not truncate and not is_whole:
            raise OutboundMalformed(f"{target.origin}: answer too large or packed", answer=answer)
        return answer

    def _prepare(self, method, url, params=None, headers=None, json=None, form=None, content=None):
        request = requests.Request(
            method, url, params=params, headers={**self._headers, **(headers or {})},
            json=json, data=form if content is None else content,
        )  # fmt: skip
        try:
            return request.prepare()
        except (InvalidSchema, InvalidURL, MissingSchema, UnicodeError):
            raise OutboundBlocked("The address is not valid", code="bad_url") from None

    def _exchange(self, wire, prepared):
        """:return: (:class:`OutboundAnswer`, whether the body is whole)"""
        with _Session() as session:
            session.trust_env = False
            session.mount(f"{wire.target.scheme}://", _PinnedAdapter(wire))
            response = session.send(
                prepared, timeout=wire.timeout, verify=self._verify, stream=True,
                allow_redirects=False,
            )  # fmt: skip
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                body, is_whole = b"", False
            else:
                body, is_whole = self._read(response)
        if wire.is_late():
            raise TimeoutError
        return OutboundAnswer(response.status_code, response.headers, body), is_whole

    def _read(self, response):
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > self._max_bytes:
                return bytes(body[: self._max_bytes]), False
        return bytes(body), True


class _Session(requests.Session):
    def resolve_redirects(self, *args, **kwargs):
        """requests would read the whole body of a redirect, however large."""
        return iter(())


class _Wire:
    """The one connection of one request: to a checked address, cut off at the deadline."""

    def __init__(self, target, timeout):
        self.target = target
        self.timeout = timeout
        self._deadline = None
        self._timer = None
        self._handle = None

    def start(self, timeout):
        """A socket's own timeout starts anew with every byte; a slow drip would never end."""
        self._deadline = time.monotonic() + timeout
        self._timer = threading.Timer(timeout, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def connect(self):
        fault = TimeoutError()
        for family, sockaddr in self.target.sockaddrs:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
                sock.connect(sockaddr)
                self._handle = sock.dup()  # TLS detaches the socket itself
                return sock
            except OSError as error:
                sock.close()
                fault = error
        raise fault

    def is_late(self):
        return bool(self._deadline) and time.monotonic() >= self._deadline

    def explain(self, error):
        """:return: ``reason`` of :class:`OutboundUnreachable`"""
        if self.is_late() or isinstance(error, requests.Timeout):
            return "timed_out"
        if isinstance(error, requests.exceptions.SSLError):
            return "tls"
        return "dropped" if self._handle else "refused"

    def _cut(self):
        if self._handle:
            with contextlib.suppress(OSError):  # closed by the other side meanwhile
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self):
        if self._timer:
            self._timer.cancel()
        if self._handle:
            self._handle.close()


class _PinnedAdapter(HTTPAdapter):
    """Let requests talk as always, over the connection that :class:`_Wire` makes."""

    def __init__(self, wire):
        self._wire = wire
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pin(HTTPConnectionPool, HTTPConnection),
            "https": self._pin(HTTPSConnectionPool, HTTPSConnection),
        }
        return result

    def _pin(self, pool_class, connection_class):
        wire = self._wire
        connection = type(
            "PinnedConnection", (connection_class,), {"_new_conn": lambda _self: wire.connect()}
        )
        return type("PinnedPool", (pool_class,), {"ConnectionCls": connection})

    def send(self, request, *args, timeout=None, **kwargs):
        self._wire.start(timeout)
        return super().send(request, *args, timeout=timeout, **kwargs)


def _check_timeout(timeout):
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise ValueError("timeout must be one positive number of seconds")
    return timeout


def _parse_url(url):
    """:return: (scheme, host as name or canonical address, port)"""
    try:
        if not isinstance(url, str) or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
            raise ValueError
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        if not parts.hostname or re.search(r"[@%]", parts.netloc) or parts.netloc.endswith(":"):
            raise ValueError
        host = _parse_host(parts.hostname, "[" in parts.netloc)
    except ValueError:
        raise OutboundBlocked("The address is not valid", code="bad_url") from None
    if parts.scheme not in _PORTS:
        raise OutboundBlocked("Only https and http addresses can be called", code="bad_scheme")
    if parts.port == 0 or port not in (80, 443) and port < 1024:
        raise OutboundBlocked("The port is not allowed", code="bad_port")
    return parts.scheme, host, port


def _parse_host(host, is_bracketed):
    """Odd spellings of IPv4 (``0x7f.1``, ``2130706433``) are read as the resolver reads them."""
    if is_bracketed:
        return str(ip_address(host))
    host = host.removesuffix(".")
    if _NUMERIC_HOST.fullmatch(host):
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            raise ValueError from None
    if not _HOST.fullmatch(host) or len(host) > 253 or any(len(x) > 63 for x in host.split(".")):
        raise ValueError
    return host


def _resolve(host, port):
    """:return: list of (family, socket address), asking the resolver once for a name"""
    literal = _parse_network(host)
    if literal:
        family = socket.AF_INET if literal[0].version == 4 else socket.AF_INET6
        return [(family, (host, port))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise OutboundUnreachable(f"{host}: the name does not resolve", reason="name")
    return list(dict.fromkeys((family, sockaddr) for family, _t, _p, _c, sockaddr in found))


def _parse_network(entry):
    """:return: list of one network, empty where the entry is a host name"""
    try:
        return [ip_network(entry.strip("[]"), strict=False)]
    except ValueError:
        return []


def _is_in(address, networks):
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def _raise_for_status(target, answer):
    message = f"{target.origin}: HTTP {answer.status}"
    if answer.status == 429 or answer.status >= 500:
        raise OutboundBusy(message, answer=answer)
    if not 200 <= answer.status < 300:
        raise OutboundRejected(message, answer=answer)


def _parse_retry_after(text):
    """RFC 9110, 10.2.3: seconds or an HTTP date.

    :return: whole seconds from 0 to a day, None where unreadable
    """
    try:
        wait_s = int(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)
        wait_s = int((when - datetime.now(timezone.utc)).total_seconds())
    return min(max(wait_s, 0), MAX_RETRY_AFTER_S)
