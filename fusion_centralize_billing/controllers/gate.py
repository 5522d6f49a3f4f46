"""What every request to the billing API passes: limits, key, body, repeats, and one error shape."""

import hashlib
import inspect
import json
import logging
import re
import secrets
import threading
import time
from collections import Counter, OrderedDict

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, fields
from odoo.http import request
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.cursor import own_cursor

from .. import const
from ..exceptions import BillingApiError, invalid
from ..services.wire import is_unprintable

_logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
REPEAT_KEY = re.compile(r"[\x20-\x7e]{1,255}")
READING = ("GET", "HEAD")
MAX_BUCKETS = 10_000


class Buckets:
    """Token buckets in this process's memory, refilled evenly; the oldest go when it is full."""

    def __init__(self):
        self._lock = threading.Lock()
        self._buckets = OrderedDict()

    def take(self, key, per_minute, now=None):
        """:return: (seconds to wait, tokens left, seconds until full); 0 to wait = allowed"""
        now = time.monotonic() if now is None else now
        rate = per_minute / 60
        with self._lock:
            tokens, then = self._buckets.pop(key, (per_minute, now))
            tokens = min(per_minute, tokens + (now - then) * rate)
            wait = 0 if tokens >= 1 else (1 - tokens) / rate
            tokens -= 0 if wait else 1
            self._buckets[key] = (tokens, now)
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return wait, int(tokens), (per_minute - tokens) / rate


BUCKETS = Buckets()


class Pushes:
    """Good pushes counted in this process's memory, given out at most once in ``seconds``.

    A killed process loses the count of its last minute, never a push.
    """

    def __init__(self, seconds=const.DAILY_FLUSH_S):
        self._seconds = seconds
        self._lock = threading.Lock()
        self._counts = Counter()
        self._since = time.monotonic()

    def add(self, database, *what):
        with self._lock:
            self._counts[(database, what)] += 1

    def take(self, database):
        """:return: ``{what: count}`` to store now, mostly empty"""
        with self._lock:
            if time.monotonic() - self._since < self._seconds:
                return {}
            self._since = time.monotonic()
            ours = [key for key in self._counts if key[0] == database]
            return {key[1]: self._counts.pop(key) for key in ours}

    def give_back(self, database, counts):
        with self._lock:
            self._counts.update({(database, what): count for what, count in counts.items()})


PUSHES = Pushes()


class Call:
    """One request, as the handlers see it."""

    def __init__(self):
        given = request.httprequest.headers.get("X-Request-Id", "")
        self.id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.begin = time.monotonic()
        self.headers = {}
        self.key = None
        self.status = None  # another one than the route's own

    @property
    def service(self):
        return self.key.service_id

    @property
    def query(self):
        return request.httprequest.args


SERVED = []  # (pattern of a path, its methods)


def serve(url, methods):
    """Remember what a route takes."""
    SERVED.append((re.compile(re.sub(r"<string:\w+>", "[^/]+", url)), methods))


def find_methods():
    """:return: the methods of the requested path, in order; [] where it is unknown"""
    path = request.httprequest.path
    found = {verb for pattern, verbs in SERVED if pattern.fullmatch(path) for verb in verbs}
    return sorted({*found, "OPTIONS"}) if found else []


def guarded(scope, limit="other", status=200, keyless=False):
    """Wrap a handler that takes a Call and gives a JSON object.

    :param scope: ``read``, ``write`` or ``usage``: what the key must allow
    :param limit: ``usage`` or ``other``: which of the service's limits counts
    :param status: of a good answer
    :param keyless: nobody needs a key
    """

    def wrap(handler):
        names = list(inspect.signature(handler).parameters)[2:]

        def route(self, **params):  # a query that nobody reads is no fault
            call = Call()
            if request.httprequest.method == "OPTIONS":
                call.headers["Allow"] = ", ".join(find_methods())
                return _answer(call, 204, "")
            path = {name: params[name] for name in names}
            code = None
            try:
                status_, body = _run(self, handler, call, scope, limit, status, keyless, path)
            except BillingApiError as error:
                request.env.cr.rollback()
                status_, code, body = error.status, error.code, _error_body(call, error)
            answer = _answer(call, status_, body)
            if not keyless:
                _record(call, status_, code, path, is_hot=limit == "usage")
            return answer

        route.__name__ = handler.__name__
        return route

    return wrap


def _run(controller, handler, call, scope, limit, status, keyless, path):
    """:return: (status, body as a dict or as stored text)"""
    request.update_env(user=SUPERUSER_ID)
    _check_address(path)
    if keyless:
        body = handler(controller, call, **path)
        return call.status or status, body
    call.key = _authenticate(call)
    _check_rate(call, limit)
    _check_scope(call, scope)
    call.key._note_use(request.httprequest.remote_addr)
    company = call.service.company_id
    request.update_context(allowed_company_ids=company.ids)
    call.payload = _read_body() if request.httprequest.method in ("POST", "PUT") else {}
    repeat = _find_repeat(call)
    if repeat and repeat.status:
        call.headers["Idempotent-Replayed"] = "true"
        return repeat.status, repeat.body
    try:
        body = handler(controller, call, **path)
    except BillingApiError as error:
        if repeat:
            request.env.cr.rollback()
            _keep_refusal(call, error)
        raise
    if repeat:
        repeat.write({"status": status, "body": _dump(body)})
    return call.status or status, body


def _check_address(path):
    """:raise BillingApiError: a NUL or half a letter, which the database cannot even compare"""
    if any(is_unprintable(value) for value in path.values()):
        raise BillingApiError(404, "not_found")
    query = request.httprequest.args.items(multi=True)
    if any(is_unprintable(value) for _name, value in query):
        raise invalid("query")


