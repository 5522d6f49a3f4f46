from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from ..services.quote import billable_minutes, do_periods_overlap
from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestQuoteArithmetic(BaseCase):
    def test_billable_minutes(self):
        for asked, expected in (
            # minutes, included, increment, minimum
            ((30, 30, 15, 0), 0),
            ((31, 30, 15, 0), 15),
            ((45, 30, 15, 0), 15),
            ((46, 30, 15, 0), 30),
            ((31, 30, 15, 60), 60),
            ((10, 30, 15, 60), 0),
            ((150, 30, 15, 60), 120),
            ((61, 0, 6, 0), 66),
        ):
            with self.subTest(asked=asked):
                self.assertEqual(billable_minutes(*asked), expected)

    def test_both_days_of_a_period_count(self):
        may, june = (date(2031, 5, 1), date(2031, 5, 31)), (date(2031, 6, 1), None)
        self.assertFalse(do_periods_overlap(may, june))
        self.assertTrue(do_periods_overlap(may, (date(2031, 5, 31), None)))
        self.assertTrue(do_periods_overlap(june, (date(2040, 1, 1), date(2040, 2, 1))))


@tagged("post_install", "-at_install")
class TestRate(RepairsCase):
    def match(self, day, hour):
        rates = self.env["fusion.repair.callout.rate"]
        return rates._match("lift_elevating", utc(day, hour), self.company)

    def test_bands_of_the_day(self):
        find = self.env["fusion.repair.callout.rate"]._find_band
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Good Friday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": utc(date(2031, 4, 11), 0),
                "date_to": utc(date(2031, 4, 11), 23),
            }
        )
        for day, hour, band in (
            (MONDAY, 9, "regular"),
            (MONDAY, 16, "regular"),
            (MONDAY, 17, "after_hours"),
            (MONDAY, 7, "after_hours"),
            (date(2031, 3, 22), 9, "weekend"),
            (date(2031, 3, 23), 23, "weekend"),
            (date(2031, 4, 11), 9, "holiday"),
            (date(2031, 4, 11), 20, "holiday"),
        ):
            with self.subTest(day=day, hour=hour):
                self.assertEqual(find(utc(day, hour), self.company), band)

    def test_the_company_s_zone_decides(self):
        """Saturday 1:00 UTC is Friday evening in Toronto."""
        find = self.env["fusion.repair.callout.rate"]._find_band
        self.assertEqual(find(datetime(2031, 3, 22, 1), self.company), "after_hours")

    def test_a_missing_band_falls_back_to_regular(self):
        regular = self.new_rate()
        self.assertEqual(self.match(date(2031, 3, 22), 9), regular)
        weekend = self.new_rate(name="Weekend", band="weekend", callout_fee=180)
        self.assertEqual(self.match(date(2031, 3, 22), 9), weekend)
        self.assertEqual(self.match(MONDAY, 9), regular)

    def test_the_period_decides(self):
        old = self.new_rate(valid_to=date(2031, 3, 17))
        new = self.new_rate(name="New", valid_from=date(2031, 3, 18))
        self.assertEqual(self.match(MONDAY, 9), old)
        self.assertEqual(self.match(date(2031, 3, 18), 9), new)
        self.assertFalse(self.match(date(2025, 12, 31), 9))

    def test_overlapping_rates_are_refused_by_name(self):
        self.new_rate(valid_to=date(2031, 3, 17))
        with self.assertRaisesRegex(ValidationError, "Lifts by day"), self.cr.savepoint():
            self.new_rate(name="Other", valid_from=date(2031, 3, 17), valid_to=date(2032, 1, 1))
        self.new_rate(name="After", valid_from=date(2031, 3, 18))
        with self.assertRaisesRegex(ValidationError, "After"):
            self.new_rate(name="Open Too", valid_from=date(2033, 1, 1))
        quiet = self.new_rate(name="Quiet", active=False, valid_from=date(2033, 1, 1))
        with self.assertRaisesRegex(ValidationError, "After"):
            quiet.active = True
        self.assertFalse(quiet.active)

    def test_a_rate_does_not_move_into_another_s_class(self):
        self.new_rate(valid_to=date(2031, 12, 31))
        other = self.new_rate(name="Beds", equipment_class="standard", valid_to=date(2031, 12, 31))
        with self.assertRaisesRegex(ValidationError, "Lifts by day"):
            other.equipment_class = "lift_elevating"
        self.assertEqual(other.equipment_class, "standard")

    def test_an_example_row_needs_amounts_to_be_used(self):
        example = self.env.ref("fusion_repairs.callout_rate_standard_regular")
        self.assertFalse(example.active)
        with self.assertRaises(ValidationError):
            example.active = True


