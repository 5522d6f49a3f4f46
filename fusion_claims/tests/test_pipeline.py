from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.fusion_claims.models.pipelines import PIPELINES

from .common import ClaimsCase

#: Written down from the programs' descriptions; (M) stands for a claims manager's step.
NEXT = {
    "adp": {
        "quotation": "assessment_scheduled assessment_completed on_hold cancelled",
        "assessment_scheduled": "assessment_completed quotation on_hold cancelled",
        "assessment_completed":
            "waiting_for_application application_received on_hold cancelled",
        "waiting_for_application": "application_received expired withdrawn on_hold cancelled",
        "application_received":
            "ready_submission waiting_for_application withdrawn expired on_hold cancelled",
        "ready_submission": "submitted application_received withdrawn on_hold cancelled",
        "submitted": "accepted rejected needs_correction approved approved_deduction denied"
            " withdrawn on_hold cancelled",
        "accepted":
            "approved approved_deduction denied needs_correction withdrawn on_hold cancelled",
        "rejected": "resubmitted application_received withdrawn on_hold cancelled",
        "needs_correction": "resubmitted withdrawn on_hold cancelled",
        "resubmitted": "accepted rejected needs_correction approved approved_deduction denied"
            " withdrawn on_hold cancelled",
        "approved": "ready_delivery needs_correction expired withdrawn on_hold cancelled",
        "approved_deduction":
            "ready_delivery needs_correction expired withdrawn on_hold cancelled",
        "denied": "resubmitted case_closed(M) on_hold cancelled",
        "withdrawn": "resubmitted(M) cancelled",
        "ready_delivery": "delivered expired on_hold cancelled",
        "delivered": "ready_bill on_hold cancelled",
        "ready_bill": "billed delivered on_hold cancelled",
        "billed": "paid ready_bill on_hold",
        "paid": "case_closed on_hold",
        "case_closed": "paid(M)",
        "on_hold": "quotation cancelled",
        "cancelled": "quotation(M)",
        "expired": "assessment_scheduled resubmitted cancelled",
    },
    "mod": {
        "need_to_schedule": "assessment_scheduled on_hold cancelled",
        "assessment_scheduled": "assessment_completed need_to_schedule on_hold cancelled",
        "assessment_completed": "processing_drawings quote_submitted on_hold cancelled",
        "processing_drawings": "quote_submitted on_hold cancelled",
        "quote_submitted": "application_submitted processing_drawings on_hold cancelled",
        "application_submitted":
            "awaiting_funding funding_approved funding_denied on_hold cancelled",
        "awaiting_funding": "funding_approved funding_denied quote_submitted on_hold cancelled",
        "funding_approved": "pca_received on_hold cancelled",
        "funding_denied": "quote_submitted case_closed on_hold cancelled",
        "pca_received": "in_production on_hold cancelled",
        "in_production": "project_complete on_hold cancelled",
        "project_complete": "pod_submitted on_hold cancelled",
        "pod_submitted": "case_closed project_complete on_hold",
        "case_closed": "pod_submitted(M)",
        "on_hold": "need_to_schedule cancelled",
        "cancelled": "need_to_schedule(M)",
    },
    "odsp": {
        "quotation": "form_requested on_hold cancelled",
        "form_requested": "submitted on_hold cancelled",
        "submitted": "approved denied on_hold cancelled",
        "approved": "ready_delivery on_hold cancelled",
        "denied": "form_requested case_closed on_hold cancelled",
        "ready_delivery": "delivered on_hold cancelled",
        "delivered": "billed on_hold cancelled",
        "billed": "case_closed on_hold",
        "case_closed": "",
        "on_hold": "quotation cancelled",
        "cancelled": "quotation(M)",
    },
    "generic": {
        "quotation": "documents_pending on_hold cancelled",
        "documents_pending": "submitted on_hold cancelled",
        "submitted": "approved denied on_hold cancelled",
        "approved": "delivered on_hold cancelled",
        "denied": "submitted case_closed on_hold cancelled",
        "delivered": "billed on_hold cancelled",
        "billed": "case_closed on_hold",
        "case_closed": "",
        "on_hold": "quotation cancelled",
        "cancelled": "quotation(M)",
    },
}  # fmt: skip
SALE_TYPE = {"adp": "adp", "mod": "march_of_dimes", "odsp": "odsp", "generic": "wsib"}


