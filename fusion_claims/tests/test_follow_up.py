from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GATE, ClaimsCase


@tagged("post_install", "-at_install")
class TestFollowUp(ClaimsCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(GATE, "True")
        self.today = fields.Date.today()

    def run_cron(self):
        return self.env["sale.order"]._cron_claims_followups()

    def approved(self, left, status="approved"):
        order = self.new_case(status=status)
        ends = self.today + timedelta(days=left)
        order.x_fc_claim_approval_date = ends - relativedelta(months=6)
        return order

    def to(self, order):
        return sorted(self.mails(order).mapped("email_to"))

    def test_an_approval_about_to_end_is_told_once_per_band(self):
        order = self.approved(25)
        self.run_cron()
        self.run_cron()
        self.assertEqual(self.to(order), ["fc_rep@example.com"])
        self.assertEqual(len(order.activity_ids), 1)
        order.x_fc_claim_approval_date -= timedelta(days=20)
        self.run_cron()
        self.assertEqual(len(self.to(order)), 2)
        order.x_fc_claim_approval_date -= timedelta(days=10)
        self.run_cron()
        self.assertEqual(order.x_fc_adp_application_status, "expired")

    def test_far_away_or_delivered(self):
        orders = self.approved(60) + self.approved(10, "delivered")
        self.run_cron()
        self.assertFalse(orders.activity_ids)

    def test_the_authorizer_hears_three_times(self):
        order = self.new_case(status="waiting_for_application")
        for days in (13, 14, 20, 28, 42, 56, 70):
            with freeze_time(order.create_date + timedelta(days=days, hours=1)):
                self.run_cron()
        self.assertEqual(self.to(order), ["olive@example.com"] * 3)

    def test_a_bill_that_waits(self):
        order = self.new_case(status="ready_bill")
        order.x_fc_claim_approval_date = self.today - relativedelta(months=10, days=1)
        self.run_cron()
        self.run_cron()
        self.assertEqual(len(order.activity_ids), 1)

    def test_one_bad_case_stops_no_other(self):
        bad, good = self.approved(25), self.approved(25)
        follow = type(bad)._fc_follow_up

        def fail(order):
            if order == bad:
                raise ValueError("bad row")
            return follow(order)

        self.patch(type(bad), "_fc_follow_up", fail)
        with mute_logger("odoo.addons.fusion_base.tools.batch"):
            self.run_cron()
        self.assertFalse(bad.activity_ids)
        self.assertEqual(len(good.activity_ids), 1)
