from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import SmtpSink

from .planner_common import MONDAY, PlannerCase

TUESDAY, NEXT_MONDAY = date(2026, 6, 2), date(2026, 6, 8)
POST = "odoo.addons.fusion_clock.models.fusion_clock_schedule_post"


@tagged("post_install", "-at_install")
class TestPosting(PlannerCase):
    def mails(self):
        return self.env["mail.mail"].search(
            [("subject", "like", "chedule, week of"), ("state", "=", "outgoing")], order="id"
        )

    def test_drafts_of_the_week_are_posted_and_each_employee_is_told_once(self):
        first, second = self.make_entry(MONDAY), self.make_entry(TUESDAY)
        other = self.make_entry(MONDAY, self.colleague)
        later = self.make_entry(NEXT_MONDAY)

        with freeze_time("2026-05-28 15:00:00"):
            answer = self.post(week="2026-06-04")

        self.assertEqual(
            answer,
            {
                "success": True,
                "posted": 3,
                "employees": 2,
                "emails": 2,
                "no_email": [],
                "email_failures": [],
            },
        )
        self.assertEqual((first + second + other).mapped("state"), ["posted"] * 3)
        self.assertEqual(first.posted_date, datetime(2026, 5, 28, 15))
        self.assertEqual(first.posted_by_id, self.manager_user)
        self.assertEqual(later.state, "draft")
        mails = self.mails()
        self.assertEqual(mails.mapped("email_to"), ["amira@example.com", "ben@example.com"])
        self.assertEqual(mails.mapped("auto_delete"), [True, True])
        self.assertTrue(mails[0].subject.startswith("Your schedule, week of"))
        self.assertIn("Monday 1 June", mails[0].body_html)
        self.assertIn("Sunday 7 June", mails[0].body_html)
        self.assertIn("Not scheduled", mails[0].body_html)

    def test_a_second_post_posts_nothing_and_mails_nobody(self):
        self.make_entry(MONDAY)
        self.post()
        before = len(self.mails())

        answer = self.post()

        self.assertEqual((answer["posted"], answer["employees"], answer["emails"]), (0, 0, 0))
        self.assertEqual(len(self.mails()), before)

    def test_a_draft_replaces_the_posted_entry_and_keeps_its_id(self):
        posted = self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        draft = self.make_entry(MONDAY, start_time=10, end_time=18, note="Bring boots")

        answer = self.post()

        self.assertEqual(answer["posted"], 1)
        self.assertFalse(posted.exists())
        self.assertEqual((draft.state, draft.start_time), ("posted", 10.0))
        self.assertEqual(self.employee._get_fclk_day_plan(MONDAY)["schedule_id"], draft.id)
        mail = self.mails()
        self.assertTrue(mail.subject.startswith("Updated schedule, week of"))
        self.assertIn("Bring boots", mail.body_html)
        event = self.Log.search([("event", "=", "schedule_posted")])
        self.assertEqual(event.employee_id, self.employee)
        common = {"shift_id": False, "is_off": False, "break_minutes": 0.0}
        self.assertEqual(
            event.details["days"],
            [
                {
                    "date": "2026-06-01",
                    "old": {**common, "start_time": 9.0, "end_time": 17.0, "note": ""},
                    "new": {**common, "start_time": 10.0, "end_time": 18.0, "note": "Bring boots"},
                }
            ],
        )

    def test_until_the_post_the_posted_entry_drives(self):
        self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        self.make_entry(MONDAY, is_off=True)
        self.assertEqual(self.employee._get_fclk_day_plan(MONDAY)["start_time"], 9.0)
        self.post()
        plan = self.employee._get_fclk_day_plan(MONDAY)
        self.assertEqual((plan["is_off"], plan["label"]), (True, "OFF"))

    def test_a_lead_posts_the_team_only(self):
        mine, other = self.make_entry(MONDAY), self.make_entry(MONDAY, self.colleague)
        answer = self.post(self.lead_user)
        self.assertEqual((answer["posted"], mine.state, other.state), (1, "posted", "draft"))

    def test_foreign_employees_are_refused_and_nothing_is_posted(self):
        mine = self.make_entry(MONDAY)
        self.make_entry(MONDAY, self.colleague)
        with self.assertRaises(AccessError):
            self.post(self.lead_user, employee_ids=(self.employee + self.colleague).ids)
        with self.assertRaises(AccessError):
            self.post(self.plain_user)
        self.assertEqual(mine.state, "draft")
        self.assertFalse(self.mails())

    def test_another_company_s_drafts_stay(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["hr.employee"].create({"name": "Far", "company_id": company.id})
        entry = self.make_entry(MONDAY, stranger)
        self.assertEqual(self.post()["posted"], 0)
        with self.assertRaises(AccessError):
            self.post(employee_ids=stranger.ids)
        self.assertEqual(entry.state, "draft")

    def test_missing_and_invalid_addresses(self):
        self.employee.work_email = "not an address"
        self.colleague.work_email = False
        self.make_entry(MONDAY)
        self.make_entry(MONDAY, self.colleague)

        with mute_logger(POST):
            answer = self.post()

        self.assertEqual((answer["posted"], answer["emails"]), (2, 0))
        self.assertEqual(answer["email_failures"], ["Amira Tremblay"])
        self.assertEqual(answer["no_email"], ["Ben Singh"])
        self.assertFalse(self.mails())

    def test_a_failing_mail_does_not_undo_the_post(self):
        drafts = self.make_entry(MONDAY) + self.make_entry(MONDAY, self.colleague)
        make = type(self.env["mail.mail"]).create

        def create(mails, vals_list):
            if "ben@example.com" in str(vals_list):
                self.env.cr.execute("SELECT 1/0")
            return make(mails, vals_list)

        with (
            patch.object(type(self.env["mail.mail"]), "create", create),
            mute_logger(POST, "odoo.sql_db"),
        ):
            answer = self.post()

        self.assertEqual((answer["posted"], answer["emails"]), (2, 1))
        self.assertEqual(answer["email_failures"], ["Ben Singh"])
        self.assertEqual(drafts.mapped("state"), ["posted", "posted"])

    def test_the_user_s_address_serves_when_no_work_address_is_known(self):
        self.employee.work_email = False
        self.plain_user.email = "amira.home@example.com"
        self.make_entry(MONDAY)
        self.assertEqual(self.post()["emails"], 1)
        self.assertEqual(self.mails().email_to, "amira.home@example.com")

    def test_mail_in_the_employee_s_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.plain_user.lang = "fr_CA"
        self.make_entry(MONDAY)
        self.post()
        self.assertIn("lundi 1 juin", self.mails().body_html)

    def test_the_mail_reaches_a_real_server(self):
        with SmtpSink() as sink:
            self.env["ir.mail_server"].search([]).active = False
            self.env["ir.mail_server"].create(
                {"name": "Sink", "smtp_host": sink.host, "smtp_port": sink.port}
            )
            self.make_entry(MONDAY, shift_id=self.shift.id)
            self.post()
            mail = self.mails()
            with self.allow_smtp():
                mail.send(auto_commit=False)

        self.assertEqual(len(sink.messages), 1)
        message = sink.messages[0]
        self.assertEqual(message["X-Sink-To"], "amira@example.com")
        self.assertTrue(message["Subject"].startswith("Your schedule, week of"))
        text = message.get_body(("html",)).get_content()
        self.assertIn("4:30", text)
        self.assertFalse(mail.exists())

    def allow_smtp(self):
        """Tests of Odoo never open an SMTP connection; this one may."""
        return patch.object(
            type(self.env["ir.mail_server"]), "_disable_send", classmethod(lambda _c: False)
        )

    def test_a_mail_server_that_is_down_harms_nothing(self):
        self.make_entry(MONDAY)
        answer = self.post()
        self.assertEqual((answer["posted"], self.mails().state), (1, "outgoing"))

    def test_a_posted_entry_changes_only_by_posting(self):
        posted = self.make_entry(MONDAY, state="posted")
        draft = self.make_entry(TUESDAY)
        for user in (self.lead_user, self.manager_user):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    posted.with_user(user).start_time = 11
                with self.assertRaises(UserError):
                    draft.with_user(user).state = "posted"
                with self.assertRaises(UserError):
                    self.Schedule.with_user(user).create(
                        {
                            "employee_id": self.employee.id,
                            "date": NEXT_MONDAY,
                            "state": "posted",
                            "start_time": 9,
                            "end_time": 17,
                        }
                    )
                draft.with_user(user).start_time = 10
        self.assertEqual((posted.start_time, draft.state), (9.0, "draft"))
        self.assertFalse(self.Schedule.search([("date", "=", NEXT_MONDAY)]))

    def test_a_withdrawn_day_is_logged(self):
        posted = self.make_entry(MONDAY, state="posted")
        with self.assertRaises(AccessError):
            posted.with_user(self.lead_user).unlink()
        self.assertTrue(posted.exists())
        posted.with_user(self.manager_user).unlink()
        [day] = self.Log.search([("event", "=", "schedule_posted")]).details["days"]
        self.assertEqual((day["old"]["start_time"], day["new"]), (9.0, None))
