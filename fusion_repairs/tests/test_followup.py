from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase

DUE = date(2031, 3, 31)


@tagged("post_install", "-at_install")
class TestFollowup(RepairsCase):
    def setUp(self):
        super().setUp()
        self.Contract.search([("active", "=", True)]).active = False  # those of the database
        self.contract = self.new_contract()

    def run_on(self, day, kind):
        with freeze_time(f"{day} 15:00:00"):
            return getattr(self.Contract, f"cron_followup_{kind}")()

    def calls(self, kind, contract=None):
        found = (contract or self.contract).activity_ids
        return found.filtered(
            lambda one: one.activity_type_id == self.env.ref(f"fusion_repairs.mail_activity_{kind}")
        )

    def remind(self, day=DUE - timedelta(days=30), contract=None):
        (contract or self.contract).write({"last_reminder_band": "30", "last_reminder_date": day})

    def test_five_days_after_the_reminder_once_per_cycle(self):
        self.remind()
        self.assertEqual(self.run_on("2031-03-05", "unbooked")["done"], 0)
        self.assertEqual(
            self.run_on("2031-03-06", "unbooked"), {"done": 1, "skipped": 0, "failed": 0}
        )
        self.assertEqual(
            self.calls("call_unbooked").summary, "Clara Client was reminded and did not book"
        )
        self.calls("call_unbooked").unlink()
        self.assertEqual(self.run_on("2031-03-20", "unbooked")["done"], 0)
        self.contract.roll_next_due_date(DUE)
        self.remind(DUE)
        self.assertEqual(self.run_on("2031-04-10", "unbooked")["done"], 1)

    def test_whoever_booked_or_asked_for_a_call_is_left_alone(self):
        self.remind()
        other = self.new_contract()
        self.remind(contract=other)
        other._request_callback("no_time")
        with freeze_time("2031-03-05 14:00:00"):
            self.contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 9))
        self.assertEqual(self.run_on("2031-03-08", "unbooked")["done"], 0)
        self.assertFalse(self.calls("call_unbooked", other))

    def test_opted_out_means_nothing_at_all(self):
        self.remind()
        self.client.x_fc_maintenance_opt_out = True
        self.assertEqual(self.run_on("2031-04-10", "unbooked")["done"], 0)
        self.assertEqual(self.run_on("2031-04-10", "overdue")["done"], 0)

    def test_overdue_comes_back_every_30_days(self):
        self.assertEqual(self.run_on("2031-04-03", "overdue")["done"], 0)
        self.assertEqual(self.run_on("2031-04-04", "overdue")["done"], 1)
        self.assertEqual(
            self.calls("overdue").summary,
            "URGENT: Maintenance of Clara Client is overdue since 2031-03-31",
        )
        self.calls("overdue").unlink()
        self.assertEqual(self.run_on("2031-05-03", "overdue")["done"], 0)
        self.assertEqual(self.run_on("2031-05-04", "overdue")["done"], 1)

    def test_the_coordinator_is_called_and_standard_units_are_not_urgent(self):
        self.category.safety_critical = False
        self.company.x_fc_service_user_id = self.bob
        self.run_on("2031-04-04", "overdue")
        self.assertEqual(self.calls("overdue").user_id, self.bob)
        self.assertEqual(
            self.calls("overdue").summary,
            "Maintenance of Clara Client is overdue since 2031-03-31",
        )

    def test_each_has_its_switch(self):
        self.remind()
        parameters = self.env["ir.config_parameter"].sudo()
        for kind in ("unbooked", "overdue"):
            parameters.set_param(f"fusion_repairs.followup_{kind}_enabled", "False")
            self.assertEqual(
                self.run_on("2031-04-10", kind), {"done": 0, "skipped": 0, "failed": 0}
            )
        self.assertFalse(self.contract.activity_ids)

    def test_one_bad_row_does_not_stop_the_rest(self):
        other = self.new_contract()
        original = type(self.contract)._raise_call

        def poisoned(contract, kind):
            if contract == self.contract:
                raise ValueError("poisoned")
            return original(contract, kind)

        self.patch(type(self.contract), "_raise_call", poisoned)
        with mute_logger("odoo.addons.fusion_base.tools.batch"):
            counts = self.run_on("2031-04-10", "overdue")
        self.assertEqual(counts, {"done": 1, "skipped": 0, "failed": 1})
        self.assertTrue(self.calls("overdue", other))
        self.assertFalse(self.calls("overdue"))


