from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tools import SQL

from ..models.res_users_auth import _api_memory

PASSWORD = "canary-Zx81-secret"
TABLES = (
    "fusion_login_audit",
    "fusion_login_alert",
    "fusion_login_pruned",
    "fusion_login_state",
    "fusion_login_note",
)


class AuditMixin:
    def set_config(self, env=None, **values):
        parameters = (env or self.env)["ir.config_parameter"].sudo()
        for name, value in values.items():
            parameters.set_param(f"fusion_login_audit.{name}", value)

    def rows(self, login, cr=None, table="fusion_login_audit"):
        """:return: rows of a login as dicts, oldest first"""
        cr = cr or self.env.cr
        query = "SELECT * FROM %s WHERE attempted_login = %s ORDER BY id"
        cr.execute(SQL(query, SQL.identifier(table), login))
        return cr.dictfetchall()


class AuditCase(AuditMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.audit = cls.env["fusion.login.audit"]
        cls.user = new_test_user(
            cls.env, "audit_anna", groups="base.group_user", password=PASSWORD,
            email="anna@example.com",
        )  # fmt: skip
        for table in TABLES:  # rows of others, e.g. demo data, vanish with the test
            cls.env.cr.execute(f"DELETE FROM {table}")
        _api_memory.clear()

    def make(self, login="audit_anna", result="success", reason=None, **extra):
        """Write a row of the given columns. :return: id"""
        vals = self.audit._fc_build_event_vals(
            result, login, reason, **{"user": self.user, "assessed": False, **extra}
        )
        return self.audit._fc_record(vals)

    def minutes_ago(self, minutes):
        return fields.Datetime.subtract(fields.Datetime.now(), minutes=minutes)

    def attempt(self, login, password, interactive=True, **credential):
        """Log in as a program would. Not ``assertRaises``: it rolls the rows back.

        :return: auth_info or the exception
        """
        given = {"type": "password", "login": login, "password": password, **credential}
        users = self.env(user=self.env.ref("base.public_user"))["res.users"]
        try:
            return users.authenticate(given, {"interactive": interactive})
        except Exception as error:  # noqa: BLE001 - the tests look at it
            return error

    def all_text(self):
        """:return: every column of every row of the addon, as one text"""
        found = []
        for table in TABLES:
            self.env.cr.execute(SQL("SELECT evt::text FROM %s AS evt", SQL.identifier(table)))
            found += [row[0] for row in self.env.cr.fetchall()]
        return "\n".join(found)


class AuditHttpCase(AuditMixin, HttpCase):
    """Real requests with real commits; what they leave is removed at the end."""

    registry_test_mode = False
    logins = ("http_anna", "http_otto", "http_gone", "http_portal", "http_totp")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.committed() as env:
            make = env["res.users"].with_context(no_reset_password=True).create
            internal, portal = env.ref("base.group_user"), env.ref("base.group_portal")
            for login in cls.logins:
                group = portal if login == "http_portal" else internal
                make({"name": login, "login": login, "password": PASSWORD,
                      "group_ids": [(6, 0, group.ids)]})  # fmt: skip
            env["res.users"].search([("login", "=", "http_gone")]).action_archive()
            cls.uids = {
                user.login: user.id
                for user in env["res.users"].with_context(active_test=False).search(
                    [("login", "in", cls.logins)]
                )
            }  # fmt: skip
        cls.addClassCleanup(cls.clean)

    @classmethod
    def clean(cls):
        with cls.committed() as env:
            users = env["res.users"].browse(cls.uids.values())
            env.cr.execute("DELETE FROM fusion_login_audit")
            env.cr.execute("DELETE FROM fusion_login_alert")
            env.cr.execute("DELETE FROM res_device_log WHERE user_id = ANY(%s)", [users.ids])
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    @classmethod
    @contextmanager
    def committed(cls):
        with Registry(cls.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())
        self.reset_cooldown()
        _api_memory.clear()
        with self.committed() as env:
            env.cr.execute("DELETE FROM fusion_login_audit")
            env.cr.execute("DELETE FROM fusion_login_alert")

    def reset_cooldown(self):
        if hasattr(self.registry, "_login_failures"):
            self.registry._login_failures.clear()

    def stored(self, *names):
        """:return: the committed rows, oldest first, as tuples of the named columns"""
        with self.committed() as env:
            env.cr.execute(f"SELECT {', '.join(names)} FROM fusion_login_audit ORDER BY id")
            return env.cr.fetchall()

    def post_login(self, login, password, **extra):
        page = self.url_open("/web/login")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            "/web/login",
            data={"login": login, "password": password, "csrf_token": token, **extra},
            allow_redirects=False,
        )

    def call_json(self, route, **params):
        return self.url_open(route, json={"jsonrpc": "2.0", "id": 1, "params": params}).json()
