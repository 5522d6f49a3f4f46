import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_claims import const

from .common import PDF, ClaimsMixin, MatrixMixin, make_signature
from .test_page11 import Page11Mixin

NUMBER = "1234567897"
BORN = "1950-03-02"
HEALTH_OF_PARTNER = ("x_fc_health_card_number", "x_fc_health_card_version", "x_fc_date_of_birth",
                     "x_fc_odsp_member_id")  # fmt: skip


class People(Page11Mixin, ClaimsMixin):
    """One case, and everybody who could want to look at it."""

    @classmethod
    def set_up_people(cls):
        cls.set_up_claims()
        cls.client.x_fc_odsp_member_id = "ODSP-77"
        cls.colleague = cls.new_user("fc_colleague", "sales_team.group_sale_salesman")
        cls.employee = cls.new_user("fc_employee")
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreign_clerk = cls.new_user("fc_foreign", "fusion_claims.group_claims_manager")
        cls.foreign_clerk.write(
            {"company_id": cls.elsewhere.id, "company_ids": [Command.set(cls.elsewhere.ids)]}
        )
        portal = [Command.set([cls.env.ref("base.group_portal").id])]
        cls.portal = cls.env["res.users"].create(
            {"name": "Clara Client", "login": "fc_portal", "password": "fc_portal",
             "partner_id": cls.client.id, "group_ids": portal}
        )  # fmt: skip
        cls.stranger = cls.env["res.users"].create(
            {"name": "Stan", "login": "fc_stranger", "password": "fc_stranger",
             "email": "stan@example.com", "group_ids": portal}
        )  # fmt: skip
        cls.public = cls.env.ref("base.public_user")
        cls.order = cls.new_case(x_fc_claim_number="C-1").sudo()
        cls.order.x_fc_original_application = PDF
        cls.sign_request = cls.env["fusion.page11.sign.request"].create(
            {"sale_order_id": cls.order.id, "signer_name": "Clara Client",
             "signer_email": "clara@example.com"}
        )  # fmt: skip
        cls.sign_request.action_send()
        cls.token = cls.sign_request._issue_token()
        cls.sign_request._sign("Clara Client", make_signature(), consent=True)
        cls.order.with_user(cls.clerk).action_fc_set_status("on_hold", "Travels")
        cls.mail_row = cls.env["fusion.claims.email.log"].create(
            {"order_id": cls.order.id, "pipeline": "adp", "stage": "x", "key": "x",
             "recipient_email": "a@example.com", "recipient_role": "client"}
        )  # fmt: skip
        cls.look = cls.env["fusion.phi.access.log"]._log(cls.order, "print", "x")


