from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClockCase


@tagged("post_install", "-at_install")
class TestActivityLog(ClockCase):
    def test_rows_cannot_be_changed_or_deleted(self):
        row = self.Log._fclk_log("unlock", message="kept")
        for change in (
            lambda: row.write({"message": "forged"}),
            row.unlink,
            lambda: row.with_context(fclk_retention=False).unlink(),
            lambda: (
                row.with_user(self.env.ref("base.user_admin"))
                .with_context(fclk_retention=True)
                .unlink()
            ),
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(row.message, "kept")
        row.sudo().with_context(fclk_retention=True).unlink()
        self.assertFalse(row.exists())

    @freeze_time("2026-06-02 03:30:00")  # Monday 23:30 in Toronto
    def test_the_date_is_local(self):
        row = self.Log._fclk_log("clock_in", self.employee)
        self.assertEqual(row.date, date(2026, 6, 1))
        self.assertEqual((row.employee_id, row.company_id), (self.employee, self.company))
        self.assertEqual(row.user_id, self.env.user)
        self.assertEqual(
            self.Log.with_company(self.company)._fclk_log("unlock").date, date(2026, 6, 1)
        )

    @mute_logger("odoo.sql_db")
    def test_absence_and_reminder_once_a_day(self):
        for event in ("absence", "reminder_in"):
            self.Log._fclk_log(event, self.employee)
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.Log._fclk_log(event, self.employee)
        self.Log._fclk_log("clock_in", self.employee)
        self.Log._fclk_log("clock_in", self.employee)

    @mute_logger("odoo.sql_db")
    def test_one_row_per_client_uuid(self):
        self.Log._fclk_log("clock_in", self.employee, client_uuid="a-1")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.Log._fclk_log("clock_in", self.colleague, client_uuid="a-1")

    def test_history_outlives_the_employee(self):
        person = self.make_employee("Leaver")
        row = self.Log._fclk_log("clock_in", person)
        person.unlink()
        self.assertTrue(row.exists())
        self.assertFalse(row.employee_id)
