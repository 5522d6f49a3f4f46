from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.fusion_claims.tests.common import GATE, make_signature

from .common import CHAIR, ROLLATOR, SCOOTER, STAIR, TUB, PortalCase

MOD = {"x_fc_funding_source": "march_of_dimes"}
BATH = {"bath_room_length": 96, "bath_room_width": 60, "bath_door_width": 32}


@tagged("post_install", "-at_install")
class TestCompletion(PortalCase):
    def story(self):
        visit = self.new_visit(income_under_threshold="yes")
        self.add(visit, "stairlift_straight", {**STAIR, **MOD})
        self.add(visit, "stairlift_straight", STAIR, same_as_previous=True)
        self.add(visit, "ramp", {"ramp_rise": 24, **MOD}, location_tag="front")
        self.add(visit, "tub_cutout", {**TUB, **MOD})
        self.add(visit, "rollator", ROLLATOR)
        self.add(visit, "scooter", SCOOTER)
        return visit

    def notes(self, order):
        return order.message_ids.filtered(lambda message: "<table>" in (message.body or ""))

    def test_one_order_per_funder(self):
        visit = self.story()

        orders = visit.action_complete()

        self.assertEqual(len(orders), 2)
        adp = orders.filtered(lambda order: order.x_fc_sale_type == "adp")
        mod = orders.filtered(lambda order: order.x_fc_sale_type == "march_of_dimes")
        self.assertEqual(adp.x_fc_adp_application_status, "assessment_completed")
        self.assertEqual(mod.x_fc_mod_status, "need_to_schedule")
        self.assertEqual(mod.x_fc_mod_income_under_threshold, "yes")
        self.assertFalse(orders.order_line)
        self.assertEqual((len(self.notes(adp)), len(self.notes(mod))), (2, 4))
        self.assertEqual(orders.mapped("user_id"), self.rep)
        self.assertEqual(orders.partner_id.name, "Nora Newell")
        everybody = ["claims@example.com", "fc_rep@example.com", "nora@example.com",
                     "olive@example.com"]  # fmt: skip
        for order in orders:
            self.assertEqual(sorted(self.mails(order).mapped("email_to")), everybody)

    def test_three_funders_make_three_orders(self):
        visit = self.new_visit()
        self.add(visit, "stairlift_straight", {**STAIR, **MOD})
        self.add(visit, "stairlift_straight", {**STAIR, **MOD})
        self.add(visit, "ramp", {"ramp_rise": 24, **MOD})
        self.add(visit, "rollator", ROLLATOR)
        self.add(visit, "wheelchair", CHAIR)
        self.add(visit, "bathroom", {**BATH, "x_fc_funding_source": "direct_private"})
        orders = visit.action_complete()
        self.assertEqual(
            sorted(orders.mapped("x_fc_sale_type")), ["adp", "direct_private", "march_of_dimes"]
        )
        self.assertFalse(orders.order_line)

    def test_every_funding_reaches_its_own_order(self):
        for source in ("direct_private", "march_of_dimes", "odsp", "wsib", "hardship",
                       "insurance", "other"):  # fmt: skip
            visit = self.new_visit()
            self.add(visit, "ramp", {"ramp_rise": 24, "x_fc_funding_source": source})
            self.assertEqual(visit.action_complete().x_fc_sale_type, source)

    def test_one_odsp_recipient_moves_all_devices(self):
        visit = self.new_visit()
        self.add(visit, "rollator", ROLLATOR)
        self.add(visit, "wheelchair", {**CHAIR, "odsp_recipient": True})
        order = visit.action_complete()
        self.assertEqual((len(order), order.x_fc_sale_type), (1, "adp_odsp"))

    def test_completing_twice(self):
        visit = self.story()
        orders = visit.action_complete()
        mails = sum(len(self.mails(order)) for order in orders)
        self.assertEqual(visit.action_complete(), orders)
        self.assertEqual(sum(len(self.mails(order)) for order in orders), mails)
        self.assertEqual([len(self.notes(order)) for order in orders.sorted("x_fc_sale_type")],
                         [2, 4])  # fmt: skip

    def test_refused_nothing_changes(self):
        visit = self.new_visit(client_name=False)
        self.add(visit, "ramp", {"ramp_rise": 24})
        before = self.env["sale.order"].search_count([])
        with self.assertRaises(UserError):
            visit.action_complete()
        self.assertEqual(visit.state, "measuring")
        self.assertEqual(self.env["sale.order"].search_count([]), before)

    def test_reopened_it_appends_to_the_draft(self):
        visit = self.new_visit()
        self.add(visit, "ramp", {"ramp_rise": 24})
        order = visit.action_complete()
        visit.action_reopen()
        self.add(visit, "bathroom", BATH)
        self.assertEqual(visit.action_complete(), order)
        self.assertEqual((len(self.notes(order)), len(self.mails(order))), (2, 8))

    def test_a_confirmed_order_is_supplemented(self):
        visit = self.new_visit()
        self.add(visit, "ramp", {"ramp_rise": 24})
        order = visit.action_complete()
        order.state = "sale"
        visit.action_reopen()
        self.add(visit, "bathroom", BATH)
        orders = visit.action_complete()
        self.assertEqual(len(orders), 2)
        self.assertEqual(orders.mapped("x_fc_sale_type"), ["direct_private"] * 2)

    def test_one_mail_where_rep_and_authorizer_share_an_address(self):
        self.authorizer.email = "FC_rep@example.com"
        visit = self.new_visit(client_email="fc_rep@example.com")
        self.add(visit, "ramp", {"ramp_rise": 24})
        order = visit.action_complete()
        self.assertEqual(
            sorted(self.mails(order).mapped("email_to")),
            ["claims@example.com", "fc_rep@example.com"],
        )

    def test_the_switch_is_off(self):
        self.env["ir.config_parameter"].set_param(GATE, "False")
        visit = self.new_visit()
        self.add(visit, "ramp", {"ramp_rise": 24})
        order = visit.action_complete()
        self.assertFalse(self.mails(order))
        self.assertTrue(order.message_ids.filtered(lambda message: "switched off" in message.body))

    def test_a_known_client_is_found_and_the_name_decides(self):
        visit = self.new_visit(client_name="Clara Client", client_email="Clara@example.com")
        self.add(visit, "ramp", {"ramp_rise": 24})
        self.assertEqual(visit.action_complete().partner_id, self.client)
        visit = self.new_visit(client_name="C%", client_email="clara@example.com")
        self.add(visit, "ramp", {"ramp_rise": 24})
        self.assertNotEqual(visit.action_complete().partner_id, self.client)

    def test_an_archived_client_is_asked_about(self):
        visit = self.new_visit(partner_id=self.client.id)
        self.add(visit, "tub_cutout", TUB)
        self.client.write({"street": "1 Main Street", "city": "Elora", "active": False})
        visit.write({"street": "1 Main Street", "city": "Elora"})
        with self.assertRaisesRegex(UserError, "Clara Client was archived"):
            visit.action_complete()
        self.assertEqual((visit.state, visit.sale_order_ids.ids), ("measuring", []))
        self.client.active = True
        self.assertEqual(visit.action_complete().partner_id, self.client)

    def test_a_merged_client_is_the_surviving_one(self):
        double = self.env["res.partner"].create({"name": "Clara Client", "city": "Elora",
                                                 "street": "1 Main Street"})  # fmt: skip
        visit = self.new_visit(partner_id=double.id)
        self.add(visit, "tub_cutout", TUB)
        self.env.flush_all()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((double | self.client).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(visit.action_complete().partner_id, self.client)

    def test_notes_hold_no_health_text_and_are_escaped(self):
        visit = self.new_visit()
        self.add(visit, "rollator", {**ROLLATOR, "presenting_condition": "Secret"})
        self.add(
            visit, "ramp",
            {"ramp_rise": 24, "ramp_surface": "<script>x</script>", **MOD},
        )  # fmt: skip
        text = " ".join(self.notes(order).mapped("body")[0] for order in visit.action_complete())
        self.assertNotIn("Secret", text)
        self.assertNotIn("<script>", text)

    def test_without_a_visit_it_runs_the_same_path(self):
        ramp = self.env["fusion.accessibility.assessment"].create(
            {"assessment_type": "ramp", "ramp_rise": 24, "partner_id": self.client.id}
        )
        self.client.write({"street": "1 Oak Street", "city": "Elora"})
        ramp.action_measured()
        order = ramp.action_complete()
        self.assertEqual((order.partner_id, order.visit_id.state), (self.client, "done"))

    def test_signed_on_site_satisfies_the_gate(self):
        visit = self.new_visit()
        item = self.add(visit, "rollator", ROLLATOR)
        item._sign("authorizer", "Olive Therapist", make_signature(), consent=True)
        self.assertEqual(item.state, "signed")
        item._sign("applicant", "Nora Newell", make_signature(), consent=True)
        order = visit.action_complete()
        self.assertTrue(order.x_fc_has_signed_pages_11_12)
        self.assertEqual(order.page11_sign_request_ids.channel, "on_site")

    def test_a_signature_is_not_replaced_by_another(self):
        item = self.add(self.new_visit(), "rollator", ROLLATOR)
        drawing = make_signature()
        item._sign("authorizer", "Olive Therapist", drawing, consent=True)
        first, notes = item.authorizer_signed_at, len(item.message_ids)
        self.assertTrue(item._sign("authorizer", "Olive Therapist", drawing, consent=True))
        with self.assertRaisesRegex(UserError, "Olive Therapist has signed already"):
            item._sign("authorizer", "Somebody Else", drawing, consent=True)
        self.assertEqual((item.authorizer_signed_at, item.authorizer_signed_name),
                         (first, "Olive Therapist"))  # fmt: skip
        self.assertEqual(len(item.message_ids), notes)

    def test_one_signature_alone_does_not(self):
        visit = self.new_visit()
        item = self.add(visit, "rollator", ROLLATOR)
        item._sign("applicant", "Nora Newell", make_signature(), consent=True)
        self.assertFalse(visit.action_complete().x_fc_has_signed_pages_11_12)

    def test_an_edit_voids_both(self):
        item = self.add(self.new_visit(), "rollator", ROLLATOR)
        item._sign("authorizer", "Olive Therapist", make_signature(), consent=True)
        item._sign("applicant", "Nora Newell", make_signature(), consent=True)
        item.wrist_height = 34
        self.assertEqual(item.state, "measured")
        self.assertFalse(item.authorizer_signed_at or item.applicant_signed_at)
        self.assertFalse(item.authorizer_signature or item.applicant_signature)

    def test_signatures_that_are_refused(self):
        item = self.add(self.new_visit(), "rollator", ROLLATOR)
        good = make_signature()
        for arguments in (
            ("authorizer", "Olive", make_signature(strokes=False), False, True),
            ("authorizer", "Olive", "no picture", False, True),
            ("authorizer", "O", good, False, True),
            ("authorizer", "Olive", good, False, False),
            ("authorizer", "Olive", good, "spouse", True),
            ("applicant", "Olive", good, "neighbour", True),
            ("office", "Olive", good, False, True),
        ):
            with self.assertRaises(UserError):
                item._sign(*arguments)
        self.assertEqual(item.state, "measured")
        self.assertFalse(item.authorizer_signed_at or item.applicant_signed_at)
