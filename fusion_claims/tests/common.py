import base64
import io
from datetime import timedelta

from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools.pdf import PdfReader, PdfWriter

GATE = "fusion_claims.enable_email_notifications"


def make_pdf(pages=14, password=None):
    """:return: base64 text of a real PDF"""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    for number in range(pages):
        page.drawString(72, 720, f"Page {number + 1}")
        page.showPage()
    page.save()
    if password:
        writer = PdfWriter()
        for one in PdfReader(io.BytesIO(out.getvalue())).pages:
            writer.add_page(one)
        writer.encrypt(password)
        out = io.BytesIO()
        writer.write(out)
    return base64.b64encode(out.getvalue()).decode()


def make_signature(strokes=True):
    """:return: base64 text of a PNG"""
    picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    if strokes:
        ImageDraw.Draw(picture).line([(10, 80), (150, 20), (290, 80)], fill="black", width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


PDF = make_pdf()
OTHER_PDF = make_pdf(2)


class MatrixMixin:
    """Who reads which records, and who changes none of them."""

    def assert_reads(self, columns, sees):
        """:param columns: list of records
        :param sees: {user: text with "1" for each column that the user reads, else "0"}"""
        for user, row in sees.items():
            for records, flag in zip(columns, row, strict=True):
                found = records.with_user(user)
                with self.subTest(user=user.login, model=records._name):
                    self.assertEqual(found.has_access("read"), flag == "1")
                    rows = 0
                    if self.env[records._name].with_user(user).has_access("read"):
                        rows = found.search_count([("id", "in", records.ids)])
                    self.assertEqual(rows, len(records) if flag == "1" else 0)

    def assert_untouchable(self, users, changes):
        """:param changes: list of (records, values that a change would write)"""
        for user in users:
            for records, values in changes:
                with self.subTest(user=user.login, model=records._name):
                    before = records.read(list(values))
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        records.with_user(user).write(values)
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        records.with_user(user).unlink()
                    self.assertEqual(records.read(list(values)), before)


class ClaimsMixin:
    """A vendor in Ontario, a clerk, a manager, a sales rep, an authorizer, a client."""

    @classmethod
    def set_up_claims(cls):
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "lang": "en_US"})
        cls.cad = cls.env.ref("base.CAD")
        cls.cad.active = True
        cls.company = cls.env.company
        cls.funder = cls.env["res.partner"].create({"name": "ADP", "email": "adp@example.com"})
        cls.mod_funder = cls.env["res.partner"].create({"name": "March of Dimes"})
        cls.company.write(
            {
                "x_fc_adp_partner_id": cls.funder.id,
                "x_fc_mod_partner_id": cls.mod_funder.id,
                "x_fc_claims_email": "claims@example.com",
            }
        )
        cls.clerk = cls.new_user("fc_clerk", "fusion_claims.group_claims_user")
        cls.manager = cls.new_user("fc_manager", "fusion_claims.group_claims_manager")
        cls.rep = cls.new_user("fc_rep", "sales_team.group_sale_salesman")
        cls.authorizer = cls.env["res.partner"].create(
            {"name": "Olive Therapist", "email": "olive@example.com", "x_fc_is_authorizer": True}
        )
        cls.client = cls.env["res.partner"].create(
            {
                "name": "Clara Client",
                "email": "clara@example.com",
                "x_fc_health_card_number": "1234567897",
                "x_fc_date_of_birth": "1950-03-02",
            }
        )
        cls.code = cls.env["fusion.adp.device.code"].create(
            {
                "device_code": " wm100 ",
                "device_type": "Manual wheelchair",
                "currency_id": cls.cad.id,
                "adp_price": 1000,
                "max_quantity": 2,
            }
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Wheelchair",
                "list_price": 1000,
                "taxes_id": [Command.clear()],
                "invoice_policy": "order",
                "x_fc_adp_device_code_id": cls.code.id,
            }
        )
        cls.extra = cls.env["product.product"].create(
            {"name": "Cup holder", "list_price": 30, "taxes_id": [Command.clear()],
             "invoice_policy": "order"}
        )  # fmt: skip

    @classmethod
    def new_user(cls, login, *groups):
        return new_test_user(
            cls.env, login, groups=",".join(("base.group_user", *groups)),
            email=f"{login}@example.com",
        )  # fmt: skip

    @classmethod
    def new_case(cls, sale_type="adp", user=None, lines=True, status=None, **values):
        """:param status: a state to begin in, as an import does"""
        order = cls.env["sale.order"].sudo()
        pipeline_field = {
            "march_of_dimes": "x_fc_mod_status",
            "odsp": "x_fc_odsp_status",
        }.get(
            sale_type, "x_fc_adp_application_status" if "adp" in sale_type else "x_fc_case_status"
        )
        if status:
            values[pipeline_field] = status
        order = order.create(
            {
                "partner_id": cls.client.id,
                "user_id": cls.rep.id,
                "x_fc_sale_type": sale_type,
                "x_fc_authorizer_id": cls.authorizer.id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "product_uom_qty": 1}),
                ]
                if lines
                else [],
                **values,
            }
        )
        return order.with_user(user or cls.clerk)

    @classmethod
    def jump(cls, order, status, **values):
        """Put a case into a state as an import does, without its requirements."""
        order = order.sudo().with_context(skip_status_validation=True, fc_no_stage_email=True)
        order.write({**values, order._fc_status_field(): status})

    def complete(self, order):
        """Everything that a submission asks for."""
        today = fields.Date.today()
        order.write(
            {
                "x_fc_assessment_start_date": today - timedelta(days=5),
                "x_fc_assessment_end_date": today - timedelta(days=4),
                "x_fc_authorization_date": today - timedelta(days=3),
                "x_fc_client_ref_1": "ab",
                "x_fc_client_ref_2": "cd",
                "x_fc_reason_for_application": "first_access",
                "x_fc_original_application": PDF,
                "x_fc_original_application_filename": "original.pdf",
                "x_fc_pages_11_12_in_original": True,
            }
        )

    def mails(self, order):
        return self.env["mail.mail"].sudo().search(
            [("model", "=", "sale.order"), ("res_id", "=", order.id), ("email_to", "!=", False)]
        )  # fmt: skip


class ClaimsCase(ClaimsMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()
