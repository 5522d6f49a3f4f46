from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestReminders(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        team = cls.env["crm.team"].create({"name": "Field", "user_id": cls.manager.id})
        team.x_fc_portal_rep_ids = cls.rep
        cls.visit = cls.new_visit()

    def quiet(self, days):
        self.visit.last_touched = fields.Datetime.now() - timedelta(days=days)

    def remind(self):
        self.env["fusion.assessment.visit"]._cron_remind()
        return self.visit.activity_ids.user_id

    def test_the_rep_after_a_week_and_the_leader_after_three(self):
        self.quiet(6)
        self.assertFalse(self.remind())
        self.quiet(8)
        self.assertEqual(self.remind(), self.rep)
        self.assertEqual((self.remind(), len(self.visit.activity_ids)), (self.rep, 1))
        self.quiet(22)
        self.assertEqual(self.remind(), self.rep | self.manager)
        self.assertEqual((len(self.visit.activity_ids), self.visit.state), (2, "measuring"))

    def test_a_change_starts_the_days_again(self):
        self.quiet(8)
        self.visit._add_item("accessibility", "ramp")
        self.assertFalse(self.remind())
        self.quiet(8)
        self.visit.city = "Fergus"
        self.assertFalse(self.remind())

    def test_closed_visits_are_left_alone(self):
        self.visit.action_cancel("Moved")
        self.quiet(30)
        self.assertFalse(self.remind())

    def test_the_cron_itself(self):
        self.quiet(8)
        with self.enter_registry_test_mode():
            self.env.ref("fusion_portal.cron_remind_visits").method_direct_trigger()
        self.assertEqual(self.visit.activity_ids.user_id, self.rep)
