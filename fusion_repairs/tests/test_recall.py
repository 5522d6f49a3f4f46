import io
import re
from contextlib import suppress
from datetime import date, datetime

from freezegun import freeze_time
from openpyxl import load_workbook
from psycopg2 import OperationalError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, tagged

from .. import const
from ..services.serial import is_between
from .common import RepairsCase

NOW = "2031-03-14 14:00:00"  # Friday, 10:00 in Toronto


class RecallCase(RepairsCase):
    """Stair lifts of Clara and Dora, and a walker of Clara."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_client = cls.new_client("Dora Doe")
        cls.walker = cls.new_product("Walker 3")
        cls.unit = cls.new_unit(x_fc_serial="SL-999")
        cls.other_unit = cls.new_unit(cls.other_client, x_fc_serial="SL-1500")
        cls.new_unit(x_fc_product_id=cls.walker.id, x_fc_serial="W-1")
        cls.recall = cls.new_recall()

    @classmethod
    def new_unit(cls, client=None, **values):
        return cls.env["maintenance.equipment"].create(
            {
                "name": "Stair lift",
                "company_id": cls.company.id,
                "x_fc_is_client_unit": True,
                "x_fc_client_id": (client or cls.client).id,
                "x_fc_product_id": cls.lift.id,
                "x_fc_repair_category_id": cls.category.id,
                **values,
            }
        )

    @classmethod
    def new_recall(cls, **values):
        return cls.env["fusion.repair.recall"].create(
            {
                "name": "Swivel lock",
                "reference": "SR-1",
                "hazard": "The lock of the seat wears out.",
                "product_ids": [Command.set(cls.lift.ids)],
                "visit_minutes": 30,
                "company_id": cls.company.id,
                **values,
            }
        )

    def start(self, recall=None, **values):
        recall = recall or self.recall
        recall.write(values)
        recall.action_find_units()
        recall.action_start()
        return recall.line_ids

    def line_of(self, unit, recall=None):
        return (recall or self.recall).line_ids.filtered(lambda line: line.equipment_id == unit)

    def mails_of(self, call):
        """:return: mails queued by the call"""
        before = self.env["mail.mail"].search([])
        call()
        return self.env["mail.mail"].search([], order="id") - before


@tagged("post_install", "-at_install")
class TestSerialRange(TransactionCase):
    def test_numbers_count_by_value(self):
        for key, first, last, expected in (
            ("SL999", "SL100", "SL2000", True),
            ("SL2001", "SL100", "SL2000", False),
            ("SL100", "SL100", "SL100", True),
            ("SL99", "SL100", "", False),
            ("SM500", "SL100", "SL2000", False),
            ("7", "", "10", True),
            ("", "", "SL2000", False),
        ):
            with self.subTest(key=key, first=first, last=last):
                self.assertEqual(is_between(key, first, last), expected)


@tagged("post_install", "-at_install")
class TestRecall(RecallCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)

    # -- Which units ------------------------------------------------------------------------------

    def test_which_units(self):
        sold = self.new_order(self.lift, confirm=False)
        sold.date_order = datetime(2026, 3, 2, 3, 30)  # Sunday, March 1, 22:30 in Toronto
        by_sale = self.new_unit(x_fc_sale_line_id=sold.order_line.id, x_fc_serial="SL-3000")
        by_hand = self.new_unit(x_fc_install_date=date(2026, 3, 1))
        self.new_unit(active=False, x_fc_serial="SL-1000")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.new_unit(company_id=elsewhere.id, x_fc_serial="SL-1001")
        lifts = self.unit | self.other_unit | by_sale | by_hand
        march = {"sold_from": date(2026, 3, 1), "sold_to": date(2026, 3, 1)}
        for values, expected in (
            ({}, lifts),
            ({"category_ids": [Command.set(self.category.ids)], "serial_from": "sl 1000"},
             self.other_unit | by_sale),
            ({"serial_from": "SL-100", "serial_to": "SL-2000"}, self.unit | self.other_unit),
            (march, by_sale | by_hand),
            ({"sold_from": date(2026, 3, 2)}, self.env["maintenance.equipment"]),
        ):  # fmt: skip
            with self.subTest(values=values):
                self.assertEqual(self.new_recall(**values)._find_units(), expected)

    def test_the_preview_follows_the_criteria_and_tells_nobody(self):
        mails = self.mails_of(self.recall.action_find_units)
        self.assertFalse(mails)
        self.assertEqual(self.recall.line_ids.equipment_id, self.unit | self.other_unit)
        self.line_of(self.other_unit).settled_reason = "not_affected"
        self.recall.serial_to = "SL-998"
        action = self.recall.action_find_units()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual(self.recall.line_ids.equipment_id, self.other_unit)
        self.recall.serial_to = False
        self.recall.action_find_units()
        self.recall.action_find_units()
        self.assertEqual(self.recall.unit_count, 2)
        self.assertEqual(self.line_of(self.other_unit).settled_reason, "not_affected")
        self.assertFalse(self.unit.x_fc_do_not_use)

    def test_what_is_refused(self):
        empty = self.new_recall(product_ids=False)
        with self.assertRaisesRegex(UserError, "first"):
            empty.action_find_units()
        with self.assertRaisesRegex(UserError, "Find the units"):
            self.recall.action_start()
        self.recall.action_find_units()
        self.recall.hazard = " "
        with self.assertRaisesRegex(UserError, "what is wrong"):
            self.recall.action_start()
        self.assertEqual(self.recall.state, "draft")
        with self.assertRaises(ValidationError):
            self.recall.write({"serial_from": "SL-1000", "serial_to": "SL-999"})
        with self.assertRaises(ValidationError):
            self.recall.write({"sold_from": "2026-03-02", "sold_to": "2026-03-01"})
        self.recall.action_cancel()
        for act in (self.recall.action_start, self.recall.action_find_units,
                    self.recall.action_close, self.recall.action_cancel):  # fmt: skip
            with self.assertRaises(UserError):
                act()

    # -- Waves ------------------------------------------------------------------------------------

    def test_a_wave_a_day(self):
        self.start(clients_per_day=1)
        self.assertEqual(self.mails_of(self.recall._cron_send_waves).mapped("email_to"),
                         ["clara@example.com"])  # fmt: skip
        self.assertFalse(self.mails_of(self.recall._cron_send_waves))
        with freeze_time("2031-03-15 05:00:00"):  # past midnight in Toronto
            mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["dora@example.com"])
        with freeze_time("2031-03-16 14:00:00"):
            self.assertFalse(self.mails_of(self.recall._cron_send_waves))
        self.assertEqual(set(self.recall.line_ids.mapped("state")), {"notified"})

    def test_a_wave_that_breaks_off_goes_on(self):
        """What was told stays told, and the mail that failed leaves no trace but a call."""
        lines = self.start(clients_per_day=5)
        real = type(lines)._mail_client

        def fail(line, *args, **values):
            mail = real(line, *args, **values)
            if line.partner_id == self.other_client:
                raise ValueError("broken")
            return mail

        self.patch(type(lines), "_mail_client", fail)
        with self.assertLogs("odoo.addons.fusion_base.tools.batch", "WARNING"):
            mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["clara@example.com"])
        line = self.line_of(self.other_unit)
        self.assertEqual((line.state, line.unreachable_reason), ("unreachable", "failed"))
        self.assertFalse(line.notified_on)

        self.patch(type(lines), "_mail_client", real)
        line.action_send_again()
        self.assertEqual(line.state, "to_notify")
        mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["dora@example.com"])

    def test_a_server_that_dies_in_a_wave_neither_loses_nor_doubles(self):
        lines = self.start()
        real = type(lines)._mail_client

        def die(line, *args, **values):
            mail = real(line, *args, **values)
            if line.partner_id == self.other_client:
                raise OperationalError("the connection is gone")
            return mail

        self.patch(type(lines), "_mail_client", die)

        def wave():
            with suppress(OperationalError):  # assertRaises would undo the first client, too
                self.recall._cron_send_waves()
                self.fail("the wave did not break off")

        self.assertEqual(self.mails_of(wave).mapped("email_to"), ["clara@example.com"])
        self.assertEqual(
            [self.line_of(unit).state for unit in (self.unit, self.other_unit)],
            ["notified", "to_notify"],
        )
        self.patch(type(lines), "_mail_client", real)
        mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["dora@example.com"])

    def test_the_job_of_the_server_sends(self):
        self.start()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            mails = self.mails_of(
                self.env.ref("fusion_repairs.ir_cron_recall_waves").method_direct_trigger
            )
        self.assertEqual(len(mails), 2)

    def test_what_the_mail_says(self):
        self.start(is_stop=True, remedy="We replace it.")
        mail = self.mails_of(self.recall._cron_send_waves)[0]
        for text in ("Safety recall: Stair Lift 900", "The lock of the seat wears out.",
                     "We replace it.", "Please do not use it", "SL-999", "SR-1",
                     "+1 416 555 0100", "/repairs/visit/"):  # fmt: skip
            self.assertIn(text, mail.body_html)
        self.assertEqual(mail.subject, "Safety recall: Stair Lift 900")
        note = self.unit.message_ids[0].body
        self.assertIn("Recall Swivel lock: message sent to Clara Client.", note)
        self.assertNotIn("/repairs/", note)

    def test_in_the_clients_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        self.client.lang = "fr_CA"
        self.recall.with_context(lang="fr_CA").hazard = "Le verrou du siège s’use."
        self.start()
        mail = self.mails_of(self.recall._cron_send_waves)[0]
        self.assertIn("Rappel de sécurité", mail.subject)
        self.assertIn("Le verrou du siège s’use.", mail.body_html)
        self.assertIn("Choisir un moment", mail.body_html)

    def test_units_of_one_home_are_one_message(self):
        self.new_unit(x_fc_serial="SL-998")
        contract = self.new_contract(x_fc_contact_partner_id=self.new_client("Carl Care").id)
        self.unit.x_fc_contract_ids = contract
        self.start(clients_per_day=1)
        mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(
            sorted(mails.mapped("email_to")), ["carl@example.com", "clara@example.com"]
        )
        self.assertIn("SL-998", mails[0].body_html)
        self.assertEqual(len(self.recall.line_ids.filtered("notified_on")), 3)  # with contract's

    def test_another_place_or_skill_is_another_visit(self):
        cottage = self.new_client("Cottage", parent_id=self.client.id, type="other", email=False)
        skill = self.env.ref("fusion_tasks.skill_type_service").skill_ids[0]
        skilled = self.category.copy({"code": "x", "x_fc_repair_skill_ids": skill.ids})
        for values in (
            {"x_fc_site_id": cottage.id},
            {"x_fc_repair_category_id": skilled.id},
        ):
            with self.subTest(values=values):
                unit = self.new_unit(x_fc_serial=f"SL-{len(values)}{list(values)[0]}", **values)
                recall = self.new_recall(name=str(values))
                self.start(recall)
                line = self.line_of(unit, recall)
                self.assertEqual(line._get_household(), line)
                self.assertEqual(line._make_job().x_fc_recall_line_ids.equipment_id, unit)
                unit.active = False

    def test_who_is_to_be_called(self):
        self.client.email = False
        self.recall.user_id = self.env.user
        self.start()
        mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["dora@example.com"])
        self.assertEqual(self.line_of(self.unit).unreachable_reason, "no_email")
        self.assertEqual(len(self.recall.activity_ids), 1)
        self.assertEqual(self.recall.call_count, 1)
        for day, state in (("27", "notified"), ("28", "unreachable"), ("29", "unreachable")):
            with freeze_time(f"2031-03-{day} 14:00:00"):
                self.assertFalse(self.mails_of(self.recall._cron_send_waves))
            self.assertEqual(self.line_of(self.other_unit).state, state)
        self.assertEqual(self.line_of(self.other_unit).unreachable_reason, "no_answer")
        self.assertEqual(len(self.recall.activity_ids), 1)

    def test_a_recall_is_no_reminder(self):
        self.client.x_fc_maintenance_opt_out = True
        self.other_client.active = False
        self.start()
        mails = self.mails_of(self.recall._cron_send_waves)
        self.assertEqual(mails.mapped("email_to"), ["clara@example.com"])
        self.assertEqual(self.line_of(self.other_unit).state, "unreachable")

    def test_the_switch_holds_the_wave_back(self):
        self.start()
        self.env["ir.config_parameter"].set_param(
            "fusion_repairs.enable_email_notifications", "False"
        )
        self.assertFalse(self.mails_of(self.recall._cron_send_waves))
        self.assertEqual(set(self.recall.line_ids.mapped("state")), {"to_notify"})

    # -- Do not use -------------------------------------------------------------------------------

    def test_units_stop_until_they_are_done(self):
        self.other_unit.x_fc_do_not_use = True  # somebody found it unsafe before
        self.start(is_stop=True)
        self.assertTrue(self.unit.x_fc_do_not_use)
        self.assertIn("Do not use: recall Swivel lock.", self.unit.message_ids[0].body)
        for line in self.recall.line_ids:
            job = line._make_job()
            job._fc_end()
            self.assertEqual((job.state, line.state), ("done", "done"))
            self.assertEqual(line.done_on, date(2031, 3, 14))
        self.assertFalse(self.unit.x_fc_do_not_use)
        self.assertTrue(self.other_unit.x_fc_do_not_use)
        self.assertEqual(self.recall.progress, 100)

    def test_a_second_recall_keeps_a_unit_stopped(self):
        second = self.new_recall(name="Charger")
        self.start(is_stop=True)
        self.start(second, is_stop=True)
        self.line_of(self.unit)._make_job()._fc_end()
        self.assertTrue(self.unit.x_fc_do_not_use)
        self.line_of(self.unit, second)._make_job()._fc_end()
        self.assertFalse(self.unit.x_fc_do_not_use)

    def test_an_unsafe_job_keeps_a_unit_stopped(self):
        self.start(is_stop=True)
        self.new_job(equipment_id=self.unit.id)._fc_triage()
        self.line_of(self.unit)._make_job()._fc_end()
        self.assertTrue(self.unit.x_fc_do_not_use)

    def test_settled_without_a_visit(self):
        self.start(is_stop=True)
        self.line_of(self.unit).settled_reason = "elsewhere"
        self.line_of(self.other_unit).settled_reason = "scrapped"
        self.assertFalse(self.unit.x_fc_do_not_use)
        self.assertTrue(self.other_unit.x_fc_do_not_use)
        self.assertEqual(self.recall.done_count, 2)
        self.assertFalse(self.mails_of(self.recall._cron_send_waves))
        self.line_of(self.unit).settled_reason = False
        self.assertTrue(self.unit.x_fc_do_not_use)
        self.assertEqual(len(self.mails_of(self.recall._cron_send_waves)), 1)

    def test_a_unit_found_later_is_told_and_stopped_too(self):
        self.start(is_stop=True)
        late = self.new_unit(self.new_client("Late Lee"), x_fc_serial="SL-1")
        self.recall.action_find_units()
        self.assertTrue(late.x_fc_do_not_use)
        self.assertEqual(len(self.mails_of(self.recall._cron_send_waves)), 3)

    # -- End --------------------------------------------------------------------------------------

    def test_closing_and_cancelling_end_the_links(self):
        for end, is_stopped in (("action_cancel", False), ("action_close", True)):
            with self.subTest(end=end):
                recall = self.new_recall(name=end)
                self.start(recall, is_stop=True)
                line = self.line_of(self.unit, recall)
                raw = line._get_booking_url().rsplit("/", 1)[1]
                tokens = self.env["fusion.access.token"]
                self.assertEqual(tokens._resolve(raw, "recall_booking"), (line.sudo(), "ok"))
                getattr(recall, end)()
                self.assertEqual(tokens._resolve(raw, "recall_booking"), (None, "revoked"))
                self.assertEqual(self.unit.x_fc_do_not_use, is_stopped)
                self.assertFalse(self.mails_of(recall._cron_send_waves))
                with self.assertRaises(UserError):
                    line._make_job()

    # -- Job --------------------------------------------------------------------------------------

    def test_the_job_costs_nothing(self):
        self.new_rate()
        twin = self.new_unit(x_fc_serial="SL-998")
        self.start()
        line = self.line_of(self.unit)
        action = line.action_make_job()
        job = self.env["repair.order"].browse(action["res_id"])
        self.assertEqual(line._make_job(), job)
        self.assertEqual(self.line_of(twin).repair_id, job)
        self.assertFalse(self.line_of(self.other_unit).repair_id)
        self.assertEqual(
            (job.x_fc_repair_type, job.x_fc_intake_source, job.x_fc_estimated_minutes),
            ("inspection", "recall", 60),
        )
        self.assertIn("(…L998)", job.x_fc_problem)
        lines = job._fc_compute_quote()
        self.assertEqual(job.x_fc_quote_total, 0)
        self.assertEqual(set(lines.mapped("covered_by")), {"Recall"})
        self.assertEqual(job._fc_prepare_task_values()["task_type"], "inspection")

    def test_a_recall_is_no_failure_of_the_unit(self):
        self.start()
        for _number in range(2):
            self.new_job(equipment_id=self.unit.id)
        job = self.line_of(self.unit)._make_job()
        self.assertFalse(job._fc_get_repeat_facts())
        last = self.new_job(equipment_id=self.unit.id)
        self.assertEqual(last._fc_get_repeat_facts()["count"], 3)

    def test_the_units_story_for_its_owner(self):
        self.start()
        self.recall._cron_send_waves()
        entry = self.unit._fc_get_history()[0]
        self.assertEqual(
            (entry["text"], entry["state"], entry["date"]),
            ("Recall: The lock of the seat wears out.", "Notified", date(2031, 3, 14)),
        )

    # -- Export and rights ------------------------------------------------------------------------

    def test_the_manufacturer_learns_of_units_not_of_people(self):
        self.unit.x_fc_install_date = date(2026, 1, 10)
        self.start()
        self.line_of(self.other_unit).settled_reason = "scrapped"
        self.recall._cron_send_waves()
        action = self.recall.action_export()
        found = re.search(r"/web/content/(\d+)", action["url"])
        attachment = self.env["ir.attachment"].browse(int(found[1]))
        rows = list(load_workbook(io.BytesIO(attachment.raw)).active.values)
        self.assertEqual(rows[1][:5], (
            "Stair Lift 900", "SL-999", "2026-01-10", "Notified", "2031-03-14"))  # fmt: skip
        self.assertEqual(rows[2][1:4], ("SL-1500", "", "Done"))
        self.assertEqual(rows[2][6], "Scrapped or returned")
        text = str(rows)
        for secret in ("Clara", "Dora", "Elm", "example.com"):
            self.assertNotIn(secret, text)
        self.assertFalse(attachment.public)
        self.recall.action_export()
        self.assertFalse(attachment.exists())

    def test_the_office_calls_but_does_not_recall(self):
        office = self.new_user("Olga", "fusion_repairs.group_user")
        self.start()
        line = self.line_of(self.unit)
        self.recall._cron_send_waves()
        self.recall.with_user(office).action_export()
        line.with_user(office).action_send_again()
        self.assertEqual(line.state, "to_notify")
        line.with_user(office).action_make_job()
        self.line_of(self.other_unit).with_user(office).settled_reason = "declined"
        for act in ("action_find_units", "action_close", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(self.recall.with_user(office), act)()
        self.assertEqual(self.recall.state, "running")
        staff = self.new_user("Stan", "base.group_user")
        for call in (self.recall.with_user(staff).action_export,
                     line.with_user(staff).action_make_job):  # fmt: skip
            with self.assertRaises(AccessError):
                call()


@tagged("post_install", "-at_install")
class TestRecallPage(RecallCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.start(is_stop=True, remedy="We replace it.")
        self.line = self.line_of(self.unit)
        self.path = self.line._get_booking_url().removeprefix(self.line.get_base_url())

    def get(self, path):
        return self.url_open(path, allow_redirects=False)

    def post(self, path, page, **values):
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        data = {"csrf_token": found[1], **values}
        return self.url_open(path, data=data, allow_redirects=False)

    def keys(self, page):
        return re.findall(r'name="slot_key"[^>]*value="([^"]+)"', page.text)

    def test_the_client_books_once(self):
        page = self.get(self.path)
        self.assertEqual(page.status_code, 200)
        for text in ("Safety recall", "The lock of the seat wears out.", "We replace it.",
                     "Please do not use it", "costs you nothing", "Stair Lift 900"):  # fmt: skip
            self.assertIn(text, page.text)
        for text in ("Clara", "5 Elm", "SL-999", "<script"):
            self.assertNotIn(text, page.text)
        self.assertFalse(self.line.repair_id)

        keys = self.keys(page)
        answer = self.post(f"{self.path}/confirm", page, slot_key=keys[0], phone="416 555 0199")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/repairs/status/", answer.headers["Location"])
        for key in (keys[0], keys[-1]):
            again = self.post(f"{self.path}/confirm", page, slot_key=key)
            self.assertEqual(again.status_code, 303)
            self.assertNotIn("/repairs/status/", again.headers["Location"])

        job = self.line.repair_id
        self.assertEqual(self.line.state, "booked")
        self.assertEqual(len(self.unit.x_fc_repair_ids), 1)
        task = job.x_fc_task_ids
        self.assertEqual((task.task_type, task.status), ("inspection", "scheduled"))
        self.assertEqual(task.contact_phone, "416 555 0199")
        self.assertEqual(task.duration_hours, 0.5)
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.subject, "Your inspection visit is booked")
        page = self.get(self.path)
        self.assertIn(job.name, page.text)
        self.assertNotIn("slot_key", page.text)
        status = self.get(answer.headers["Location"])
        self.assertIn("We opened a visit for the recall.", status.text)

    def test_the_page_in_french(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        self.client.lang = "fr_CA"
        text = self.get(self.path).text
        for part in ("Rappel de sécurité", "La visite ne vous coûte rien", "Ne l’utilisez pas"):
            self.assertIn(part, text)

    def test_a_visit_that_was_cancelled_is_booked_again_on_the_same_job(self):
        page = self.get(self.path)
        self.post(f"{self.path}/confirm", page, slot_key=self.keys(page)[0])
        job = self.line.repair_id
        job.x_fc_task_ids.action_cancel("The technician is ill")
        self.assertIn(self.line.state, ("to_notify", "notified"))
        page = self.get(self.path)
        answer = self.post(f"{self.path}/confirm", page, slot_key=self.keys(page)[0])
        self.assertIn("/repairs/status/", answer.headers["Location"])
        self.assertEqual(self.line.repair_id, job)
        self.assertEqual(self.line.state, "booked")

    def test_a_call_instead(self):
        page = self.get(self.path)
        for note in ("Mornings", "Or noon"):
            answer = self.post(f"{self.path}/callback", page, phone="1", note=note)
            self.assertIn("notice=callback", answer.headers["Location"])
        self.assertEqual(len(self.unit.x_fc_repair_ids), 1)
        call = self.line.repair_id.activity_ids
        self.assertEqual(len(call), 1)
        self.assertEqual(call.user_id, self.recall.user_id)
        self.assertIn("Or noon", call.note)

    def test_links_that_do_not_open(self):
        self.assertEqual(self.get("/repairs/visit/nonsense").status_code, 404)
        foreign = self.get(self.path.replace("/repairs/visit/", "/repairs/maintenance/book/"))
        self.assertEqual(foreign.status_code, 404)
        page = self.get(self.path)
        other = self.line_of(self.other_unit)._fc_get_booking_slots()[0]["key"]
        answer = self.post(f"{self.path}/confirm", page, slot_key=other)
        self.assertIn("notice=expired_slot", answer.headers["Location"])
        self.recall.action_close()
        self.assertEqual(self.get(self.path).status_code, 410)
        answer = self.post(f"{self.path}/confirm", page, slot_key=self.keys(page)[0])
        self.assertEqual(answer.status_code, 410)
        self.assertFalse(self.line.repair_id)
