from odoo.tests import TransactionCase, tagged

PREFIX = "fusion_pdf_preview."


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    def setUp(self):
        super().setUp()
        self.parameters = self.env["ir.config_parameter"]
        self.parameters.search([("key", "=like", f"{PREFIX}%")]).unlink()

    def read_settings(self):
        names = ("x_fc_pdf_intercept_reports", "x_fc_pdf_log_days", "x_fc_pdf_max_mb")
        settings = self.env["res.config.settings"].create({})
        return tuple(settings[name] for name in names)

    def test_missing_rows_read_as_the_defaults(self):
        self.assertEqual(self.read_settings(), (True, 365, 50))

    def test_off_and_zero_survive_a_save(self):
        settings = self.env["res.config.settings"].create(
            {"x_fc_pdf_intercept_reports": False, "x_fc_pdf_log_days": 0, "x_fc_pdf_max_mb": 0}
        )
        settings.execute()

        self.assertEqual(self.read_settings(), (False, 0, 0))
        texts = [
            self.parameters.get_param(PREFIX + name)
            for name in ("intercept_reports", "log_days", "max_mb")
        ]
        self.assertEqual(texts, ["False", "0", "0"])
        self.assertIs(self.parameters._fc_pdf_intercepts_reports(), False)

        self.env["res.config.settings"].create({"x_fc_pdf_intercept_reports": True}).execute()
        self.assertEqual(self.read_settings(), (True, 0, 0))

    def test_nonsense_size_reads_as_the_default(self):
        self.parameters.set_param(PREFIX + "max_mb", "big")
        self.assertEqual(self.parameters._fc_pdf_max_mb(), 50)

    def test_person_sets_the_own_preference(self):
        user = self.env["res.users"].create({"name": "Ana", "login": "pdf_ana"})
        user.with_user(user).write({"x_fc_pdf_open_mode": "download"})
        self.assertEqual(user.x_fc_pdf_open_mode, "download")