def _authenticate(call):
    """:raise BillingApiError: 401, one text for all; too many of them from one address: 429"""
    scheme, _space, raw = request.httprequest.headers.get("Authorization", "").partition(" ")
    service = request.env["fusion.billing.service"]
    key = service._authenticate_api_key(raw.strip() if scheme.lower() == "bearer" else "")
    if key:
        return key
    address = request.httprequest.remote_addr
    wait, _left, _full = BUCKETS.take(("401", address), const.UNAUTHORIZED_PER_MINUTE)
    if wait:
        call.headers["Retry-After"] = str(int(wait) + 1)
        raise BillingApiError(429, "too_many_requests")
    call.headers["WWW-Authenticate"] = "Bearer"
    raise BillingApiError(401, "unauthorized")


def _check_rate(call, limit):
    service = call.service
    usage = limit == "usage"
    most = service.usage_rate_limit_per_minute if usage else service.rate_limit_per_minute
    if not most:
        return
    wait, left, full = BUCKETS.take((call.key.id, limit), most)
    call.headers.update(
        {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(int(full) + 1),
        }
    )
    if wait:
        call.headers["Retry-After"] = str(int(wait) + 1)
        raise BillingApiError(429, "too_many_requests")


def _check_scope(call, scope):
    """A key for usage pushes and reads usage, one for reading only reads."""
    allowed = {"all": True, "read": scope == "read" or _is_read(), "usage": scope == "usage"}
    if not allowed[call.key.scope]:
        raise BillingApiError(403, "forbidden")


def _is_read():
    return request.httprequest.method in READING


def _read_body():
    """:return: the JSON object of the body"""
    http = request.httprequest
    limit = request.env["ir.config_parameter"]._fc_billing_int(
        "max_body_bytes", const.MAX_BODY_BYTES
    )
    if http.mimetype != "application/json":
        raise BillingApiError(415, "unsupported_media_type")
    if (http.content_length or 0) > limit:
        raise BillingApiError(413, "payload_too_large")
    raw = http.get_data(cache=True)
    if len(raw) > limit:
        raise BillingApiError(413, "payload_too_large")
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BillingApiError(400, "invalid_json") from None
    if not isinstance(body, dict) or _is_deep(body, const.MAX_DEPTH):
        raise BillingApiError(400, "bad_request")
    return body


def _refuse_constant(name):
    raise ValueError(name)  # NaN and Infinity are no JSON


def _is_deep(value, depth):
    if not isinstance(value, dict | list):
        return False
    if not depth:
        return True
    parts = value.values() if isinstance(value, dict) else value
    return any(_is_deep(part, depth - 1) for part in parts)


def _find_repeat(call):
    """:return: the stored answer of this Idempotency-Key (without a status: a new one, ours),
    None where the app gave no key"""
    key = request.httprequest.headers.get("Idempotency-Key")
    if key is None or request.httprequest.method not in ("POST", "PUT"):
        return None
    if not REPEAT_KEY.fullmatch(key):
        raise BillingApiError(400, "bad_request")
    stored = request.env["fusion.billing.idempotency"]
    print_ = _fingerprint()
    known = stored.search([("service_id", "=", call.service.id), ("key", "=", key)])
    if known:
        if known.fingerprint != print_:
            raise BillingApiError(422, "idempotency_key_reused")
        if not known.status:
            raise BillingApiError(409, "request_in_progress")
        return known
    values = {"service_id": call.service.id, "key": key, "fingerprint": print_}
    try:
        with request.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            return stored.create(values)
    except IntegrityError:
        raise BillingApiError(409, "request_in_progress") from None


def _fingerprint():
    http = request.httprequest
    text = f"{http.method}\n{http.path}\n".encode() + http.get_data(cache=True)
    return hashlib.sha256(text).hexdigest()


def _keep_refusal(call, error):
    """The request's own writes are gone; its answer is kept beside it."""
    key = request.httprequest.headers["Idempotency-Key"]
    with own_cursor(request.env) as cr:
        cr.execute(
            """INSERT INTO fusion_billing_idempotency
                   (service_id, key, fingerprint, status, body, created_at)
               VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [call.service.id, key, _fingerprint(), error.status, _dump(_error_body(call, error)),
             fields.Datetime.now()],
        )  # fmt: skip


def _error_body(call, error):
    return {
        "status": error.status,
        "error": error.reason,
        "code": error.code,
        "error_details": error.details,
        "request_id": call.id,
    }


def _dump(body):
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _answer(call, status, body):
    text = body if isinstance(body, str) else _dump(body)
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-Id", call.id),
        ("Fusion-Version", const.API_VERSION),
        *call.headers.items(),
    ]
    return request.make_response(text, headers, status=status)


def _record(call, status, code, path, is_hot):
    """Keep the request in the record of requests; a good push only counts."""
    http = request.httprequest
    template = http.path
    for name, value in path.items():
        template = template.replace(f"/{value}", f"/<{name}>", 1)
    env = request.env
    database = env.cr.dbname
    if is_hot and status < 400 and not _is_read():
        PUSHES.add(database, call.key.id, fields.Date.today(), template)
        counts = PUSHES.take(database)
        if counts and not env["fusion.billing.api.daily"]._add(counts):
            PUSHES.give_back(database, counts)
        return
    service = call.service if call.key else env["fusion.billing.service"]
    env["fusion.billing.api.log"]._note(
        {
            "key_id": call.key.id if call.key else None,
            "service_id": service.id or None,
            "company_id": service.company_id.id or None,
            "method": http.method,
            "path": template[:255],
            "status": status,
            "code": code,
            "milliseconds": int((time.monotonic() - call.begin) * 1000),
            "ip": http.remote_addr,
            "request_id": call.id,
        }
    )
