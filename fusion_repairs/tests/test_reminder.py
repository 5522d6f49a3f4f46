from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import RepairsCase

DUE = date(2031, 3, 31)


@tagged("post_install", "-at_install")
class TestReminder(RepairsCase):
    def setUp(self):
        super().setUp()
        self.Contract.search([("active", "=", True)]).active = False  # those of the database

    def run_on(self, days_left):
        """:return: mails queued by the job on that day"""
        before = self.env["mail.mail"].search([])
        with freeze_time(f"{DUE - timedelta(days=days_left)} 15:00:00"):
            self.counts = self.Contract.cron_send_due_reminders()
        return self.env["mail.mail"].search([]) - before

    def test_each_band_once(self):
        contract = self.new_contract()
        sent = {}
        for left in (31, 30, 29, 8, 7, 6, 2, 1, 0, -1, -40):
            if self.run_on(left):
                sent[left] = contract.last_reminder_band
        self.assertEqual(sent, {30: "30", 7: "7", 1: "1"})

    def test_a_day_without_the_server_loses_nothing(self):
        contract = self.new_contract()
        self.assertEqual(len(self.run_on(5)), 1)
        self.assertEqual(contract.last_reminder_band, "7")
        self.assertFalse(self.run_on(4))
        mails = self.run_on(-3)
        self.assertEqual(len(mails), 1)
        self.assertIn("overdue since Monday, March 31, 2031", mails.body_html)
        self.assertEqual(self.counts, {"done": 1, "skipped": 0, "failed": 0})

    def test_a_sale_of_years_ago_is_one_overdue_mail_and_one_call(self):
        order = self.new_order(self.lift, commitment_date=datetime(2019, 5, 14))
        contract = self.contracts_of(order)
        self.assertEqual(contract.next_due_date, date(2019, 11, 14))
        mails = self.run_on(20)
        self.assertIn("overdue since Thursday, November 14, 2019", mails.body_html)
        self.assertEqual(contract.last_reminder_band, "1")
        self.assertFalse(self.run_on(19))
        with freeze_time(f"{DUE} 15:00:00"):
            self.assertEqual(self.Contract.cron_followup_overdue()["done"], 1)
            self.assertEqual(self.Contract.cron_followup_overdue()["done"], 0)

    def test_what_the_mail_says(self):
        contract = self.new_contract(x_fc_device_serial="SN-1")
        mail = self.run_on(30)
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertTrue(mail.auto_delete)
        for text in ("$149.00 + applicable tax", "Stair Lift 900", "SN-1", "+1 416 555 0100",
                     "/repairs/maintenance/book/", "/repairs/unsubscribe/"):  # fmt: skip
            self.assertIn(text, mail.body_html)
        note = contract.message_ids[0].body
        self.assertIn("Reminder (30 days) sent to Clara Client.", note)
        self.assertNotIn("/repairs/", note)

    def test_rendering_writes_nothing(self):
        contract = self.new_contract(x_fc_maintenance_fee=0)
        template = self.env.ref("fusion_repairs.email_template_maintenance_due_reminder")
        before = self.env["fusion.access.token"].search_count([])
        body = template._render_field("body_html", contract.ids)[contract.id]
        self.assertIn("/repairs/maintenance/book/preview", body)
        self.assertNotIn("Maintenance fee", body)
        self.assertEqual(self.env["fusion.access.token"].search_count([]), before)
        body = template.with_context(booking_url="https://x.example/b")._render_field(
            "body_html", contract.ids
        )[contract.id]
        self.assertIn("https://x.example/b", body)

    def test_who_is_left_alone(self):
        self.new_contract(state="draft")
        self.new_contract().action_pause()
        self.client.x_fc_maintenance_opt_out = True
        silent = self.new_contract()
        self.assertFalse(self.run_on(7))
        self.assertFalse(silent.activity_ids)
        self.client.x_fc_maintenance_opt_out = False
        self.env["ir.config_parameter"].set_param(
            "fusion_repairs.enable_email_notifications", "False"
        )
        self.assertFalse(self.run_on(7))
        self.assertFalse(silent.last_reminder_band)

    def test_without_an_address_somebody_calls_once(self):
        self.client.email = False
        contract = self.new_contract()
        for left in (30, 7, 1):
            self.assertFalse(self.run_on(left))
        kind = self.env.ref("fusion_repairs.mail_activity_no_email")
        self.assertEqual(contract.activity_ids.activity_type_id, kind)
        self.assertEqual(len(contract.activity_ids), 1)

    def test_the_caregiver_gets_a_copy(self):
        self.new_contract(x_fc_contact_partner_id=self.new_client("Carl Caregiver").id)
        self.assertEqual(
            sorted(self.run_on(7).mapped("email_to")), ["carl@example.com", "clara@example.com"]
        )

    def test_one_bad_row_does_not_stop_the_rest(self):
        bad, good = self.new_contract(), self.new_contract()
        real = type(bad)._get_booking_url

        def fail(contract):
            if contract == bad:
                raise ValueError("broken")
            return real(contract)

        self.patch(type(bad), "_get_booking_url", fail)
        with self.assertLogs("odoo.addons.fusion_base.tools.batch", "WARNING"):
            mails = self.run_on(30)
        self.assertEqual(len(mails), 1)
        self.assertEqual((bad.last_reminder_band, good.last_reminder_band), (False, "30"))
        self.assertTrue(bad.activity_ids)
        self.assertEqual(self.counts, {"done": 1, "skipped": 0, "failed": 1})

    def test_in_the_clients_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        self.client.lang = "fr_CA"
        self.new_contract()
        mail = self.run_on(30)
        self.assertIn("Frais d’entretien", mail.body_html)
        self.assertIn("lundi 31 mars 2031", mail.body_html)

    def count_queries(self, number):
        """:return: queries of a run that reminds so many clients of one unit each"""
        for index in range(number):
            self.new_contract(
                partner_id=self.new_client(f"Cleo{number}x{index} Client").id,
                x_fc_device_serial=f"Q{number}-{index}",
            )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self.run_on(30)), number)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_at_most_fifteen_queries_a_mail(self):
        self.count_queries(1)  # what a running server knows
        few, many = self.count_queries(10), self.count_queries(20)
        self.assertLessEqual((many - few) / 10, 15)

    def test_one_bad_client_does_not_stop_those_worked_with_it(self):
        clients = [self.new_client(f"{name} Client") for name in ("Alma", "Bert", "Cora")]
        contracts = [self.new_contract(partner_id=client.id) for client in clients]
        real = type(contracts[0])._get_booking_url

        def fail(contract):
            if contract == contracts[1]:
                raise ValueError("broken")
            return real(contract)

        self.patch(type(contracts[0]), "_get_booking_url", fail)
        with self.assertLogs("odoo.addons.fusion_base.tools.batch", "WARNING"):
            mails = self.run_on(30)
        self.assertEqual(sorted(mails.mapped("email_to")), ["alma@example.com", "cora@example.com"])
        self.assertEqual([one.last_reminder_band for one in contracts], ["30", False, "30"])
        self.assertEqual([len(one.activity_ids) for one in contracts], [0, 1, 0])
        self.assertEqual(self.counts, {"done": 2, "skipped": 0, "failed": 1})