@tagged("post_install", "-at_install")
class TestRecords(MatrixMixin, People, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_people()

    def test_who_reads_what_belongs_to_a_case(self):
        """(case, request, status log, mail log, look)"""
        everything = (self.order, self.sign_request, self.order.x_fc_status_log_ids,
                      self.mail_row, self.look)  # fmt: skip
        sees = {
            self.clerk: "11110",
            self.manager: "11111",
            self.rep: "10100",
            self.colleague: "00000",
            self.employee: "00000",
            self.foreign_clerk: "00000",
            self.portal: "10000",  # Odoo's own rule: a customer's own orders
            self.stranger: "00000",
            self.public: "00000",
        }
        self.order.state = "sent"  # a draft is not shown to its customer
        self.assert_reads(everything, sees)

    def test_nobody_outside_changes_anything(self):
        self.assert_untouchable(
            (self.colleague, self.employee, self.foreign_clerk, self.portal, self.stranger,
             self.public),
            (
                (self.order, {"x_fc_claim_number": "X"}),
                (self.sign_request, {"signer_name": "X"}),
                (self.order.x_fc_status_log_ids, {"reason": "X"}),
                (self.mail_row, {"stage": "X"}),
                (self.look, {"detail": "X"}),
                (self.client, {"x_fc_health_card_number": NUMBER}),
            ),
        )  # fmt: skip

    def ways(self, user, name):
        """:return: calls, each of which would tell something of a field of the client"""
        value = BORN if name == "x_fc_date_of_birth" else NUMBER
        partners = self.env["res.partner"].with_user(user)
        partner = partners.browse(self.client.id)
        orders = self.env["sale.order"].with_user(user)
        return (
            lambda: partner.read([name]),
            lambda: partner.mapped(name),
            lambda: partners.search([(name, "=", value)]),
            lambda: partners.search([(name, "like", "12")]),
            lambda: partners.search([("child_ids." + name, "=", value)]),
            lambda: partners.search([], order=name, limit=1),
            lambda: partners._read_group([], [name]),
            lambda: partner._export_rows([[name]]),
            lambda: orders.search([("partner_id." + name, "=", value)]),
        )

    def test_health_fields_are_out_of_reach_in_every_way(self):
        """Read, searched, sorted, grouped, exported, followed from another record."""
        outside = (self.rep, self.colleague, self.employee, self.portal, self.stranger)
        for user in outside:
            for name in HEALTH_OF_PARTNER:
                for look in self.ways(user, name):
                    with self.subTest(user=user.login, name=name), self.assertRaises(UserError):
                        look()
            order = self.order.with_user(user)
            for name in const.DOCUMENTS:
                with self.assertRaises(AccessError):
                    order.read([name])

    def test_an_export_holds_no_health_number_of_those_without_the_right(self):
        self.rep.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        order = self.order.with_user(self.rep)
        for names in (["partner_id/x_fc_health_card_number"], ["x_fc_original_application"],
                      ["partner_id/x_fc_health_card_masked"]):  # fmt: skip
            with self.subTest(names), self.assertRaises(UserError):
                order.export_data(names)
        fields = self.env["res.partner"].with_user(self.rep).fields_get()
        self.assertFalse(set(HEALTH_OF_PARTNER) & set(fields))
        self.assertNotIn(NUMBER, str(order.export_data(["name", "partner_id/name"])))

    def test_an_export_by_the_office_is_noted(self):
        self.clerk.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        log = self.env["fusion.phi.access.log"].sudo()
        before = log.search([])
        partner = self.client.with_user(self.clerk)
        self.assertEqual(partner.export_data(["name"])["datas"], [["Clara Client"]])
        self.assertEqual(log.search([]), before)
        rows = partner.export_data(["name", "x_fc_health_card_number"])["datas"]
        self.assertEqual(rows, [["Clara Client", NUMBER]])
        self.order.with_user(self.clerk).export_data(["name", "partner_id/x_fc_date_of_birth"])
        new = log.search([]) - before
        self.assertEqual(set(new.mapped("action")), {"export"})
        self.assertEqual(set(new.mapped("user_id")), {self.clerk})
        self.assertEqual(set(new.mapped("partner_id")), {self.client})
        self.assertEqual(
            sorted(new.mapped("detail")),
            ["partner_id/x_fc_date_of_birth", "x_fc_health_card_number"],
        )

    @mute_logger("odoo.sql_db")
    def test_numbers_stay_out_of_logs_and_threads(self):
        partner = self.client
        with self.assertNoLogs("odoo", "DEBUG"):
            partner.write({"x_fc_health_card_number": "9876543217"})
            with self.assertRaises(UserError):
                partner.write({"x_fc_health_card_number": "9876543210"})
            self.env["fusion.phi.access.log"]._log(partner, "view", "health")
        posted = "".join((self.client | self.order.partner_id).message_ids.mapped("body"))
        self.assertNotIn("98765432", posted + "".join(self.order.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestAddresses(People, HttpCase):
    """Every address under which something of a case could be had, as everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_people()

    def setUp(self):
        super().setUp()
        self.env["fusion.tasks.rate"].sudo().search([]).unlink()

    def test_papers(self):
        document = self.order._fc_get_document("x_fc_original_application")
        signed = f"/web/content/fusion.page11.sign.request/{self.sign_request.id}/signed_pdf"
        paths = (
            f"/web/content/sale.order/{self.order.id}/x_fc_original_application",
            f"/web/content/{document.id}", f"/web/image/{document.id}", signed,
            f"/web/image/fusion.page11.sign.request/{self.sign_request.id}/signature",
            f"/web/content/sale.order/{self.order.id}/x_fc_replaced_document",
        )  # fmt: skip
        secrets = (base64.b64decode(PDF), self.sign_request.signed_pdf and
                   base64.b64decode(self.sign_request.signed_pdf))  # fmt: skip
        for login in ("fc_rep", "fc_colleague", "fc_employee", "fc_foreign", "fc_portal",
                      "fc_stranger", None):  # fmt: skip
            self.authenticate(login, login)
            for path in paths:
                answer = self.url_open(path, allow_redirects=False)
                with self.subTest(login=login, path=path):
                    for secret in secrets:
                        self.assertNotIn(secret, answer.content)
        self.authenticate("fc_clerk", "fc_clerk")
        self.assertEqual(self.url_open(paths[0]).content, secrets[0])
        self.assertEqual(self.url_open(signed).content, secrets[1])

    def test_the_client_s_own_page(self):
        self.order.state = "sent"
        path = f"/my/orders/{self.order.id}"
        for login, is_shown in (("fc_portal", True), ("fc_stranger", False), (None, False)):
            self.authenticate(login, login)
            page = self.url_open(path).text
            with self.subTest(login):
                self.assertEqual(self.order.name in page, is_shown)
                for secret in (NUMBER, BORN, "ODSP-77", "Travels", 'C-1"'):
                    self.assertNotIn(secret, page)

    def test_the_link_opens_the_page_and_its_copy_and_nothing_else(self):
        self.authenticate(None, None)
        page = self.url_open(f"/page11/sign/{self.token}")
        self.assertEqual(page.status_code, 200)
        for secret in (NUMBER, BORN, "ODSP-77"):
            self.assertNotIn(secret, page.text)
        other = self.token[:-1] + ("a" if self.token[-1] != "a" else "b")
        for path, status in ((f"{other}", 404), (f"{other}/pdf", 404), (f"{self.token}/pdf", 200)):
            self.assertEqual(self.url_open(f"/page11/sign/{path}").status_code, status)


@tagged("post_install", "-at_install")
class TestLooks(ClaimsMixin, HttpCase):
    """Odoo opens forms and files with a cursor that cannot write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def setUp(self):
        super().setUp()
        self.order = self.new_case().sudo()
        self.order.x_fc_original_application = PDF
        self.authenticate("fc_clerk", "fc_clerk")

    def get_looks(self):
        looks = self.env["fusion.phi.access.log"].sudo()
        looks = looks.search([("res_model", "=", "sale.order"), ("res_id", "=", self.order.id)])
        return looks.mapped(lambda look: (look.user_id, look.partner_id, look.action, look.detail))

    def open_form(self, *names):
        specification = {name: {} for name in names}
        body = {"params": {"model": "sale.order", "method": "web_read", "args": [self.order.ids],
                           "kwargs": {"specification": specification}}}  # fmt: skip
        answer = self.url_open("/web/dataset/call_kw/sale.order/web_read", json=body).json()
        return answer["result"][0]

    def test_a_form_with_a_health_field_is_one_look(self):
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.assertEqual(self.open_form("name")["name"], self.order.name)
            self.assertEqual(self.get_looks(), [])
            for _again in range(2):
                self.assertTrue(self.open_form("name", "x_fc_original_application"))
        self.assertEqual(self.get_looks(), [(self.clerk, self.order.partner_id, "view", "form")])

    def test_a_file_that_is_fetched_is_a_download(self):
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            page = self.url_open(
                f"/web/content/sale.order/{self.order.id}/x_fc_original_application"
            )
        self.assertEqual(page.content, base64.b64decode(PDF))
        self.assertEqual(
            self.get_looks(),
            [(self.clerk, self.order.partner_id, "download", "x_fc_original_application")],
        )