@tagged("post_install", "-at_install")
class TestPipeline(ClaimsCase):
    def test_how_many_states(self):
        counts = {code: len(pipeline.states) for code, pipeline in PIPELINES.items()}
        self.assertEqual(counts, {"adp": 24, "mod": 16, "odsp": 11, "generic": 10})
        for code, pipeline in PIPELINES.items():
            self.assertEqual({state.key for state in pipeline.states}, set(NEXT[code]))

    def test_every_transition_and_no_other(self):
        for code, sale_type in SALE_TYPE.items():
            order = self.new_case(sale_type)
            first = PIPELINES[code].initial
            for key, following in NEXT[code].items():
                self.jump(order, key)
                order.sudo().x_fc_status_before_hold = first
                everybody = [one for one in following.split() if "(M)" not in one]
                managers = following.replace("(M)", "").split()
                with self.subTest(pipeline=code, state=key):
                    self.assertCountEqual(order._fc_allowed_transitions(), everybody)
                    of_manager = order.with_user(self.manager)._fc_allowed_transitions()
                    self.assertCountEqual(of_manager, managers)

    def test_a_jump_names_what_is_allowed(self):
        order = self.new_case()
        for move in (
            lambda: order.action_fc_set_status("approved"),
            lambda: order.write({"x_fc_adp_application_status": "approved"}),
            lambda: order.with_context(skip_status_validation=True).write(
                {"x_fc_adp_application_status": "approved"}
            ),
        ):
            with self.assertRaises(UserError) as caught:
                move()
            self.assertIn("Assessment Scheduled, Assessment Completed", str(caught.exception))
        self.assertEqual(order.x_fc_adp_application_status, "quotation")
        self.assertFalse(order.x_fc_status_log_ids)

    def test_the_key_works_for_the_system_alone(self):
        order = self.new_case()
        order.sudo().with_context(skip_status_validation=True).write(
            {"x_fc_adp_application_status": "approved"}
        )
        self.assertEqual(order.x_fc_adp_application_status, "approved")
        self.assertEqual(order.x_fc_status_log_ids.to_state, "approved")

    def test_a_step_leaves_one_row_and_a_second_click_none(self):
        order = self.new_case()
        order.x_fc_assessment_start_date = "2026-05-04"
        order.action_fc_set_status("assessment_scheduled")
        order.action_fc_set_status("assessment_scheduled")
        (row,) = order.x_fc_status_log_ids
        self.assertEqual(
            (row.pipeline, row.from_state, row.to_state, row.user_id),
            ("adp", "quotation", "assessment_scheduled", self.clerk),
        )
        self.assertEqual((row.from_label, row.to_label), ("Quotation", "Assessment Scheduled"))
        self.assertGreaterEqual(row.seconds_in_previous, 0)

    def test_time_in_a_state_is_read_in_words_and_days(self):
        order = self.new_case()
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            order.action_fc_set_status("on_hold", "x")
        logs = self.env["fusion.claims.status.log"].with_user(self.clerk)
        [group] = logs.formatted_read_group(
            [("order_id", "=", order.id)], ["from_state"], ["days_in_previous:avg"]
        )
        self.assertAlmostEqual(group["days_in_previous:avg"], 3, 1)
        names = dict(logs.fields_get(["from_state"])["from_state"]["selection"])
        self.assertEqual(names[group["from_state"]], "Quotation")

    def test_a_sales_rep_moves_nothing(self):
        order = self.new_case(user=self.rep)
        for move in (
            lambda: order.action_fc_set_status("cancelled", "No"),
            lambda: order.write({"x_fc_adp_application_status": "assessment_scheduled"}),
        ):
            with self.assertRaises(AccessError):
                move()
        self.assertEqual(order.x_fc_adp_application_status, "quotation")

    def test_hold_and_back(self):
        order = self.new_case()
        with self.assertRaises(UserError):
            order.action_fc_set_status("on_hold")
        order.action_fc_set_status("on_hold", "Client travels")
        self.assertEqual(order.x_fc_status_before_hold, "quotation")
        self.assertEqual(order.x_fc_status_log_ids[0].reason, "Client travels")
        with self.assertRaises(UserError):
            order.action_fc_set_status("assessment_scheduled")
        order.action_fc_set_status("quotation")
        self.assertFalse(order.x_fc_status_before_hold)

    def test_every_case_is_checked_before_any_is_written(self):
        ready, not_ready = self.new_case(), self.new_case(x_fc_authorizer_id=False)
        (ready + not_ready).write({"x_fc_assessment_start_date": "2026-05-04"})
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            (ready + not_ready).action_fc_set_status("assessment_scheduled")
        self.assertIn("Choose the authorizer.", str(caught.exception))
        self.assertEqual(ready.x_fc_adp_application_status, "quotation")

    def test_a_status_of_another_pipeline(self):
        order = self.new_case()
        with self.assertRaises(UserError):
            order.write({"x_fc_mod_status": "assessment_scheduled"})
        self.assertFalse(order.x_fc_mod_status)

    def test_the_funding_type(self):
        order = self.new_case("regular")
        self.assertFalse(order._fc_pipeline())
        self.assertFalse(order._fc_allowed_transitions())
        order.x_fc_sale_type = "adp_odsp"
        self.assertEqual(
            (order.x_fc_adp_application_status, order.x_fc_client_type), ("quotation", "odsp")
        )
        order.x_fc_sale_type = "march_of_dimes"
        self.assertEqual(
            (order.x_fc_adp_application_status, order.x_fc_mod_status), (False, "need_to_schedule")
        )
        order.x_fc_mod_assessment_scheduled_date = "2026-05-04"
        order.action_fc_set_status("assessment_scheduled")
        with self.assertRaises(UserError):
            order.x_fc_sale_type = "adp"
        order.with_user(self.manager).x_fc_sale_type = "adp"
        self.assertEqual(
            (order.x_fc_mod_status, order.x_fc_adp_application_status), (False, "quotation")
        )

    def test_a_new_case_begins_at_the_beginning(self):
        values = {"partner_id": self.client.id, "x_fc_sale_type": "adp"}
        orders = self.env["sale.order"].with_user(self.clerk)
        self.assertEqual(orders.create(values).x_fc_adp_application_status, "quotation")
        with self.assertRaises(UserError):
            orders.create({**values, "x_fc_adp_application_status": "approved"})

    def test_a_copy_is_a_new_case(self):
        order = self.new_case(x_fc_claim_number="C-1")
        self.complete(order)
        self.jump(order, "approved")
        order.order_line.x_fc_serial_number = "S1"
        copy = order.copy()
        self.assertEqual(copy.x_fc_adp_application_status, "quotation")
        self.assertFalse(copy.x_fc_claim_number or copy.x_fc_original_application)
        self.assertFalse(copy.order_line.x_fc_serial_number)

    def test_counts(self):
        self.new_case("wsib")
        counts = self.env["sale.order"].with_user(self.clerk)._fc_dashboard_counts()
        self.assertGreaterEqual(counts["generic"]["quotation"]["count"], 1)
        self.assertGreaterEqual(counts["generic"]["quotation"]["amount"], 1000)
        self.assertEqual(counts["mod"]["awaiting_funding"], {"count": 0, "amount": 0.0})

    def test_where_a_case_stands_in_plain_words(self):
        order = self.new_case()
        self.jump(order, "submitted")
        steps = [step["state"] for step in order._fc_get_timeline()]
        self.assertEqual(steps, ["done", "done", "current", "todo", "todo"])
        self.jump(order, "cancelled")
        self.assertEqual(order._fc_get_timeline(), [])

    def test_ageing(self):
        order = self.new_case()
        self.assertEqual((order.x_fc_days_in_state, order.x_fc_is_slow), (0, "no"))
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = create_date - interval '8 days' WHERE id = %s",
            [order.id],
        )
        order.invalidate_recordset()
        self.assertEqual((order.x_fc_days_in_state, order.x_fc_is_slow), (8, "slow"))
