from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ClaimsCase, ClaimsMixin

LOG = "fusion.phi.access.log"
REPORTS = {"res.partner": "report_partner_access", "sale.order": "report_case_access"}


@tagged("post_install", "-at_install")
class TestAccessReport(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.new_case()
        cls.other = cls.new_case(
            partner_id=cls.env["res.partner"].create({"name": "Somebody Else"}).id
        )
        log = cls.env[LOG].with_user(cls.clerk)
        log._log(cls.order, "download", "letter.pdf")
        log._log(cls.client, "view", "form")
        log._log(cls.other, "download", "other.pdf")

    def print(self, record, user):
        """:return: the report as the person sees it"""
        name = f"fusion_claims.{REPORTS[record._name]}"
        reports = self.env["ir.actions.report"].with_user(user)
        return reports._render_qweb_html(name, record.ids)[0].decode()

    def test_a_client_s_file(self):
        text = self.print(self.client, self.manager)
        for part in ("Clara Client", self.clerk.name, "Downloaded", "letter.pdf", "Viewed"):
            self.assertIn(part, text)
        for part in ("other.pdf", "1234567897"):
            self.assertNotIn(part, text)

    def test_a_case(self):
        text = self.print(self.order, self.manager)
        self.assertIn("letter.pdf", text)
        self.assertNotIn("Viewed", text)

    def test_printing_is_a_look_as_well(self):
        rows = self.env[LOG].search_count([("res_id", "=", self.client.id)])
        self.print(self.client, self.manager)
        row = self.env[LOG].search([("res_model", "=", "res.partner")], limit=1)
        self.assertEqual((row.action, row.user_id, row.partner_id),
                         ("print", self.manager, self.client))  # fmt: skip
        self.assertEqual(self.env[LOG].search_count([("res_id", "=", self.client.id)]), rows + 1)

    def test_only_for_who_may_read_the_log(self):
        for user in (self.clerk, self.rep):
            for record in (self.client, self.order):
                with self.assertRaises(AccessError):
                    self.env[LOG].with_user(user)._get_report_rows(record)

    def test_in_french(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"].search([("name", "=", "fusion_claims")])._update_translations(
            ["fr_CA"]
        )
        self.manager.lang = "fr_CA"
        self.env[LOG].with_user(self.clerk)._log(self.order, "export", "x")
        reports = self.env["ir.actions.report"].with_user(self.manager)
        text = (
            reports.with_context(lang="fr_CA")
            ._render_qweb_html("fusion_claims.report_case_access", self.order.ids)[0]
            .decode()
        )
        self.assertIn("Qui a vu le dossier", text)
        self.assertIn("Exporté", text)

    def test_another_s_fault_is_not_swallowed(self):
        """Swallowed here, it would leave a transaction that nobody can go on with."""
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.order.sudo().order_line.x_fc_deduction_value = -1
            self.env[LOG]._log(self.order, "view", "form")


@tagged("post_install", "-at_install")
class TestPdf(ClaimsMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def test_as_a_pdf(self):
        order = self.new_case()
        user = self.env["res.users"].search([("login", "=", "fc_manager")])
        reports = self.env["ir.actions.report"].with_user(user)
        reports = reports.with_context(force_report_rendering=True)
        # Style sheets that are not there yet are first asked for by a reading request.
        with mute_logger("odoo.sql_db", "odoo.http"):
            content, kind = reports._render_qweb_pdf("fusion_claims.report_case_access", order.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
