import base64
import io

from psycopg2 import IntegrityError
from reportlab.pdfgen import canvas

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PDF, ClaimsCase

READY = "fusion_claims.ready.for.submission.wizard"
CHECK = "fusion_claims.submission.check.wizard"


def make_form(*feet):
    """:return: base64 text of a PDF with a page for each foot"""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    for foot in feet:
        page.drawString(72, 40, foot)
        page.showPage()
    page.save()
    return base64.b64encode(out.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestLint(ClaimsCase):
    def setUp(self):
        super().setUp()
        self.authorizer.x_fc_authorizer_number = "1234"
        pricelist = self.env["product.pricelist"].create(
            {"name": "Canada", "currency_id": self.cad.id}
        )
        self.order = self.new_case(status="application_received", pricelist_id=pricelist.id)
        self.complete(self.order)

    def set_edition(self, text):
        self.env["ir.config_parameter"].set_param("fusion_claims.adp_form_edition", text)

    def lint(self, order=None):
        return [(row["code"], row["message"]) for row in (order or self.order)._fc_lint()]

    def test_nothing_to_say(self):
        self.set_edition("2024/05")
        self.assertEqual(self.lint(), [])
        self.assertEqual(self.lint(self.new_case("march_of_dimes")), [])

    def test_an_authorizer_who_is_not_registered(self):
        self.authorizer.x_fc_authorizer_number = False
        [(code, text)] = self.lint()
        self.assertEqual(code, "authorizer_not_registered")
        self.assertEqual(
            text,
            "Olive Therapist has no ADP registration number: the ADP refuses who is not "
            "registered.",
        )
        self.authorizer.write({"x_fc_authorizer_number": "1234", "x_fc_is_authorizer": False})
        self.assertEqual(
            self.lint(),
            [("authorizer_not_registered", "Olive Therapist is not marked as an authorizer.")],
        )

    def test_codes_that_do_not_count(self):
        self.code.active = False
        self.assertEqual(
            self.lint(), [("device_code", "Wheelchair: the code WM100 was withdrawn.")]
        )
        self.code.write({"active": True, "effective_date": "2099-01-01"})
        self.assertEqual(
            self.lint(),
            [("device_code", "Wheelchair: the code WM100 counts from 01/01/2099 on only.")],
        )
        self.code.effective_date = self.order.x_fc_assessment_end_date
        other = self.code.copy({"device_code": "WM200", "effective_date": False})
        self.order.order_line.x_fc_adp_device_code_id = other
        self.assertEqual(
            self.lint(),
            [("device_code", "Wheelchair: its code is WM100, the line has WM200.")],
        )

    def test_another_currency(self):
        """Portions are computed in it, and the office is told."""
        usd = self.env.ref("base.USD")
        usd.active = True
        pricelist = self.env["product.pricelist"].create({"name": "US", "currency_id": usd.id})
        order = self.new_case(pricelist_id=pricelist.id)
        self.assertEqual(
            self.lint(order),
            [("currency", "The ADP pays in Canadian dollars, and the prices are in USD: choose a "
                          "CAD pricelist.")],
        )  # fmt: skip
        self.assertEqual(order.currency_id, usd)
        line = order.order_line
        self.assertEqual(line.x_fc_adp_portion + line.x_fc_client_portion, line.price_subtotal)
        self.assertEqual(order.x_fc_adp_portion_total, line.x_fc_adp_portion)
        self.assertGreater(line.x_fc_adp_portion, 0)

    def test_a_catalogue_row_in_use_is_archived_and_not_deleted(self):
        line = self.order.order_line
        self.env.flush_all()
        self.product.x_fc_adp_device_code_id = False
        self.assertEqual(line.x_fc_adp_device_code_id, self.code)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.code.unlink()
        self.assertEqual(line.x_fc_adp_device_code_id, self.code)
        self.code.action_archive()
        self.assertEqual((line.x_fc_adp_device_code_id, line.x_fc_adp_unit_price),
                         (self.code, 1000))  # fmt: skip

    def test_the_edition_at_the_foot_of_the_form(self):
        self.set_edition("2024/05")
        for feet, is_stale in (
            (("1234-56E (2021/03)",), True),
            (("Page 1", "1234-56E (2024/04)  Page 2 of 14"), True),
            (("1234-56F(2024/05)",), False),
            (("1234-56E (2024/05)", "1234-56E (2021/03)"), True),  # pages of two forms
            (("A letter of 2021/03",), False),
            (("1234-56E (2021/13)",), False),
        ):
            self.order.x_fc_original_application = make_form(*feet)
            self.assertEqual([code for code, _text in self.lint()],
                             ["form_edition"] if is_stale else [], feet)  # fmt: skip
        self.order.x_fc_original_application = make_form("1234-56E (2021/03)")
        self.assertEqual(
            self.lint()[0][1],
            "The form is the edition 2021/03; the program accepts 2024/05 and newer.",
        )
        for nothing in ("", "soon", "2024"):
            self.set_edition(nothing)
            self.assertEqual(self.lint(), [])

    def test_the_final_application_counts_when_it_is_there(self):
        self.set_edition("2024/05")
        self.order.x_fc_original_application = make_form("1234-56E (2021/03)")
        self.order.x_fc_final_application = make_form("1234-56E (2024/05)")
        self.assertEqual(self.lint(), [])

    def test_a_damaged_form_says_nothing(self):
        self.set_edition("2024/05")
        broken = base64.b64encode(b"%PDF-1.4\n" + b"\0" * 500).decode()
        self.order.x_fc_original_application = broken
        self.assertEqual(self.lint(), [])

    def test_it_warns_and_the_submission_is_on_record(self):
        self.authorizer.x_fc_authorizer_number = False
        ready = self.env[READY].with_user(self.clerk).create({"sale_order_id": self.order.id})
        self.assertIn("no ADP registration number", ready.lint_text)
        ready.action_confirm()
        self.assertEqual(self.order.x_fc_adp_application_status, "ready_submission")
        check = self.env[CHECK].with_user(self.clerk).create(
            {"sale_order_id": self.order.id, "devices_match": True, "final_application": PDF,
             "final_application_filename": "final.pdf"}
        )  # fmt: skip
        self.assertIn("no ADP registration number", check.lint_text)
        check.action_confirm()
        self.assertEqual(self.order.x_fc_adp_application_status, "submitted")
        notes = [body for body in self.order.message_ids.mapped("body") if "in spite of" in body]
        self.assertEqual(len(notes), 1)
        self.assertIn("no ADP registration number", notes[0])

    def test_the_setting(self):
        settings = self.env["res.config.settings"].create({"fc_adp_form_edition": "2024/05"})
        settings.set_values()
        self.assertEqual(self.order._fc_get_form_edition(), "2024/05")
        settings.fc_adp_form_edition = "May 2024"
        with self.assertRaises(UserError):
            settings.set_values()
        settings.fc_adp_form_edition = False
        settings.set_values()
        self.assertEqual(self.order._fc_get_form_edition(), "")
