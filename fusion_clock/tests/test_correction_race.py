from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

DAY = {"check_in": "2026-05-04 13:00:00", "check_out": "2026-05-04 17:00:00"}


@tagged("post_install", "-at_install")
class TestCorrectionRace(BaseCase):
    """Two real transactions, the second with a snapshot from before the first one's commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            company = env.ref("base.main_company")
            self.employee_id = (
                env["hr.employee"].create({"name": "Two tabs", "company_id": company.id}).id
            )
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as env:
            own = [("employee_id", "=", self.employee_id)]
            logs = env["fusion.clock.activity.log"].with_context(fclk_retention=True)
            logs.search(own).unlink()
            env["fusion.clock.correction"].search(own).unlink()
            env["hr.attendance"].search(own).unlink()
            env["hr.employee"].browse(self.employee_id).unlink()

    @contextmanager
    def cursor(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def submit(self, env):
        employee = env["hr.employee"].browse(self.employee_id)
        return employee._fclk_submit_correction("forgot_both", "2026-05-04", "Forgot", **DAY)

    def corrections(self, env):
        return env["fusion.clock.correction"].search([("employee_id", "=", self.employee_id)])

    @mute_logger("odoo.sql_db")
    def test_two_tabs_file_one_request(self):
        with self.cursor() as two:
            self.assertFalse(self.corrections(two))
            with self.cursor() as one:
                self.assertTrue(self.submit(one)["success"])
            self.assertEqual(self.submit(two)["error"], "invalid")
        with self.cursor() as env:
            self.assertEqual(len(self.corrections(env)), 1)

    @mute_logger("odoo.sql_db")
    def test_two_reviewers_change_the_hours_once(self):
        with self.cursor() as env:
            self.submit(env)
        with self.cursor() as two:
            seen = self.corrections(two)
            self.assertEqual(seen.state, "submitted")
            with self.cursor() as one:
                self.corrections(one).action_approve()
            with self.assertRaises(SerializationFailure):  # the request is run again by Odoo
                seen.action_approve()
                two.flush_all()
            two.cr.rollback()
        with self.cursor() as env:
            rows = env["hr.attendance"].search([("employee_id", "=", self.employee_id)])
            self.assertEqual((len(rows), rows.x_fclk_net_hours), (1, 4.0))
            self.assertEqual(self.corrections(env).state, "approved")
