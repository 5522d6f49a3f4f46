import json

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.const import HEALTH_KEY_PARAM

from .common import HealthMixin

PEOPLE = ("Canary Person", "canary@example.com", "+1 416 555 0177", "9 Canary Lane")


@tagged("post_install", "-at_install")
class TestSupportBundle(TransactionCase):
    def make(self):
        return self.env["fusion.support"]._get_bundle()

    def test_it_names_what_runs_here(self):
        bundle = self.make()
        self.assertEqual(bundle["odoo"].split(".")[0], "19")
        self.assertGreater(bundle["postgresql"], 100_000)
        self.assertIn("en_US", bundle["languages"])
        own = bundle["addons"]["fusion_base"]
        self.assertEqual((own["version"], own["state"]), (own["installed"], "installed"))
        self.assertTrue(own["version"].startswith("19.0."))

    def test_it_names_no_person_and_no_value(self):
        name, email, phone, street = PEOPLE
        partner = self.env["res.partner"].create(
            {"name": name, "email": email, "phone": phone, "street": street}
        )
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("fusion_canary.secret", "canary-secret")
        parameters.set_param("fusion_canary.of " + email, "x")
        parameters.set_param(HEALTH_KEY_PARAM, "canary-hash")

        def check(model):
            return [{"code": "x.who", "label": name, "state": "ok", "value": email, "unit": ""}]

        def invariant(model):
            return [{"code": "x.sum", "ok": False, "detail": f"{partner.name} owes {phone}"}]

        health = self.registry["fusion.health"]
        self.patch(health, "_fusion_health_checks", check)
        self.patch(health, "_fusion_invariants", invariant)
        bundle = self.make()
        text = json.dumps(bundle)
        for canary in (*PEOPLE, "canary-secret", "canary-hash"):
            self.assertNotIn(canary, text)
        self.assertIn("fusion_canary.secret", bundle["settings"])
        self.assertEqual(bundle["invariants"], [{"code": "x.sum", "ok": False}])
        self.assertEqual(bundle["checks"][0]["value"], None)


@tagged("post_install", "-at_install")
class TestSupportPage(HealthMixin, HttpCase):
    def get(self, login=None):
        self.authenticate(login, login)
        return self.url_open("/fusion/support", allow_redirects=False)

    def test_an_administrator_downloads_it(self):
        answer = self.get("admin")
        self.assertEqual(answer.status_code, 200)
        self.assertRegex(
            answer.headers["Content-Disposition"], r"fusion-support-\d{4}-\d\d-\d\d\.json"
        )
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("fusion_base", answer.json()["addons"])

    @mute_logger("odoo.http")
    def test_nobody_else_does(self):
        new_test_user(self.env, "support_user", groups="base.group_user")
        answer = self.get("support_user")
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn("postgresql", answer.text)
        self.assertEqual(self.get(None).status_code, 303)
