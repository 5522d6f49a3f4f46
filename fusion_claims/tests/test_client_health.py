from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ClaimsCase

WIZARD = "fusion_claims.client.health.wizard"
NAMES = ["x_fc_health_card_number", "x_fc_health_card_version", "x_fc_date_of_birth",
         "x_fc_odsp_member_id"]  # fmt: skip


@tagged("post_install", "-at_install")
class TestClientHealth(ClaimsCase):
    """A clerk has no rights on contacts and still keeps the health details of a case's client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.new_case()

    def open(self, user=None, order=None):
        order = order or self.order
        return Form(
            self.env[WIZARD].with_user(user or self.clerk).with_context(
                default_sale_order_id=order.id
            )
        )  # fmt: skip

    def test_a_clerk_changes_them_and_nothing_else_of_a_contact(self):
        with self.assertRaises(AccessError):
            self.client.with_user(self.clerk).write({"x_fc_health_card_version": "AB"})
        dialog = self.open()
        born = self.client.x_fc_date_of_birth
        self.assertEqual([dialog[name] for name in NAMES], ["1234567897", False, born, False])
        dialog.x_fc_health_card_number = " 9876-543-217 "
        dialog.x_fc_health_card_version = "ab"
        dialog.x_fc_odsp_member_id = "M 7"
        wizard = dialog.save()
        wizard.action_confirm()
        self.assertEqual(
            self.client.read(NAMES)[0] | {"id": 0},
            {"id": 0, "x_fc_health_card_number": "9876543217", "x_fc_health_card_version": "AB",
             "x_fc_date_of_birth": born, "x_fc_odsp_member_id": "M 7"},
        )  # fmt: skip
        self.assertFalse(wizard.exists())
        note = self.order.message_ids[0].body
        self.assertIn("Health Card Number, Health Card Version, ODSP Member ID", note)
        for secret in ("9876543217", "M 7", "Date of Birth"):
            self.assertNotIn(secret, note)

    def test_other_fields_are_left_out(self):
        self.order._fc_set_client_health({"name": "Mallory", "x_fc_date_of_birth": "1951-01-01"})
        self.assertEqual(self.client.name, "Clara Client")
        self.assertEqual(str(self.client.x_fc_date_of_birth), "1951-01-01")

    def test_nothing_changed_leaves_no_note(self):
        before = self.order.message_ids
        self.open().save().action_confirm()
        self.assertEqual(self.order.message_ids, before)

    def test_a_look_is_logged(self):
        log = self.env["fusion.phi.access.log"].sudo()
        before = log.search([])
        self.open()
        row = log.search([]) - before
        self.assertEqual(
            (row.user_id, row.partner_id, row.res_model, row.action),
            (self.clerk, self.client, "res.partner", "view"),
        )

    def test_a_wrong_number_changes_nothing(self):
        dialog = self.open()
        dialog.x_fc_health_card_number = "9876543210"
        dialog.x_fc_odsp_member_id = "M 7"
        wizard = dialog.save()
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            wizard.action_confirm()
        self.assertNotIn("98765432", str(caught.exception))
        self.assertEqual(self.client.x_fc_health_card_number, "1234567897")
        self.assertFalse(self.client.x_fc_odsp_member_id)
        self.assertTrue(wizard.exists())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_does_not_run_the_case(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.new_user("fc_foreign", "fusion_claims.group_claims_user")
        foreign.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})
        nurse = self.new_user("fc_nurse", "fusion_claims.group_health_info")
        for user in (self.rep, foreign, nurse):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.open(user)
                with self.assertRaises(AccessError):
                    self.env[WIZARD].with_user(user).create(
                        {"sale_order_id": self.order.id, "x_fc_odsp_member_id": "M 7"}
                    ).action_confirm()
        order = self.order.with_user(self.rep)
        with self.assertRaises(AccessError):
            order._fc_set_client_health({"x_fc_odsp_member_id": "M 7"})
        self.assertFalse(self.client.x_fc_odsp_member_id)

    def test_a_clerk_without_health_information(self):
        self.clerk.group_ids = [
            Command.set([self.env.ref("sales_team.group_sale_salesman_all_leads").id])
        ]
        with self.assertRaises(AccessError):
            self.order._fc_get_client_health()

    def test_a_sale_without_a_funder(self):
        order = self.env["sale.order"].create({"partner_id": self.client.id})
        with self.assertRaises(UserError):
            self.open(order=order)
