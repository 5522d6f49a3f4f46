from odoo.tests import HttpCase, tagged

from .common import DeskCommon


@tagged("post_install", "-at_install")
class TestSignup(DeskCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        cls.ticket = cls.make_ticket(
            name="Lamp flickers", partner_email="nadia@customer.example.com"
        )

    def sign_up(self, login, token=None):
        self.env["res.users"].sudo().signup(
            {"login": login, "name": "Nadia", "email": login, "password": "nadia-nadia"}, token
        )
        return self.env["res.users"].search([("login", "=", login)])

    def my_tickets(self, login):
        self.authenticate(login, "nadia-nadia")
        return self.url_open("/my/tickets").text

    def test_sign_up_through_the_contacts_link_shows_the_ticket(self):
        partner = self.ticket.partner_id
        partner.signup_prepare(signup_type="signup")

        user = self.sign_up("nadia@customer.example.com", partner._generate_signup_token())

        self.assertEqual(user.partner_id, partner)
        self.assertIn("Lamp flickers", self.my_tickets(user.login))

    def test_plain_sign_up_with_the_same_address_does_not(self):
        user = self.sign_up("nadia@customer.example.com")

        self.assertNotEqual(user.partner_id, self.ticket.partner_id)
        self.assertNotIn("Lamp flickers", self.my_tickets(user.login))
