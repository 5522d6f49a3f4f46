import random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ClaimsCase


@tagged("post_install", "-at_install")
class TestPortions(ClaimsCase):
    def portions(self, order):
        line = order.order_line[0]
        return line.x_fc_adp_portion, line.x_fc_client_portion

    def test_the_split(self):
        order = self.new_case()
        line = order.order_line
        self.assertEqual(self.portions(order), (750, 250))
        order.x_fc_client_type = "ow"
        self.assertEqual(self.portions(order), (1000, 0))
        order.x_fc_client_type = "reg"
        line.write({"x_fc_deduction_type": "percent", "x_fc_deduction_value": 10})
        self.assertEqual(self.portions(order), (675, 325))
        self.assertEqual(order.x_fc_deduction_total, 75)
        line.write({"x_fc_deduction_type": "amount", "x_fc_deduction_value": 5000})
        self.assertEqual(self.portions(order), (0, 1000))
        line.write({"x_fc_deduction_type": "none", "x_fc_deduction_value": 0, "price_unit": 1200})
        self.assertEqual(self.portions(order), (750, 450))
        self.assertTrue(line.x_fc_over_adp_price)
        self.assertTrue(order.x_fc_has_over_adp_price)
        line.discount = 50
        self.assertEqual(self.portions(order), (450, 150))
        self.assertFalse(line.x_fc_over_adp_price or order.x_fc_has_over_adp_price)
        line.discount = 0
        order.sudo().x_fc_sale_type = "regular"
        self.assertFalse(order.x_fc_has_over_adp_price)

    def test_who_is_not_funded(self):
        order = self.new_case()
        order.order_line = [
            Command.create({"product_id": self.extra.id}),
            Command.create({"product_id": self.product.id, "price_unit": -100}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        portions = [(line.x_fc_adp_portion, line.x_fc_client_portion) for line in order.order_line]
        self.assertEqual(portions, [(750, 250), (0, 30), (0, -100), (0, 0)])
        self.assertEqual(
            (order.x_fc_adp_portion_total, order.x_fc_client_portion_total), (750, 180)
        )
        regular = self.new_case("regular")
        self.assertEqual(self.portions(regular), (0, 1000))
        order.x_fc_device_verification_complete = True
        self.assertEqual(self.portions(order), (0, 1000))
        order.order_line[0].x_fc_adp_approved = True
        self.assertEqual(self.portions(order), (750, 250))

    def test_the_price_is_the_one_of_the_submission(self):
        order = self.new_case()
        self.env.flush_all()
        self.code.adp_price = 900
        self.assertEqual(order.order_line.x_fc_adp_unit_price, 1000)
        other = self.env["fusion.adp.device.code"].create(
            {"device_code": "WM200", "device_type": "Manual wheelchair", "adp_price": 400}
        )
        order.order_line.x_fc_adp_device_code_id = other
        self.assertEqual(order.order_line.x_fc_adp_unit_price, 400)
        self.jump(order, "submitted")
        order.order_line.x_fc_adp_device_code_id = self.code
        self.assertEqual(order.order_line.x_fc_adp_unit_price, 400)

    def test_portions_add_up_to_the_cent_and_explain_themselves(self):
        dice = random.Random(7)
        order = self.new_case()
        line = order.order_line
        for _time in range(150):
            order.x_fc_client_type = dice.choice(["reg", "odsp"])
            self.code.adp_price = 1000
            line.write(
                {
                    "price_unit": dice.randint(1, 300_000) / 100,
                    "product_uom_qty": dice.choice([1, 2, 3, 7, 0.5]),
                    "discount": dice.choice([0, 0, 3.33, 50]),
                    "x_fc_deduction_type": dice.choice(["none", "percent", "amount"]),
                    "x_fc_deduction_value": dice.choice([0, 12.5, 33.3, 99.99]),
                }
            )
            total = line.x_fc_adp_portion + line.x_fc_client_portion
            self.assertAlmostEqual(total, line.price_subtotal, 6)
            self.assertGreaterEqual(line.x_fc_client_portion, 0)
            story = line._fc_explain_portion()
            values = {step["label"]: step["value"] for step in story["steps"]}
            gross = min(
                values["Price that the ADP recognizes"] * values["Quantity"]
                * values["Share of the ADP"],
                story["inputs"]["subtotal"],
            )  # fmt: skip
            self.assertEqual(line.currency_id.round(gross), values["Before the deduction"])
            replayed = line.currency_id.round(values["Before the deduction"] - values["Deduction"])
            self.assertEqual(replayed, story["result"])
        self.assertEqual(set(story), {"result", "inputs", "rule", "steps"})
        self.assertEqual(set(story["rule"]), {"name", "version", "source"})

    # -- Invoices ---------------------------------------------------------------------------------

    def confirmed(self, serial="A1", **values):
        order = self.new_case(status="approved", **{"x_fc_claim_number": "C-3", **values})
        order.order_line.write({"x_fc_adp_approved": True, "x_fc_serial_number": serial})
        order.x_fc_device_verification_complete = True
        order.action_confirm()
        return order.sudo()

    def test_an_invoice_for_each_payer(self):
        order = self.confirmed(x_fc_client_ref_1="ab")
        moves = order._fc_create_funding_invoices()
        adp, client = moves
        self.assertEqual((adp.x_fc_portion, client.x_fc_portion), ("adp", "client"))
        self.assertEqual((adp.partner_id, client.partner_id), (self.funder, self.client))
        self.assertEqual((adp.amount_untaxed, client.amount_untaxed), (750, 250))
        self.assertEqual(set(moves.mapped("x_fc_claim_number")), {"C-3"})
        self.assertIn("AB", adp.ref)
        self.assertIn("A1", adp.invoice_line_ids.name)
        self.assertEqual(order.order_line.qty_invoiced, 1)
        self.assertEqual(order.invoice_status, "invoiced")
        moves.action_post()
        self.assertEqual(order.order_line.untaxed_amount_invoiced, 1000)
        with self.assertRaises(UserError):
            order._fc_create_funding_invoices()
        adp._reverse_moves(cancel=True)
        client._reverse_moves(cancel=True)
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(len(order._fc_create_funding_invoices()), 2)

    def test_amounts_that_cannot_be_divided(self):
        order = self.confirmed()
        order.order_line.write({"product_uom_qty": 3, "price_unit": 33.35})
        moves = order._fc_create_funding_invoices()
        self.assertAlmostEqual(sum(moves.mapped("amount_untaxed")), 100.05, 6)
        self.assertEqual(moves[0].amount_untaxed, order.x_fc_adp_portion_total)
        self.assertEqual(order.order_line.qty_invoiced, 3)

    def test_a_portion_of_nothing_makes_no_invoice(self):
        order = self.confirmed(x_fc_client_type="ow")
        self.assertEqual(order._fc_create_funding_invoices().x_fc_portion, "adp")
        self.assertEqual(order.order_line.qty_invoiced, 1)
        refused = self.confirmed(serial="A2", x_fc_claim_number="C-4")
        refused.order_line.x_fc_adp_approved = False
        self.company.x_fc_adp_partner_id = False
        self.assertEqual(refused._fc_create_funding_invoices().x_fc_portion, "client")

    def test_what_stands_in_the_way(self):
        order = self.new_case(status="approved").sudo()
        with self.assertRaises(UserError):
            order._fc_create_funding_invoices()
        order.action_confirm()
        with self.assertRaises(UserError):
            order._fc_create_funding_invoices()
        with self.assertRaisesRegex(UserError, "Create Funding Invoices"):
            order._create_invoices()
        order.x_fc_device_verification_complete = True
        order.order_line.x_fc_adp_approved = True
        self.company.x_fc_adp_partner_id = False
        with self.assertRaisesRegex(UserError, "ADP as Customer"):
            order._fc_create_funding_invoices()
        self.assertFalse(order.invoice_ids)

    def test_other_orders_are_invoiced_as_ever(self):
        order = self.new_case("regular").sudo()
        order.action_confirm()
        move = order._create_invoices()
        self.assertEqual((move.amount_untaxed, move.x_fc_portion), (1000, False))
        self.assertEqual(order.order_line.qty_invoiced, 1)

    def test_march_of_dimes_pays_what_it_approved(self):
        tax = self.env["account.tax"].create(
            {"name": "HST 13 %", "amount": 13, "type_tax_use": "sale"}
        )
        order = self.new_case("march_of_dimes", status="pca_received").sudo()
        order.order_line.tax_ids = tax
        self.assertEqual(order.amount_total, 1130)
        order.x_fc_mod_approved_amount = 565
        order.action_confirm()
        funder, client = order._fc_create_funder_invoice()
        self.assertEqual(funder.partner_id, self.mod_funder)
        self.assertEqual((funder.amount_total, client.amount_total), (565, 565))
        self.assertEqual(order.x_fc_mod_client_contribution, 565)

    def test_the_button_is_for_who_may_invoice(self):
        """Shown to a bookkeeper who runs no cases, hidden from a clerk who may not invoice."""
        bookkeeper = self.new_user("fc_books", "account.group_account_invoice")
        both = self.new_user(
            "fc_both", "fusion_claims.group_claims_user", "account.group_account_invoice"
        )
        for user, is_shown in ((self.clerk, False), (self.rep, False), (bookkeeper, True),
                               (both, True)):  # fmt: skip
            arch = self.env["sale.order"].with_user(user).get_view(view_type="form")["arch"]
            with self.subTest(user=user.login):
                self.assertEqual("action_fc_create_funding_invoices" in arch, is_shown)
        order = self.confirmed()
        with self.assertRaises(AccessError):
            order.with_user(self.clerk).action_fc_create_funding_invoices()
        action = order.with_user(bookkeeper).action_fc_create_funding_invoices()
        moves = self.env["account.move"].search(action["domain"], order="id")
        self.assertEqual(moves.mapped("x_fc_portion"), ["adp", "client"])
