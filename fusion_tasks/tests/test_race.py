from contextlib import contextmanager

from psycopg2.errors import ExclusionViolation, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

from .common import MONDAY, utc

LOGIN = "tasks_racer"


@tagged("post_install", "-at_install")
class TestRace(BaseCase):
    """Real transactions side by side; what they commit is removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        self.clean()
        with self.cursor() as env:
            company = env.ref("base.main_company")
            user = env["res.users"].create(
                {"name": "Racer", "login": LOGIN, "company_id": company.id,
                 "company_ids": [(6, 0, company.ids)], "x_fc_is_technician": True}
            )  # fmt: skip
            self.user_id, self.tz = user.id, company._fc_tz()
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as env:
            users = env["res.users"].with_context(active_test=False)
            user = users.search([("login", "=", LOGIN)])
            tasks = env["fusion.technician.task"].with_context(active_test=False)
            tasks.search([("technician_id", "in", user.ids)]).unlink()
            employees = env["hr.employee"].with_context(active_test=False)
            employees.search([("user_id", "in", user.ids)]).unlink()
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    @contextmanager
    def cursor(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def at(self, hour):
        return utc(MONDAY, hour, tz=self.tz)

    def book(self, env, hour=10):
        return env["fusion.technician.task"]._book_slot(
            {"summary": "Race", "technician_id": self.user_id, "datetime_start": self.at(hour),
             "duration_hours": 1.0}
        )  # fmt: skip

    def count(self):
        with self.cursor() as env:
            return env["fusion.technician.task"].search_count(
                [("technician_id", "=", self.user_id)]
            )

    @mute_logger("odoo.sql_db")
    def test_a_stale_snapshot_fails_and_then_sees_the_winner(self):
        with self.cursor() as late:
            late["fusion.technician.task"].search_count([])  # its snapshot is taken
            with self.cursor() as first:
                self.book(first)
            with self.assertRaises(SerializationFailure):
                self.book(late)
            late.cr.rollback()
            late.invalidate_all()
            with self.assertRaises(SlotUnavailable) as caught:
                self.book(late)
            self.assertEqual(caught.exception.reason, "overlap")
            late.cr.rollback()
        self.assertEqual(self.count(), 1)

    @mute_logger("odoo.sql_db")
    def test_the_constraint_holds_where_the_guard_is_passed_by(self):
        with self.cursor() as late:
            late["fusion.technician.task"].search_count([])
            with self.cursor() as first:
                winner = self.book(first).id
            with self.assertRaises(ExclusionViolation):
                late.cr.execute(
                    """INSERT INTO fusion_technician_booking
                       (task_id, technician_id, start, stop, blocking)
                       VALUES (%s, %s, %s, %s, TRUE)""",
                    (winner, self.user_id, self.at(10), self.at(11)),
                )
            late.cr.rollback()
        self.assertEqual(self.count(), 1)

    @mute_logger("odoo.sql_db")
    def test_another_slot_of_the_same_day_is_had_on_the_second_try(self):
        with self.cursor() as late:
            late["fusion.technician.task"].search_count([])
            with self.cursor() as first:
                self.book(first)
            with self.assertRaises(SerializationFailure):
                self.book(late, hour=14)
            late.cr.rollback()
            late.invalidate_all()
            self.assertTrue(self.book(late, hour=14))
        self.assertEqual(self.count(), 2)
