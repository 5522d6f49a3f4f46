from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file


@tagged("post_install", "-at_install")
class TestCompanyDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = "demo/company_demo.xml"
        convert_file(cls.env, "fusion_base", path, {}, mode="init", noupdate=True)

    def test_company_is_canadian(self):
        company = self.env.ref("base.main_company")

        self.assertEqual(company.country_id, self.env.ref("base.ca"))
        self.assertEqual(company.state_id, self.env.ref("base.state_ca_on"))
        self.assertEqual(company.currency_id, self.env.ref("base.CAD"))
        self.assertTrue(company.currency_id.active)
        self.assertEqual(company.partner_id.tz, "America/Toronto")
        self.assertEqual(company.partner_id.name, company.name)

    def test_languages_are_installed(self):
        codes = {code for code, _name in self.env["res.lang"].get_installed()}

        self.assertLessEqual({"en_CA", "fr_CA"}, codes)

    def test_people_can_sign_in_with_their_login(self):
        users = self.env["res.users"].search(
            [("partner_id", "in", self._people("res.partner").ids)]
        )
        self.assertEqual(users, self._people("res.users"))
        self.assertEqual(len(users), 13)
        self.assertEqual(sorted(users.filtered("share").mapped("login")), ["elena", "kiosk"])

        for user in users:
            credential = {"type": "password", "login": user.login, "password": user.login}
            env = {"interactive": False}
            self.assertEqual(
                user.with_user(user)._check_credentials(credential, env)["uid"], user.id
            )
            self.assertTrue(user.email.endswith("@example.com"))
            self.assertEqual(user.tz, "America/Toronto")

    def _people(self, model):
        names = self.env["ir.model.data"].search(
            [("module", "=", "fusion_base"), ("model", "=", model), ("name", "like", "demo_%")],
            order="res_id",
        )
        return self.env[model].browse(names.mapped("res_id"))
