from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.web.controllers.utils import clean_action


@tagged("post_install", "-at_install")
class TestReport(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Sheet",
                "model": "res.partner",
                "report_type": "qweb-pdf",
                "report_name": "fusion_pdf_preview.sheet",
            }
        )
        cls.user = new_test_user(cls.env, "pdf_printer", groups="base.group_user")

    def test_choice_reaches_the_client(self):
        self.assertEqual(self.report.x_fc_pdf_preview, "default")
        self.report.x_fc_pdf_preview = "never"

        action = self.report.with_user(self.user).report_action([7])
        self.assertEqual(action["x_fc_pdf_preview"], "never")
        self.assertEqual(action["context"]["active_ids"], [7])
        cleaned = clean_action(action, self.env)
        self.assertEqual(cleaned["x_fc_pdf_preview"], "never")
        loaded = self.report.with_user(self.user)._get_action_dict()
        self.assertEqual(loaded["x_fc_pdf_preview"], "never")

    def test_choice_is_in_the_first_print_of_a_database(self):
        self.env.company.external_report_layout_id = False
        self.report.x_fc_pdf_preview = "always"
        admin = self.env.ref("base.user_admin")

        action = self.report.with_user(admin).report_action([7])

        self.assertEqual(action["type"], "ir.actions.act_window")
        nested = action["context"]["report_action"]
        self.assertEqual(nested["x_fc_pdf_preview"], "always")
        self.assertIs(nested["close_on_report_download"], True)