@tagged("post_install", "-at_install")
class TestCertificateExpiry(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Certificate = cls.env["fusion.repair.inspection.certificate"]
        cls.contract = cls.new_contract()
        cls.certificate = cls.Certificate.create(
            {
                "equipment_id": cls.contract.equipment_id.id,
                "contract_id": cls.contract.id,
                "technician_id": cls.ann.id,
                "inspection_date": date(2030, 3, 18),
                "expiry_date": date(2031, 3, 17),
                "result": "pass",
                "company_id": cls.company.id,
            }
        )

    def run_on(self, left):
        before = self.env["mail.mail"].search([])
        with freeze_time(f"{date(2031, 3, 17) - timedelta(days=left)} 15:00:00"):
            self.Certificate.cron_certificate_expiry()
        found = self.env["mail.mail"].search([]) - before
        return sorted(found.mapped("email_to"))

    def test_office_and_client_are_told_at_60_30_and_7_days(self):
        both = ["clara@example.com", "office@field.example"]
        self.assertEqual(self.run_on(61), [])
        self.assertEqual(self.run_on(60), both)
        self.assertEqual(self.certificate.state, "expiring")
        self.assertEqual(self.run_on(59), [])
        self.assertEqual(self.run_on(30), both)
        self.assertEqual(self.run_on(5), both)
        self.assertEqual(self.run_on(0), [])
        self.assertEqual(self.run_on(-1), [])
        self.assertEqual(self.certificate.state, "expired")

    def test_the_client_books_from_the_mail(self):
        before = self.env["mail.mail"].search([])
        self.run_on(30)
        mails = self.env["mail.mail"].search([]) - before
        client = mails.filtered(lambda mail: "clara" in mail.email_to)
        self.assertIn("/repairs/maintenance/book/", client.body_html)
        self.assertIn("Monday, March 17, 2031", client.body_html)
        self.assertNotIn("/repairs/maintenance/book/", (mails - client).body_html)

    def test_without_an_active_contract_the_office_alone(self):
        self.contract.action_pause()
        self.assertEqual(self.run_on(30), ["office@field.example"])


@tagged("post_install", "-at_install")
class TestSettings(RepairsCase):
    def test_zero_and_off_are_kept_as_text(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.x_fc_repairs_followup_overdue_enabled)
        self.assertEqual(settings.x_fc_repairs_booking_lead_hours, 24)
        settings.write(
            {
                "x_fc_repairs_followup_overdue_enabled": False,
                "x_fc_repairs_booking_lead_hours": 0,
            }
        )
        settings.set_values()
        get = self.env["ir.config_parameter"].get_param
        self.assertEqual(get("fusion_repairs.followup_overdue_enabled"), "False")
        self.assertEqual(get("fusion_repairs.booking_lead_hours"), "0")
        again = self.env["res.config.settings"].create({})
        self.assertFalse(again.x_fc_repairs_followup_overdue_enabled)
        self.assertEqual(again.x_fc_repairs_booking_lead_hours, 0)

    def test_a_figure_out_of_bounds_is_refused(self):
        settings = self.env["res.config.settings"].create({"x_fc_repairs_max_client_moves": 101})
        with self.assertRaisesRegex(UserError, "Moves per Visit"):
            settings.set_values()
        get = self.env["ir.config_parameter"].get_param
        self.assertFalse(get("fusion_repairs.max_client_moves"))
