import re
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import receive_mails
from odoo.addons.fusion_claims.tests.common import PDF

from .common import PortalMixin
from .desk import DRAW, Desk
from .tablet import TabletCase

LINK = re.compile(r"/page11/sign/[\w-]{43}")
RIBBON = ".o_fusion_claims_ribbon"
STAIR = {
    "x_fc_funding_source": "march_of_dimes",
    "stair_steps": "13", "stair_riser_height": "7 1/2", "stair_tread_depth": "10",
    "stair_width": "3 ft", "stair_side": "left", "user_weight_lb": "180",
}  # fmt: skip
TUB = {
    "x_fc_funding_source": "hardship",
    "tub_material": "acrylic", "tub_length": "60", "tub_wall_height": "15", "tub_rim_width": "3",
}  # fmt: skip
CHAIR = {
    "client_weight": "180", "reason_for_application": "first_access", "wheelchair_type": "type2",
    "hip_width": "17.5", "upper_leg_length": "19.5", "lower_leg_length": "17",
    "axilla_height": "20", "cushion_thickness": "2",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestStory(PortalMixin, TabletCase):
    """One home visit from the door to the invoices: rep and therapist on a tablet, the client
    behind a link, the office at its desk; mails through a real SMTP server."""

    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.field_rep.x_fc_portal_manager_id = cls.rep
        for group in ("base.group_partner_manager", "account.group_account_invoice"):
            cls.clerk.group_ids += cls.env.ref(group)  # the office's clerk, who bills as well
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")
        cls.therapist.partner_id.x_fc_is_authorizer = True
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"

    def setUp(self):
        super().setUp()
        self.sink = receive_mails(self)

    def post(self):
        """The queue, as its cron empties it.

        :return: {address: text of the last message that reached it now}
        """
        known = len(self.sink.messages)
        self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        return {
            message["X-Sink-To"]: message.get_body(("html",)).get_content()
            for message in self.sink.messages[known:]
        }

    def test_from_the_door_to_the_invoices(self):
        visit = self.measure()
        self.sign(visit)
        orders = self.finish(visit)
        adp = orders.filtered(lambda order: order.x_fc_sale_type == "adp")
        link = self.receive(adp)
        self.sign_from_afar(link)
        self.submit(adp)
        self.get_approved(adp)
        self.invoice(adp)

    def measure(self):
        """The rep spots three needs and measures each; no client, no funding asked before."""
        self.browser_size = "1280x800"
        # Read before: a query beside the page's own would be one on the same connection.
        authorizer = str(self.therapist.partner_id.id)
        with self.tablet(self.field_rep.login) as tablet:
            tablet.open("/my/visit/new")
            tablet.wait("document.querySelector('form[action*=\"/my/visit/new\"] [type=submit]')")
            tablet.press("form[action*='/my/visit/new'] [type=submit]")
            tablet.wait("/^.my.visit.[0-9]+$/.test(location.pathname)")
            for kind, values in (("stairlift_straight", STAIR), ("tub_cutout", TUB),
                                 ("wheelchair", CHAIR)):  # fmt: skip
                tablet.press("[data-step='add']")
                tablet.press(f"[data-add='{kind}']")
                tablet.wait(f"document.querySelector('[data-form={kind}]')")
                for name, value in values.items():
                    tablet.fill(name, value)
                tablet.wait(f"document.querySelector('[data-type={kind}] [data-state=measured]')")
            tablet.press("[data-step='client']")
            tablet.fill("authorizer_id", authorizer)
            tablet.sent()
        visit = self.env["fusion.assessment.visit"].search([], limit=1)
        self.assertEqual((visit.sales_rep_id, visit.state), (self.field_rep, "measuring"))
        return visit

    def sign(self, visit):
        """The therapist signs on an own device, held upright."""
        self.browser_size = "800x1280"
        with self.tablet(self.therapist.login, Desk) as tablet:
            tablet.open("/my/cases")
            tablet.click("a.btn", "Look and sign")
            tablet.press("[data-type='wheelchair'] button")
            tablet.press("[data-sign]")
            tablet.wait("document.querySelector('dialog[open] canvas')")
            tablet.fill("signed_name", "Olive Therapist")
            tablet.run(DRAW)
            tablet.press("[name='consent']")
            tablet.press("dialog [type='submit']")
            tablet.wait("document.querySelector('[data-type=wheelchair] [data-state=signed]')")
            tablet.sent()
        chair = visit.adp_assessment_ids
        self.assertEqual(chair.authorizer_signed_name, "Olive Therapist")
        self.assertFalse(chair.applicant_signed_at)

    def finish(self, visit):
        """Client and funding once for all; one draft order for each funder.

        :return: the visit's orders
        """
        self.browser_size = "1280x800"
        with self.tablet(self.field_rep.login) as tablet:
            tablet.open(f"/my/visit/{visit.id}")
            tablet.press("[data-step='client']")
            for name, value in {
                "client_name": "Nora Newell", "client_phone": "555-0142",
                "client_email": "nora@example.com", "street": "12 Maple Street",
                "city": "Elora", "income_under_threshold": "yes",
            }.items():  # fmt: skip
                tablet.fill(name, value)
            tablet.chip("Saved")
            plan = tablet.run(
                "document.querySelector('[data-form=client] .o_fusion_visit_results').innerText"
            )
            for text in ("1 ADP order (1 device)", "1 March of Dimes order (1 item)",
                         "1 Hardship Funding order (1 item)"):  # fmt: skip
                self.assertIn(text, plan)
            tablet.press("[data-complete]")
            tablet.wait("document.querySelectorAll('.o_fusion_visit_done li').length === 3")
        self.assertEqual(visit.state, "done")
        orders = visit.sale_order_ids
        self.assertEqual(
            sorted(orders.mapped("x_fc_sale_type")), ["adp", "hardship", "march_of_dimes"]
        )
        self.assertEqual((set(orders.mapped("state")), orders.order_line.ids), ({"draft"}, []))
        for order, figure in zip(orders.sorted("x_fc_sale_type"), ("17.5", "60", "184.5"),
                                 strict=True):  # fmt: skip
            notes = order.message_ids.filtered(lambda one: "<table" in (one.body or ""))
            self.assertEqual(len(notes), 1, order.x_fc_sale_type)
            self.assertIn(figure, notes.body)
            self.assertEqual(notes.subtype_id, self.env.ref("mail.mt_note"))
        reached = self.post()
        self.assertIn("nora@example.com", reached)
        self.assertIn(self.therapist.email, reached)
        return orders

    def receive(self, order):
        """The office has the form; the client is asked to sign from afar.

        :return: path of the client's link
        """
        self.browser_size, self.touch_enabled = "1366x900", False
        with self.tablet(self.clerk.login, Desk) as desk:
            self.open_case(desk, order, "Assessment Completed")
            desk.click(f"{RIBBON} button", "Other Steps")
            desk.click(".o-dropdown-item", "Application Received")
            desk.click(".modal input[data-value=remote]")
            desk.click(".modal button", "Request Remote Signature")
            desk.see("a link that works once", ".modal")
            desk.click(".modal footer button", "Send Link")
            desk.see("A signature request is on its way", ".modal")
            desk.upload("original_application", PDF, "application.pdf")
            desk.see("14 pages", ".modal")
            desk.confirm("Application Received")
            desk.see("Application Received", f"{RIBBON} .badge")
        self.assertEqual(order.x_fc_adp_application_status, "application_received")
        self.assertFalse(order.x_fc_has_signed_pages_11_12)
        return LINK.search(self.post()["nora@example.com"])[0]

    def sign_from_afar(self, link):
        self.browser_size, self.touch_enabled = "390x844", True
        with self.tablet(None, Desk) as phone:
            phone.open(link)
            phone.wait("document.querySelector('.o_fusion_claims_form canvas')")
            phone.click("input[value=applicant]")
            phone.run(DRAW)
            phone.click("input[name=consent]")
            phone.click(".o_fusion_claims_form button[type=submit]")
            phone.see("Already signed", "h1")

    def submit(self, order):
        """Quote, references and identity; then every check of the package holds."""
        self.assertTrue(order.x_fc_has_signed_pages_11_12)
        client = order.partner_id
        today = fields.Date.context_today(self.env.user)
        self.browser_size, self.touch_enabled = "1366x900", False
        with self.tablet(self.clerk.login, Desk) as desk:
            desk.open(f"/odoo/res.partner/{client.id}")
            desk.turn_to("Funding")
            desk.type("x_fc_health_card_number", "1234-567-897")
            desk.type("x_fc_date_of_birth", "03/02/1950")
            desk.save()
        self.quote(order, today)
        with self.tablet(self.clerk.login, Desk) as desk:
            self.open_case(desk, order, "Application Received")
            desk.click(f"{RIBBON} button", "Ready for Submission")
            desk.see("Everything is there.", ".modal")
            desk.confirm("Ready for Submission")
            desk.see("Ready for Submission", f"{RIBBON} .badge")
            desk.click(f"{RIBBON} button", "Submitted")
            desk.upload("final_application", PDF, "final.pdf")
            desk.click(".modal [name=devices_match] input")
            desk.confirm("Submitted")
            desk.see("Submitted", f"{RIBBON} .badge")
        self.assertEqual(order.x_fc_adp_application_status, "submitted")
        self.assertEqual(order.x_fc_submission_date, today)

    def quote(self, order, today):
        """What the clerk types into the order; which of its widgets are there depends on the
        addons beside ours."""
        order.with_user(self.clerk).write(
            {
                "order_line": [Command.create({"product_id": self.product.id})],
                "x_fc_client_ref_1": "ne",
                "x_fc_client_ref_2": "no",
                "x_fc_authorization_date": today,
            }
        )

    def get_approved(self, order):
        today = fields.Date.context_today(self.env.user)
        with self.tablet(self.clerk.login, Desk) as desk:
            self.open_case(desk, order, "Submitted")
            desk.click(f"{RIBBON} button", "Other Steps")
            desk.click(".o-dropdown-item", "Approved")
            desk.type("x_fc_claim_number", "CL-2041", ".modal")
            desk.type("x_fc_claim_approval_date", (today - timedelta(days=1)).strftime("%m/%d/%Y"),
                      ".modal")  # fmt: skip
            desk.upload("x_fc_approval_letter", PDF, "letter.pdf")
            desk.confirm("Confirm")
            desk.see("Approved", f"{RIBBON} .badge")
            desk.click(f"{RIBBON} button", "Device Approval")
            desk.see("WM100", ".modal")
            desk.confirm("Confirm")
            desk.click(".o_statusbar_buttons button[name=action_confirm]")
            desk.see("Sales Order", ".o_arrow_button_current")
        self.assertEqual(order.x_fc_adp_application_status, "approved")
        self.assertTrue(order.x_fc_device_verification_complete)

    def invoice(self, order):
        with self.tablet(self.clerk.login, Desk) as desk:
            self.open_case(desk, order, "Approved")
            desk.click(f"{RIBBON} button", "Create Funding Invoices")
            desk.see("Funding Invoices", ".o_breadcrumb")
        moves = {move.x_fc_portion: move for move in order.x_fc_invoice_ids}
        self.assertEqual(
            {name: (move.partner_id, move.amount_untaxed) for name, move in moves.items()},
            {"adp": (self.funder, 750), "client": (order.partner_id, 250)},
        )
        self.assertEqual(set(order.x_fc_invoice_ids.mapped("x_fc_claim_number")), {"CL-2041"})

    def open_case(self, desk, order, status):
        desk.open(f"/odoo/action-fusion_claims.action_adp_cases/{order.id}")
        desk.see(status, f"{RIBBON} .badge")
