import io
from datetime import timedelta

from freezegun import freeze_time
from PIL import Image

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestIntake(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Repair = cls.env["repair.order"]
        cls.danger = cls.env.ref("fusion_repairs.intake_question_stair_lift_danger")

    def mails(self):
        return self.env["mail.mail"].search([])

    def test_a_call_becomes_a_job(self):
        job = self.new_job(
            product_id=self.lift.id,
            serial="SL-77",
            answers=[(self.danger.id, "no")],
            symptom_id=self.env.ref("fusion_repairs.symptom_stair_lift_stops").id,
            phone="+1 416 555 0199",
        )

        self.assertEqual((job.state, job.x_fc_service_state), ("draft", "new"))
        self.assertEqual(job.x_fc_intake_source, "phone")
        self.assertEqual(job.x_fc_contact_phone, "+1 416 555 0199")
        self.assertEqual(job.x_fc_estimated_minutes, 75)
        self.assertEqual(job.picking_type_id.sequence_code, "FR")
        self.assertEqual(job.product_location_src_id, job.product_location_dest_id)
        unit = job.x_fc_equipment_id
        self.assertEqual((unit.x_fc_serial_key, unit.x_fc_client_id), ("SL77", self.client))
        self.assertEqual(job.x_fc_category_id, self.category)
        answer = job.x_fc_intake_answer_ids
        self.assertEqual(answer.label, self.danger.label)
        self.assertEqual((answer.value, answer.is_unsafe, job.priority), ("no", False, "0"))

    def test_the_same_unit_is_found_by_its_number(self):
        first = self.new_job(product_id=self.lift.id, serial="SL-77")
        again = self.new_job(product_id=self.lift.id, serial="sl 77")
        self.assertEqual(again.x_fc_equipment_id, first.x_fc_equipment_id)
        self.assertEqual(self.Repair._fc_find_open_twin(first.x_fc_equipment_id), again)

    def test_a_job_older_than_two_weeks_is_no_twin(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        with freeze_time(fields.Datetime.now() + timedelta(days=15)):
            self.assertFalse(self.Repair._fc_find_open_twin(job.x_fc_equipment_id))

    def test_the_unit_of_another_client_is_not_taken(self):
        first = self.new_job(product_id=self.lift.id, serial="SL-77")
        other = self.new_job(
            partner_id=self.new_client("Otto").id, product_id=self.lift.id, serial="SL-77"
        )
        self.assertNotEqual(other.x_fc_equipment_id, first.x_fc_equipment_id)
        self.assertEqual(first.x_fc_equipment_id.x_fc_client_id, self.client)

    def test_an_unsafe_answer_is_urgent_but_never_blocks(self):
        known = self.mails()
        job = self.new_job(
            product_id=self.lift.id, serial="SL-77", answers=[(self.danger.id, "yes")]
        )

        self.assertEqual(job.priority, "1")
        self.assertTrue(job.x_fc_safety_flag)
        self.assertTrue(job.x_fc_equipment_id.x_fc_do_not_use)
        activity = job.activity_ids
        self.assertEqual(
            activity.activity_type_id, self.env.ref("fusion_repairs.mail_activity_schedule")
        )
        mail = self.mails() - known
        self.assertIn("clara@example.com", mail.email_to)
        self.assertIn("call 911", mail.body_html)
        self.assertIn("Switch the unit off", mail.body_html)

    def test_unsafe_without_a_known_unit(self):
        job = self.new_job(answers=[(self.danger.id, "yes")])
        self.assertFalse(job.x_fc_equipment_id)
        self.assertTrue(job.x_fc_do_not_use)

    def test_the_flag_of_the_unit_shows_on_its_jobs(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        job.x_fc_equipment_id.x_fc_do_not_use = True
        self.assertTrue(job.x_fc_do_not_use)
        job.x_fc_do_not_use = False
        self.assertFalse(job.x_fc_equipment_id.x_fc_do_not_use)

    def test_what_is_missing_is_refused_and_nothing_is_written(self):
        contacts = self.env["res.partner"].search_count([])
        jobs = self.Repair.search_count([])
        for vals in (
            {"problem": " "},
            {"partner_id": False, "partner": {"email": "x@example.com"}},
            {"answers": [(self.danger.id, "")]},
            {"partner_id": False, "partner": {"name": "New"}, "attachments": [("x.png", b"MZ")]},
            {"attachments": [("photo.png", b"%PDF-")] * 9},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.new_job(**vals)
        with self.assertRaises(ValidationError):
            self.new_job(answers=[(self.danger.id, "perhaps")])
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        self.assertEqual(self.Repair.search_count([]), jobs)

    def test_photos_lose_what_they_hide(self):
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        buffer = io.BytesIO()
        Image.new("RGB", (60, 40), "red").save(buffer, "JPEG", exif=exif)
        job = self.new_job(
            attachments=[("lift.exe", buffer.getvalue()), ("note.txt", b"%PDF-1.4 text")]
        )
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "repair.order"), ("res_id", "=", job.id)], order="id"
        )
        self.assertEqual(files.mapped("mimetype"), ["image/jpeg", "application/pdf"])
        self.assertFalse(dict(Image.open(io.BytesIO(files[0].raw)).getexif()))

    def test_a_likely_double_is_shown_never_merged(self):
        job = self.new_job(
            partner_id=False, partner={"name": "Clara C.", "email": "CLARA@example.com"}
        )
        self.assertNotEqual(job.partner_id, self.client)
        self.assertIn("Clara Client", "".join(job.message_ids.mapped("body")))

    def test_a_new_contact_holds_only_what_a_contact_may(self):
        job = self.new_job(
            partner_id=False, partner={"name": "Nora", "user_ids": [], "credit_limit": 9}
        )
        self.assertEqual(job.partner_id.name, "Nora")
        self.assertEqual(job.partner_id.credit_limit, self.env["res.partner"].credit_limit)

    def test_a_client_is_found_by_whatever_is_said(self):
        self.new_job(product_id=self.lift.id, serial="SL-77")
        client = self.new_client("Zelda Zimmer", phone="(647) 555-0777")
        for text in ("zelda@example.com", "647 555 0777", "+16475550777", "Zelda Z"):
            with self.subTest(text=text):
                self.assertEqual(self.Repair._fc_look_up(text), client)
        self.assertEqual(self.Repair._fc_look_up("sl77"), self.client)
        self.assertFalse(self.Repair._fc_look_up("ze"))

    def test_signs_alone_find_nobody(self):
        self.assertFalse(self.new_job(product_id=self.lift.id).x_fc_equipment_id.x_fc_serial_key)
        self.assertFalse(self.Repair._fc_look_up("???"))

    def test_the_wizard_keeps_its_draft_and_asks_the_questions_of_the_type(self):
        wizards = self.env["fusion.repair.intake.wizard"]
        with Form(wizards) as form:
            form.search_text = self.client.email
            self.assertEqual(form.partner_id, self.client)
            form.category_id = self.category
            form.problem = "It stops."
        draft = form.record
        self.assertEqual(wizards._transient_max_hours, 720)
        self.assertEqual(len(draft.answer_ids), 5)
        with self.assertRaises(UserError):
            draft.action_create_repair()
        self.assertTrue(draft.exists())

        draft.answer_ids.filtered(lambda one: one.question_id == self.danger).value = "yes"
        self.assertIn("Switch the unit off", draft.advice)
        action = draft.action_create_repair()
        job = self.Repair.browse(action["res_id"])
        self.assertEqual((job.partner_id, job.priority), (self.client, "1"))
        self.assertFalse(draft.exists())

    def test_the_office_takes_an_unsafe_report(self):
        office = self.new_user("Olga", "fusion_repairs.group_user")
        wizard = self.env["fusion.repair.intake.wizard"].with_user(office).create(
            {
                "new_name": "Nora New",
                "new_phone": "416 555 0456",
                "category_id": self.category.id,
                "product_id": self.lift.id,
                "problem": "Smoke",
            }
        )  # fmt: skip
        wizard.answer_ids.filtered(lambda one: one.question_id == self.danger).value = "yes"
        job = self.Repair.browse(wizard.action_create_repair()["res_id"]).with_user(office)
        self.assertEqual((job.partner_id.name, job.priority), ("Nora New", "1"))
        self.assertTrue(job.x_fc_do_not_use)

    def test_plain_stock_users_and_technicians_open_a_job(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77",
                           answers=[(self.danger.id, "no")])  # fmt: skip
        stock = self.new_user("Stan", "stock.group_stock_user")
        self.ann.group_ids = [(4, self.env.ref("fusion_repairs.group_field").id)]
        self.new_task(self.ann, 9, x_fc_repair_id=job.id)
        for user in (stock, self.ann):
            with self.subTest(user=user.name):
                form = Form(job.with_user(user))
                self.assertEqual(form.name, job.name)
        job.with_user(self.ann).action_timer_start()
        self.assertTrue(job.with_user(self.ann).x_fc_is_timed)
        self.assertFalse(job.x_fc_is_timed)
        self.assertEqual(job.x_fc_service_state, "in_progress")

    def test_the_history_beside_the_questions(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        self.new_contract()
        wizard = self.env["fusion.repair.intake.wizard"].create({"partner_id": self.client.id})
        for text in (job.name, "SL-77", "2031"):
            self.assertIn(text, wizard.history_html)

    def test_questions_are_asked_once_published(self):
        template = self.env.ref("fusion_repairs.intake_template_stair_lift")
        self.assertEqual(len(self.category._get_questions()), 6)
        template.action_withdraw()
        general = self.env.ref("fusion_repairs.intake_template_general")
        self.assertEqual(self.category._get_questions(), general.question_ids)
        template.action_publish()
        self.assertEqual(template.version, 2)
        empty = template.create({"name": "Empty"})
        with self.assertRaises(UserError):
            empty.action_publish()
        self.assertFalse(empty.published)


@tagged("post_install", "-at_install")
class TestServiceState(RepairsCase):
    def test_the_first_rule_that_holds(self):
        job = self.new_job()
        self.assertEqual(job.x_fc_service_state, "new")
        job.x_fc_quote_state = "sent"
        self.assertEqual(job.x_fc_service_state, "quote")
        job.x_fc_parts_state = "ordered"
        self.assertEqual(job.x_fc_service_state, "parts")
        job.write({"x_fc_parts_state": "ready", "x_fc_quote_state": "approved"})
        self.assertEqual(job.x_fc_service_state, "to_schedule")
        task = self.new_task(self.ann, 9, x_fc_repair_id=job.id)
        self.assertEqual(job.x_fc_service_state, "scheduled")
        task.action_start()
        self.assertEqual(job.x_fc_service_state, "in_progress")
        task.x_fc_outcome = "needs_parts"
        task.action_complete()
        self.assertEqual(job.x_fc_service_state, "return_visit")
        later = self.new_task(self.ann, 14, x_fc_repair_id=job.id)
        self.assertEqual(job.x_fc_service_state, "scheduled")
        later.action_cancel()
        job.action_repair_cancel()
        self.assertEqual(job.x_fc_service_state, "cancelled")

    def test_the_technician_says_on_the_task_that_somebody_comes_again(self):
        job = self.new_job()
        task = self.new_task(self.ann, 9, x_fc_repair_id=job.id)
        task.action_start()
        self.ann.group_ids += self.env.ref("fusion_repairs.group_field")
        with Form(task.with_user(self.ann)) as form:
            form.x_fc_outcome = "needs_parts"
        task.with_user(self.ann).action_complete()
        self.assertEqual(job.x_fc_service_state, "return_visit")

    def test_a_planned_hour_that_passed(self):
        job = self.new_job()
        job._action_repair_confirm()
        self.new_task(self.ann, 9, x_fc_repair_id=job.id)
        self.assertEqual(job.x_fc_service_state, "scheduled")
        with freeze_time(utc(MONDAY, 20)):
            self.env["repair.order"].cron_nightly()
        self.assertEqual(job.x_fc_service_state, "to_schedule")

    def test_planning_makes_one_draft_task(self):
        job = self.new_job(symptom_id=self.env.ref("fusion_repairs.symptom_stair_lift_stops").id)
        action = job.action_fc_plan()
        task = job.x_fc_task_ids
        self.assertEqual(action["res_id"], task.id)
        self.assertEqual((task.status, task.duration_hours, task.partner_id),
                         ("draft", 1.25, self.client))  # fmt: skip
        self.assertEqual(job.action_fc_plan()["res_id"], task.id)
        self.assertEqual(len(job.x_fc_task_ids), 1)

    def test_one_timer_per_technician(self):
        job, other = self.new_job(), self.new_job()
        job.action_timer_start()
        job.action_timer_start()
        self.assertEqual(len(job.x_fc_labour_line_ids), 1)
        self.assertEqual(job.x_fc_service_state, "in_progress")
        with self.assertRaises(UserError):
            other.action_timer_start()
        self.assertFalse(other.x_fc_labour_line_ids)
        job.action_timer_pause()
        self.assertTrue(job.x_fc_labour_line_ids.stop)
        other.action_timer_start()

    def test_minutes_count_whole_and_a_forgotten_timer_is_cut(self):
        with freeze_time("2031-03-17 13:00:00"):
            job = self.new_job()
            job.action_timer_start()
        with freeze_time("2031-03-17 13:20:10"):
            job.action_timer_stop()
            self.assertEqual(job.x_fc_labour_minutes, 21)
            job.action_timer_start()
        with freeze_time("2031-03-18 03:00:00"):
            self.env["repair.order"].cron_nightly()
        self.assertEqual(job.x_fc_labour_minutes, 621)
        lines = job.x_fc_labour_line_ids.sorted("start")
        self.assertEqual(lines.mapped("is_cut"), [False, True])
        self.assertFalse(lines.corrected_by)
        lines[1].stop = "2031-03-17 14:20:10"
        self.assertEqual(lines[1].corrected_by, self.env.user)


@tagged("post_install", "-at_install")
class TestRepeat(RepairsCase):
    def test_the_third_repair_in_90_days_asks_a_manager(self):
        unit = self.new_job(product_id=self.lift.id, serial="SL-77").x_fc_equipment_id
        symptom = self.env.ref("fusion_repairs.symptom_stair_lift_stops")
        second = self.new_job(equipment_id=unit.id, symptom_id=symptom.id)
        self.assertFalse(second.x_fc_repeat_note)
        third = self.new_job(equipment_id=unit.id, symptom_id=symptom.id)
        self.assertEqual(
            third.x_fc_repeat_note,
            "3 repairs in 90 days, $0.00 in 12 months; a new one costs $3,000.00.",
        )
        asked = third.activity_ids
        self.assertEqual(asked.summary, "Repair or replace Stair Lift 900 (…SL77)?")
        self.assertIn(f"{symptom.name}: 2", asked.note)
        self.assertTrue(asked.user_id.has_group("fusion_repairs.group_manager"))
        self.assertFalse(second.activity_ids)

    def test_a_repair_dearer_than_half_a_new_unit(self):
        first = self.new_job(product_id=self.lift.id, serial="SL-77")
        service = self.new_product("Work", type="service")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "company_id": self.company.id,
                "repair_order_ids": [(4, first.id)],
                "order_line": [(0, 0, {"product_id": service.id, "price_unit": 1500})],
            }
        )
        order.action_confirm()
        self.assertFalse(first.x_fc_repeat_note)
        order.order_line.price_unit = 1500.5
        again = self.new_job(equipment_id=first.x_fc_equipment_id.id)
        self.assertIn("$1,500.50 in 12 months", again.x_fc_repeat_note)
