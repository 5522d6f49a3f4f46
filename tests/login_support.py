"""Every way into a running server, and the committed rows that the login audit keeps of it."""

import base64
import hashlib
import hmac
import importlib.util
import json
import re
import secrets
import struct
import time
import xmlrpc.client
from contextlib import contextmanager

import psycopg2
import psycopg2.extras
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from passlib.context import CryptContext

from toolbox import paths

from .support import ServerCase

PASSWORD = "canary-Zx81-password"
WRONG = "canary-Zx81-wrong"
PEOPLE = ("anna", "otto", "gone", "porta", "toni", "olga", "paz")
KEY_HASHES = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=6000)  # base/models/res_users.py
COLUMNS = ("attempted_login", "event_type", "result", "failure_reason", "auth_method", "channel")
TIMEOUT_S = 60
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"


def load_servers():
    """:return: the loopback servers that the addons' own tests use"""
    path = paths.ROOT / "fusion_base" / "tests" / "common.py"
    spec = importlib.util.spec_from_file_location("fusion_servers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def totp(secret, seconds=None):
    """:return: the code of a half minute, after RFC 6238"""
    step = struct.pack(">Q", int((seconds or time.time()) / 30))
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def base64url(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Passkey:
    """An authenticator in software: one ES256 key, which says that it verified its user.

    Source: W3C Web Authentication, level 2, sections 5.8.1 (client data), 6.1 (authenticator
    data); RFC 8152, section 13.1.1 (the public key).
    """

    FLAGS = 0b101  # user present, user verified

    def __init__(self, origin):
        """:param origin: what the browser would send, e.g. ``http://localhost:8069``"""
        self.origin = origin
        self.host = re.sub(r"^https?://|:\d+$", "", origin)
        self.id = base64url(secrets.token_bytes(16))
        self.count = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def public_key(self):
        """:return: the COSE key: kty EC2, alg ES256, crv P-256, x and y"""
        point = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return base64url(bytes.fromhex("a5010203262001215820") + x + b"\x22\x58\x20" + y)

    def answer(self, challenge):
        """:return: the text that a browser puts into the form field ``webauthn_response``"""
        self.count += 1
        client = json.dumps(
            {"type": "webauthn.get", "challenge": challenge, "origin": self.origin}
        ).encode()
        about = hashlib.sha256(self.host.encode()).digest()
        about += struct.pack(">BI", self.FLAGS, self.count)
        signed = about + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": base64url(client),
            "authenticatorData": base64url(about),
            "signature": base64url(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return json.dumps(
            {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}
        )


class Visitor:
    """One browser, not signed in. ``address`` is believed because the server runs in proxy mode."""

    def __init__(self, server, address=None):
        self.url = server.url
        self.session = requests.Session()
        self.session.headers["User-Agent"] = AGENT
        if address:
            headers = {"X-Forwarded-For": address, "X-Forwarded-Host": self.url.split("//")[1]}
            self.session.headers.update(headers)

    def get(self, path, **options):
        return self.session.get(
            self.url + path, timeout=TIMEOUT_S, allow_redirects=False, **options
        )

    def post(self, path, **options):
        options.setdefault("allow_redirects", False)
        return self.session.post(self.url + path, timeout=TIMEOUT_S, **options)

    def submit(self, path, **values):
        """Fill in the form of a page. :return: the answer"""
        page = self.get(path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        return self.post(path, data={**values, "csrf_token": token})

    def sign_in(self, login, password=PASSWORD):
        """The form of ``/web/login``. :return: whether it went on"""
        return self.submit("/web/login", login=login, password=password).status_code == 303

    def sign_in_with(self, passkey):
        """The passkey button of ``/web/login``. :return: whether it went on"""
        options = self.json("/auth/passkey/start-auth")["result"]
        values = {"type": "webauthn", "webauthn_response": passkey.answer(options["challenge"])}
        answer = self.submit("/web/login", login="", password="", **values)
        return answer.status_code == 303

    def json(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        return self.post(path, json=body).json()

    def authenticate(self, database, login, password=PASSWORD):
        """``/web/session/authenticate``. :return: the user's id, False when refused"""
        answer = self.json("/web/session/authenticate", db=database, login=login, password=password)
        return answer.get("result", {}).get("uid") or False


class LoginCase(ServerCase):
    """People of every kind on a server with two worker processes."""

    workers = 2
    options = ("--proxy-mode", "--log-handler=odoo.addons.fusion_login_audit:DEBUG")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connection = psycopg2.connect(dbname=cls.name, **cls.server_address())
        connection.autocommit = True
        cls.addClassCleanup(connection.close)
        cls.db = connection
        cls.secret = base64.b32encode(secrets.token_bytes(20)).decode()
        groups = {"porta": [cls.ref("base.group_portal")]}
        plain = [cls.ref("base.group_user")]
        cls.uids = {}
        for login in PEOPLE:
            vals = {"name": login.title(), "login": login, "password": PASSWORD,
                    "email": f"{login}@example.com",
                    "group_ids": [(6, 0, groups.get(login, plain))]}  # fmt: skip
            cls.uids[login] = cls.rpc("res.users", "create", vals)
        cls.rpc("res.users", "write", [cls.uids["gone"]], {"active": False})
        sql = "UPDATE res_users SET totp_secret = %s WHERE id = %s"
        cls.query(sql, cls.secret, cls.uids["toni"])
        cls.set_parameters(
            {"base.login_cooldown_after": "0", "fusion_login_audit.flood_limit_per_min": "100000",
             "fusion_login_audit.spray_threshold": "0"}
        )  # fmt: skip

    @classmethod
    def server_address(cls):
        env = cls.odoo.database_env
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        return {key: env[name] for key, name in names.items() if name in env}

    @classmethod
    def query(cls, sql, *values):
        """:return: the committed rows, as tuples"""
        with cls.db.cursor() as cr:
            cr.execute(sql, values)
            return cr.fetchall() if cr.description else []

    @classmethod
    def set_parameters(cls, values):
        for key, value in values.items():
            cls.rpc("ir.config_parameter", "set_param", key, value)

    @classmethod
    def make_key(cls, login, expired=False):
        """:return: an API key of a person, made as Odoo makes it"""
        key = "canary" + secrets.token_hex(20)
        sql = """INSERT INTO res_users_apikeys (name, user_id, scope, expiration_date, index, key)
                 VALUES (%s, %s, NULL, now() + %s::interval, %s, %s)"""
        life = "-1 day" if expired else "1 day"
        cls.query(sql, f"{login}'s key", cls.uids[login], life, key[:8], KEY_HASHES.hash(key))
        return key

    def run_cron(self, xmlid):
        self.rpc("ir.cron", "method_direct_trigger", [self.ref(xmlid)])

    def xmlrpc(self, service):
        return xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/{service}", allow_none=True)

    def newest(self):
        return self.query("SELECT COALESCE(MAX(id), 0) FROM fusion_login_audit")[0][0]

    def rows_after(self, mark, columns=COLUMNS):
        """:return: rows after an id, oldest first; without the administrator who sets things up"""
        sql = f"""SELECT {", ".join(columns)} FROM fusion_login_audit
                   WHERE id > %s AND attempted_login <> 'admin' ORDER BY id"""
        return self.query(sql, mark)

    @contextmanager
    def assertRows(self, *expected):
        mark = self.newest()
        yield
        self.assertEqual(self.rows_after(mark), list(expected))
