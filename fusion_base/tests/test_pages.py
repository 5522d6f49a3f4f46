import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import file_open, mute_logger

from ..const import HEALTH_KEY_PARAM
from ..controllers.health import FusionHealthPage
from ..controllers.start import FusionStartPage
from ..tools.metrics import render_openmetrics

HEALTH_URL, START_URL = FusionHealthPage._health_url, FusionStartPage._start_url
CHECKS = [
    {"code": "x.lag", "label": "Lag", "state": "warning", "value": 7, "unit": "minutes"},
    {"code": "x.text", "label": "Text", "state": "ok", "value": "fine", "unit": ""},
    {"code": 'x."q"\\', "label": "Q", "state": "error", "value": False, "unit": ""},
]
INVARIANTS = [
    {"code": "x.sum", "ok": True, "detail": ""},
    {"code": "x.hash", "ok": False, "detail": "row 7"},
]
METRICS = """\
# TYPE fusion_check_state gauge
# HELP fusion_check_state 0 ok, 1 warning, 2 error.
fusion_check_state{code="x.lag"} 1
fusion_check_state{code="x.text"} 0
fusion_check_state{code="x.\\"q\\"\\\\"} 2
# TYPE fusion_check_value gauge
# HELP fusion_check_value What the check measured, in its unit.
fusion_check_value{code="x.lag",unit="minutes"} 7
# TYPE fusion_invariant_ok gauge
# HELP fusion_invariant_ok 1 where the invariant holds.
fusion_invariant_ok{code="x.sum"} 1
fusion_invariant_ok{code="x.hash"} 0
# EOF
"""


class HookCase(HttpCase):
    def hook(self, model, name, result):
        def hook(_self):
            if isinstance(result, Exception):
                raise result
            return result(_self) if callable(result) else result

        self.patch(self.registry[model], name, hook)

    def setUp(self):
        super().setUp()
        self.hook("fusion.health", "_fusion_health_checks", CHECKS)
        self.hook("fusion.health", "_fusion_invariants", INVARIANTS)


@tagged("post_install", "-at_install")
class TestHealthPage(HookCase):
    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        action = self.env["res.config.settings"].with_user(admin).action_fusion_new_health_key()
        self.key = action["params"]["message"]

    def health(self, key=None, accept=None, authorization=None, **options):
        headers = {"Authorization": authorization or f"Bearer {key or self.key}"}
        if accept:
            headers["Accept"] = accept
        return self.url_open(HEALTH_URL, headers=headers, **options)

    def test_report_as_json(self):
        answer = self.health()

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.json(), {"checks": CHECKS, "invariants": INVARIANTS})

    def test_report_as_openmetrics(self):
        for accept in (
            "application/openmetrics-text",
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1",
        ):
            answer = self.health(accept=accept)

            self.assertEqual(answer.status_code, 200)
            self.assertEqual(
                answer.headers["Content-Type"],
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            )
            self.assertEqual(answer.text, METRICS)

    def test_json_is_the_default(self):
        for accept in ("*/*", "text/html", "application/json"):
            self.assertEqual(self.health(accept=accept).json()["checks"], CHECKS)

    def test_wrong_key_is_not_found(self):
        stored = self.env["ir.config_parameter"].get_param(HEALTH_KEY_PARAM)
        for authorization in (
            "Bearer wrong",
            f"Bearer {stored}",
            "Bearer ",
            "Bearer",
            f"Basic {self.key}",
            self.key,
        ):
            answer = self.health(authorization=authorization)
            self.assertEqual(answer.status_code, 404, authorization)
            self.assertNotIn("x.lag", answer.text)
        self.assertEqual(self.url_open(HEALTH_URL).status_code, 404)
        self.assertEqual(self.url_open(f"{HEALTH_URL}?key={self.key}").status_code, 404)

    def test_without_a_key_the_page_does_not_exist(self):
        self.env["ir.config_parameter"].set_param(HEALTH_KEY_PARAM, False)

        for authorization in (None, "Bearer ", "Bearer wrong"):
            self.assertEqual(self.health(authorization=authorization).status_code, 404)

    def test_signed_in_administrator_needs_the_key_too(self):
        self.authenticate("admin", "admin")

        self.assertEqual(self.url_open(HEALTH_URL).status_code, 404)

    def test_only_get_is_answered(self):
        self.assertEqual(self.health(data={"a": "1"}).status_code, 405)

    def test_no_session_is_kept(self):
        self.opener.cookies.clear()

        self.assertNotIn("session_id", self.health().cookies)

    @mute_logger("odoo.addons.fusion_base.models.fusion_health")
    def test_raising_hook_is_a_row_not_a_crash(self):
        self.hook("fusion.health", "_fusion_health_checks", ValueError("canary"))

        answer = self.health()

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(
            answer.json(),
            {
                "checks": [
                    {
                        "code": "fusion_base.health_checks",
                        "label": "Health checks could not be run",
                        "state": "error",
                        "value": "ValueError",
                        "unit": "",
                    }
                ],
                "invariants": INVARIANTS,
            },
        )

    def test_what_a_hook_writes_is_taken_back(self):
        def write(model):
            model.env["ir.config_parameter"].sudo().set_param("fusion_base.canary", "1")
            return CHECKS

        self.hook("fusion.health", "_fusion_health_checks", write)

        self.assertEqual(self.env["fusion.health"]._fusion_report()["checks"], CHECKS)
        self.assertFalse(self.env["ir.config_parameter"].get_param("fusion_base.canary"))


