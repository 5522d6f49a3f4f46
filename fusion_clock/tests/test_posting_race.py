from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

DAY = "2026-06-01"


@tagged("post_install", "-at_install")
class TestPostingRace(BaseCase):
    """Two real transactions; what they commit is removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            employee = env["hr.employee"].create(
                {"name": "Race Poster", "work_email": "race.poster@example.com"}
            )
            env["fusion.clock.schedule"].create(
                {"employee_id": employee.id, "date": DAY, "start_time": 9, "end_time": 17}
            )
            self.employee_id = employee.id
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as env:
            employee = env["hr.employee"].browse(self.employee_id)
            self.mails(env).unlink()
            logs = env["fusion.clock.activity.log"].with_context(fclk_retention=True)
            logs.search([("employee_id", "=", employee.id)]).unlink()
            employee.unlink()

    @contextmanager
    def cursor(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def mails(self, env):
        return env["mail.mail"].search([("email_to", "=", "race.poster@example.com")])

    def post(self, env):
        return env["fusion.clock.schedule"].fclk_post_week(DAY, [self.employee_id])

    def test_two_posts_at_once_post_and_mail_once(self):
        with self.cursor() as one, self.cursor() as two:
            two["fusion.clock.schedule"].search_count([])  # its snapshot is older than the post
            self.assertEqual(self.post(one)["posted"], 1)
            one.cr.commit()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.post(two)
            two.cr.rollback()  # as Odoo does before it runs the request again
            two.invalidate_all()
            self.assertEqual(self.post(two)["posted"], 0)
        with self.cursor() as env:
            self.assertEqual(len(self.mails(env)), 1)
            events = env["fusion.clock.activity.log"].search_count(
                [("employee_id", "=", self.employee_id), ("event", "=", "schedule_posted")]
            )
            self.assertEqual(events, 1)