@tagged("post_install", "-at_install")
class TestQuote(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rate = cls.new_rate()
        cls.part = cls.new_product("Battery", list_price=80)
        cls.symptom = cls.env.ref("fusion_repairs.symptom_stair_lift_stops")  # 75 minutes

    def new_priced_job(self, **values):
        job = self.new_job(product_id=self.lift.id, serial="SL-77", symptom_id=self.symptom.id)
        job.write(values)
        job.move_ids = [
            Command.create(
                {
                    "product_id": self.part.id,
                    "product_uom_qty": 2,
                    "repair_line_type": "add",
                }
            )
        ]
        self.new_task(self.ann, 9, x_fc_repair_id=job.id)
        return job

    def prices(self, job):
        return {line.kind: line.subtotal for line in job._fc_compute_quote()}

    def test_every_line_of_the_formula(self):
        """75 minutes less 30 are 45; 5.79 km by air are 7.52 on the road, less 5."""
        job = self.new_priced_job()
        self.assertEqual(
            self.prices(job), {"callout": 95.0, "labour": 90.0, "travel": 2.77, "part": 160.0}
        )
        self.assertEqual(job.x_fc_quote_total, 347.77)
        self.assertEqual((job.x_fc_rate_band, job.x_fc_callout_rate_id), ("regular", self.rate))
        self.assertEqual((job.x_fc_quote_state, job.x_fc_service_state), ("draft", "scheduled"))

    def test_the_band_of_the_planned_visit(self):
        weekend = self.new_rate(name="Weekend", band="weekend", callout_fee=180)
        job = self.new_job(symptom_id=self.symptom.id)
        self.new_task(self.ann, 9, day=date(2031, 3, 22), x_fc_repair_id=job.id)
        self.assertEqual(self.prices(job)["callout"], 180.0)
        self.assertEqual(job.x_fc_callout_rate_id, weekend)

    def test_what_was_worked_counts_when_done(self):
        job = self.new_job(symptom_id=self.symptom.id)
        self.env["fusion.repair.labour.line"].create(
            {
                "repair_id": job.id,
                "start": "2031-03-17 13:00:00",
                "stop": "2031-03-17 14:31:00",
            }
        )
        self.assertEqual(self.prices(job)["labour"], 90.0)
        job._action_repair_confirm()
        job.action_repair_start()
        job.action_repair_end()
        self.assertEqual(self.prices(job)["labour"], 150.0)  # 91 − 30 = 61 → 75 minutes

    def test_the_least_time_billed(self):
        self.rate.minimum_minutes = 60
        self.assertEqual(self.prices(self.new_job(symptom_id=self.symptom.id))["labour"], 120.0)

    def test_each_line_is_rounded(self):
        self.rate.write({"hourly_rate": 99.99, "increment_minutes": 10})
        job = self.new_job(symptom_id=self.symptom.id)
        self.assertEqual(self.prices(job)["labour"], 83.33)  # 50 minutes

    def test_without_a_rate_the_quote_says_so(self):
        self.rate.active = False
        job = self.new_job()
        with freeze_time("2031-03-17 14:00:00"):
            self.assertFalse(job._fc_compute_quote())
        self.assertEqual(job.x_fc_quote_note, "No rate for Lift and Elevating on 2031-03-17.")
        self.assertEqual(job.x_fc_quote_state, "none")
        with self.assertRaisesRegex(UserError, "No rate"):
            job.action_fc_send_quote()
        self.assertFalse(job.sale_order_id)

    def test_an_unknown_distance_is_no_price(self):
        self.client.write({"partner_latitude": 0, "partner_longitude": 0})
        job = self.new_job()
        self.assertNotIn("travel", self.prices(job))
        self.assertIn("distance is unknown", job.x_fc_quote_note)

    def test_manual_lines_stay(self):
        job = self.new_priced_job()
        job._fc_compute_quote()
        extra = job.x_fc_quote_line_ids.create(
            {"repair_id": job.id, "kind": "discount", "description": "Thanks", "unit_price": -10}
        )
        automatic = job.x_fc_quote_line_ids - extra
        job._fc_compute_quote()
        self.assertEqual(job.x_fc_quote_line_ids - extra, automatic)
        self.assertEqual(job.x_fc_quote_total, 337.77)

    def test_the_manufacturer_covers_parts(self):
        job = self.new_priced_job(under_warranty=True)
        self.assertEqual(self.prices(job)["part"], 0.0)
        part = job.x_fc_quote_line_ids.filtered(lambda line: line.kind == "part")
        self.assertEqual(part.covered_by, "Manufacturer's warranty")

    def test_the_labour_warranty_of_the_unit(self):
        job = self.new_priced_job()
        warranty = self.env["fusion.repair.labor.warranty"].create(
            {
                "partner_id": self.client.id,
                "product_id": self.lift.id,
                "equipment_id": job.x_fc_equipment_id.id,
                "date_start": "2030-03-18",
                "date_end": "2031-03-17",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(
            self.prices(job), {"callout": 0.0, "labour": 0.0, "travel": 2.77, "part": 160.0}
        )
        self.assertEqual(job.x_fc_labor_warranty_id, warranty)
        warranty.covers_callout = False
        self.assertEqual(self.prices(job)["callout"], 95.0)
        warranty.date_end = "2031-03-16"
        self.assertEqual(self.prices(job)["labour"], 90.0)

    def test_a_warranty_of_another_unit_covers_nothing(self):
        job = self.new_priced_job()
        self.env["fusion.repair.labor.warranty"].create(
            {
                "partner_id": self.client.id,
                "product_id": self.lift.id,
                "serial": "SL-78",
                "date_start": "2030-03-18",
                "date_end": "2032-03-17",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.prices(job)["labour"], 90.0)

    def test_a_plan_takes_off_what_is_left(self):
        plan = self.new_plan(labour_discount=20, parts_discount=10)
        self.new_subscription(plan)
        job = self.new_priced_job()
        self.assertEqual(
            self.prices(job), {"callout": 0.0, "labour": 72.0, "travel": 2.77, "part": 144.0}
        )
        self.assertEqual(
            job.x_fc_quote_line_ids.filtered(lambda line: line.kind == "labour").covered_by,
            "Plan Comfort Plan",
        )

    def test_the_order_has_each_line_once(self):
        job = self.new_priced_job()
        job._fc_compute_quote()
        order = job._fc_push_quote_to_sale()
        self.assertEqual(job._fc_push_quote_to_sale(), order)
        self.assertEqual(len(order.order_line), 4)
        self.assertEqual(order.amount_untaxed, 347.77)
        job.x_fc_estimated_minutes = 30
        job._fc_compute_quote()
        job._fc_push_quote_to_sale()
        self.assertEqual(order.amount_untaxed, 257.77)
        self.assertEqual(len(order.order_line), 3)

    def test_the_client_answers_online(self):
        known = self.env["mail.mail"].search([])
        job = self.new_priced_job()
        job.action_fc_send_quote()
        mail = self.env["mail.mail"].search([]) - known
        self.assertIn("clara@example.com", mail.email_to)
        for text in ("$347.77", "$95.00", "See and approve", f"/my/orders/{job.sale_order_id.id}"):
            self.assertIn(text, mail.body_html)
        self.assertEqual((job.x_fc_quote_state, job.sale_order_id.state), ("sent", "sent"))

        job.sale_order_id.action_confirm()
        self.assertEqual(job.x_fc_quote_state, "approved")
        with self.assertRaises(UserError):
            job._fc_push_quote_to_sale()

    def test_the_office_prices_and_sends_whoever_sold(self):
        self.client.user_id = self.new_user("Sam", "sales_team.group_sale_salesman")
        office = self.new_user("Olga", "fusion_repairs.group_user")
        job = self.new_job(symptom_id=self.symptom.id).with_user(office)
        job.action_fc_send_quote()
        self.assertEqual((job.x_fc_quote_state, job.sudo().sale_order_id.state), ("sent", "sent"))
        job.x_fc_estimated_minutes = 10
        job.action_fc_send_quote()
        self.assertEqual(len(job.sudo().sale_order_id.order_line), 2)

    def test_a_quote_declined(self):
        job = self.new_priced_job()
        job.action_fc_send_quote()
        job.sale_order_id._action_cancel()
        self.assertEqual(job.x_fc_quote_state, "declined")

    def test_a_rate_is_tried_before_it_bills(self):
        trial = self.env["fusion.repair.rate.try"].create(
            {"equipment_class": "lift_elevating", "when": "2031-03-17 15:00:00", "minutes": 50,
             "km": 15}
        )  # fmt: skip
        # 20 minutes beyond the 30 included make 30 billed: $60.00; 10 km at $1.10.
        self.assertEqual((trial.callout, trial.billed_minutes, trial.labour), (95, 30, 60))
        self.assertEqual((trial.travel, trial.total), (11, 166))
        trial.equipment_class = "standard"
        self.assertFalse(trial.rate_id)
        self.assertEqual(trial.total, 0)