@tagged("post_install", "-at_install")
class TestStartPage(HookCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "start_user", groups="base.group_user", name="Ann Lee")
        self.portal = new_test_user(self.env, "start_portal", groups="base.group_portal")

    def start(self, login):
        self.authenticate(login, login)
        return self.url_open(START_URL)

    def test_each_user_sees_own_links_in_order(self):
        self.hook(
            "fusion.start",
            "_fusion_start_links",
            lambda model: [
                {"label": "<b>Second</b>", "url": "/two?a=1&b=2", "sequence": 20},
                {"label": f"For {model.env.user.login}", "url": "/one", "sequence": 10},
            ],
        )
        for login in ("start_user", "start_portal"):
            answer = self.start(login)

            self.assertEqual(answer.status_code, 200)
            self.assertIn(f"For {login}", answer.text)
            self.assertIn("&lt;b&gt;Second&lt;/b&gt;", answer.text)
            self.assertIn('href="/two?a=1&amp;b=2"', answer.text)
            self.assertLess(answer.text.index("/one"), answer.text.index("/two"))
            self.assertNotIn("Nothing is set up", answer.text)

    def test_empty_page_says_what_to_do(self):
        self.hook("fusion.start", "_fusion_start_links", [])

        answer = self.start("start_portal")

        self.assertEqual(answer.status_code, 200)
        self.assertIn("Nothing is set up for you here yet.", answer.text)
        self.assertIn("Ask your administrator", answer.text)

    def test_visitor_is_sent_to_the_login(self):
        answer = self.url_open(START_URL, allow_redirects=False)

        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login?redirect=", answer.headers["Location"])

    def test_page_in_french(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"].search([("name", "=", "fusion_base")])._update_translations(
            "fr_CA"
        )
        self.user.lang = "fr_CA"
        self.hook("fusion.start", "_fusion_start_links", [])

        answer = self.start("start_user")

        self.assertIn("Bienvenue, Ann Lee", answer.text)
        self.assertIn("Rien n’est encore configuré ici pour vous.", answer.text)


@tagged("post_install", "-at_install")
class TestHealthKey(TransactionCase):
    def test_key_is_shown_once_and_kept_as_hash(self):
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.x_fc_has_health_key)

        keys = [settings.action_fusion_new_health_key()["params"]["message"] for _n in range(2)]

        self.assertEqual([len(key) for key in keys], [43, 43])
        self.assertNotEqual(*keys)
        stored = self.env["ir.config_parameter"].get_param(HEALTH_KEY_PARAM)
        self.assertRegex(stored, "^[0-9a-f]{64}$")
        self.assertEqual(self.env["ir.config_parameter"].search_count([("value", "in", keys)]), 0)
        self.assertTrue(self.env["res.config.settings"].create({}).x_fc_has_health_key)

    def test_key_survives_a_save_of_the_settings(self):
        self.env["res.config.settings"].action_fusion_new_health_key()
        stored = self.env["ir.config_parameter"].get_param(HEALTH_KEY_PARAM)

        self.env["res.config.settings"].create({}).execute()

        self.assertEqual(self.env["ir.config_parameter"].get_param(HEALTH_KEY_PARAM), stored)

    def test_removed_key_leaves_no_row(self):
        settings = self.env["res.config.settings"].create({})
        settings.action_fusion_new_health_key()

        settings.action_fusion_remove_health_key()

        domain = [("key", "=", HEALTH_KEY_PARAM)]
        self.assertEqual(self.env["ir.config_parameter"].search_count(domain), 0)

    def test_only_system_administrators_may_change_it(self):
        for groups in ("base.group_user", "base.group_erp_manager", "base.group_portal"):
            user = new_test_user(self.env, f"key_{groups}", groups=groups)
            settings = self.env["res.config.settings"].with_user(user)
            for method in ("action_fusion_new_health_key", "action_fusion_remove_health_key"):
                with self.assertRaises(AccessError):
                    getattr(settings, method)()
        self.assertFalse(self.env["ir.config_parameter"].get_param(HEALTH_KEY_PARAM))

    def test_neutralized_database_has_no_key(self):
        self.env["res.config.settings"].action_fusion_new_health_key()
        self.env.flush_all()

        with file_open("fusion_base/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())

        self.env.cr.execute(
            "SELECT count(*) FROM ir_config_parameter WHERE key = %s", [HEALTH_KEY_PARAM]
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))


@tagged("post_install", "-at_install")
class TestReport(TransactionCase):
    def test_hooks_are_empty_lists_here(self):
        for model, name in [
            ("fusion.health", "_fusion_health_checks"),
            ("fusion.health", "_fusion_invariants"),
            ("fusion.start", "_fusion_start_links"),
        ]:
            self.assertIsInstance(getattr(self.env[model], name)(), list)
        self.assertEqual(set(self.env["fusion.health"]._fusion_report()), {"checks", "invariants"})

    @mute_logger("odoo.addons.fusion_base.models.fusion_health", "odoo.sql_db")
    def test_sql_fault_of_a_hook_leaves_the_transaction_usable(self):
        def broken(model):
            model.env.cr.execute("SELECT 1/0")

        with patch.object(self.registry["fusion.health"], "_fusion_invariants", broken):
            report = self.env["fusion.health"]._fusion_report()

        self.assertEqual(
            report["invariants"],
            [{"code": "fusion_base.invariants", "ok": False, "detail": "DivisionByZero"}],
        )
        self.env.cr.execute("SELECT 1")

    def test_metrics_of_an_empty_report_are_valid(self):
        text = render_openmetrics({"checks": [], "invariants": []})

        self.assertEqual(text.splitlines()[-1], "# EOF")
        self.assertEqual(len(text.splitlines()), 7)

    def test_report_can_be_written_as_json(self):
        json.dumps(self.env["fusion.health"]._fusion_report(), default=str)
