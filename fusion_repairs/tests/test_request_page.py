import io
import re

from PIL import Image

from odoo.tests import HttpCase, tagged

from odoo.addons.fusion_base.tools.signing import sign_values

from .. import const
from ..controllers import intake_form, self_help
from .common import RepairsCase


def make_photo():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "JPEG")
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestRequestPage(RepairsCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.patch(const, "REQUESTS_PER_ADDRESS", (1000, 3600))
        self.env.ref("base.public_user").sudo().write(
            {"company_ids": [(4, self.company.id)], "company_id": self.company.id}
        )
        self.company.x_fc_service_user_id = self.env.user
        self.danger = self.env.ref("fusion_repairs.intake_question_stair_lift_danger")
        self.path = "/repairs/request?type=stair_lift"
        self.texts = {
            "type": "stair_lift",
            "name": "Nora New",
            "email": "nora@example.com",
            "phone": "+1 416 555 0177",
            "problem": "It stops half way.",
            f"question_{self.danger.id}": "no",
        }

    def fill(self, page=None, files=None, **values):
        """Send the form as a browser does."""
        text = (page or self.url_open(self.path)).text
        hidden = {
            name: re.search(f'name="{name}" value="([^"]+)"', text)[1]
            for name in ("csrf_token", "form_key")
        }
        data = {**hidden, **self.texts, **values}
        return self.url_open("/repairs/request", data=data, files=files, allow_redirects=False)

    def jobs(self):
        return self.env["repair.order"].search([("x_fc_intake_source", "=", "public_form")])

    def test_a_stranger_reports_and_follows(self):
        page = self.url_open("/repairs/request")
        self.assertIn("What do you need help with?", page.text)
        self.assertIn("type=stair_lift", page.text)
        page = self.url_open(self.path)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertNotIn("<script", page.text)
        photos = [("photos", ("lift.jpg", make_photo(), "image/jpeg"))]

        answer = self.fill(page, files=photos)

        self.assertEqual(answer.status_code, 303)
        job = self.jobs()
        self.assertEqual((job.state, job.x_fc_service_state), ("draft", "new"))
        self.assertEqual(job.partner_id.name, "Nora New")
        self.assertEqual(job.partner_id.email, "nora@example.com")
        self.assertEqual(job.x_fc_category_id, self.category)
        self.assertEqual(job.x_fc_problem, "It stops half way.")
        self.assertEqual(job.x_fc_intake_answer_ids.filtered("value").mapped("value"), ["no"])
        self.assertEqual(job.company_id, self.company)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "repair.order"), ("res_id", "=", job.id)]
        )
        self.assertEqual(files.mapped("mimetype"), ["image/jpeg"])
        self.assertFalse(files.public)
        self.assertEqual(job.activity_ids.user_id, self.env.user)
        status = self.url_open(answer.headers["Location"])
        self.assertEqual(status.status_code, 200)
        self.assertIn("Thank you, we received your request", status.text)
        self.assertIn("call you on the next working day", status.text)
        for text in ("Nora", "nora@", "stops half way"):
            self.assertNotIn(text, status.text)
        mail = self.env["mail.mail"].search([("email_to", "=", "nora@example.com")])
        self.assertEqual(len(mail), 1)
        self.assertIn("/repairs/status/", mail.body_html)

    def test_a_second_click_stays_one_job(self):
        page = self.url_open(self.path)
        answers = [self.fill(page) for _number in range(3)]
        self.assertEqual([answer.status_code for answer in answers], [303, 303, 303])
        self.assertEqual(len(self.jobs()), 1)
        self.fill()
        self.assertEqual(len(self.jobs()), 2)

    def test_a_known_client_is_not_told_apart(self):
        self.client.write({"email": "nora@example.com"})
        answer = self.fill()
        self.assertEqual(answer.status_code, 303)
        job = self.jobs()
        self.assertNotEqual(job.partner_id, self.client)
        self.assertIn("Clara Client", str(job.message_ids.mapped("body")))
        self.assertNotIn("Clara", self.url_open(answer.headers["Location"]).text)

    def test_bad_input_keeps_what_was_typed(self):
        too_big = b"\xff\xd8" + b"0" * (const.INTAKE_FILE_BYTES + 1)
        cases = (
            ({"name": ""}, None, "enter your name"),
            ({"phone": "", "email": ""}, None, "phone number or an e-mail"),
            ({"phone": "", "email": "nobody"}, None, "phone number or an e-mail"),
            ({"problem": " "}, None, "Say what is wrong"),
            ({f"question_{self.danger.id}": ""}, None, "Please answer"),
            ({f"question_{self.danger.id}": "perhaps"}, None, "does not answer"),
            ({}, ("run.jpg", b"MZ\x90\x00 program"), "is not a picture or PDF"),
            ({}, ("a.svg", b"<svg><script>alert(1)</script></svg>"), "is not a picture or PDF"),
            ({}, ("a.jpg", b"<svg><script>alert(1)</script></svg>"), "is not a picture or PDF"),
            ({}, ("a.svg.png", b'<?xml version="1.0"?><svg onload="x()"/>'), "is not a picture"),
            ({}, ("big.jpg", too_big), "is not a picture or PDF"),
        )
        partners = self.env["res.partner"].search_count([])
        for values, file, words in cases:
            with self.subTest(values=values, file=file and file[0]):
                files = [("photos", file)] if file else None
                answer = self.fill(files=files, **values)
                self.assertEqual(answer.status_code, 422)
                self.assertIn(words, answer.text)
                self.assertIn('role="alert"', answer.text)
                if "problem" not in values:
                    self.assertIn("It stops half way.", answer.text)
        self.assertFalse(self.jobs())
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_a_photo_of_80_megabytes(self):
        answer = self.fill(files=[("photos", ("film.jpg", b"\xff\xd8" + b"0" * (80 << 20)))])
        self.assertEqual(answer.status_code, 422)
        self.assertIn("film.jpg” is not a picture or PDF", answer.text)
        self.assertIn("It stops half way.", answer.text)
        self.assertFalse(self.jobs())

    def test_an_unsafe_answer_is_advised_at_once(self):
        answer = self.fill(**{f"question_{self.danger.id}": "yes"})
        job = self.jobs()
        self.assertEqual((job.priority, job.x_fc_do_not_use), ("1", True))
        status = self.url_open(answer.headers["Location"])
        self.assertIn("call 911", status.text)
        self.assertIn('role="alert"', status.text)

    def test_programs_and_floods(self):
        answer = self.fill(website="https://example.com")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("we received your request", answer.text)
        self.assertFalse(self.jobs())
        refused = self.url_open("/repairs/request", data=self.texts)
        self.assertEqual(refused.status_code, 400)
        self.patch(const, "REQUESTS_PER_ADDRESS", (2, 3600))
        codes = [self.fill().status_code for _number in range(4)]
        self.assertEqual(codes.count(429) >= 2, True)
        self.assertLessEqual(len(self.jobs()), 2)

    def test_guessed_and_foreign_links(self):
        job = self.new_job()
        token = job._issue_status_token()
        self.assertEqual(self.url_open(f"/repairs/status/{token}").status_code, 200)
        pages = {self.url_open(f"/repairs/status/{one}").text for one in ("x", token[:-1])}
        self.assertEqual(len(pages), 1)
        self.assertEqual(self.url_open("/repairs/status/x").status_code, 404)
        booking = self.new_contract()._issue_booking_token()
        self.assertEqual(self.url_open(f"/repairs/status/{booking}").status_code, 404)
        self.assertEqual(self.url_open("/repairs/u/x").status_code, 404)
        self.assertEqual(self.url_open("/repairs/request?type=%00&unit=%00").status_code, 200)

    def test_reading_changes_nothing(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        contract = self.new_contract()
        code = contract.equipment_id.x_fc_qr_code
        paths = (self.path, f"/repairs/status/{job._issue_status_token()}",
                 f"/repairs/u/{code}", f"/repairs/request?unit={code}")  # fmt: skip
        tables = ("fusion_access_token", "repair_order", "res_partner", "mail_mail",
                  "maintenance_equipment", "mail_activity")  # fmt: skip

        def state():
            self.env.flush_all()
            found = []
            for table in tables:
                self.env.cr.execute(
                    f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t"
                )
                found.append(self.env.cr.fetchone())
            return found

        before = state()
        for path in paths:
            for method in ("GET", "HEAD"):
                self.assertEqual(self.url_open(path, method=method).status_code, 200)
        self.assertEqual(state(), before)

    def test_the_label_of_a_unit(self):
        contract = self.new_contract(x_fc_device_serial="SN-12345")
        unit = contract.equipment_id
        where = f"/repairs/u/{unit.x_fc_qr_code}"
        page = self.url_open(where)
        self.assertIn("Stair Lift 900", page.text)
        for text in ("Clara", "SN-12345", "5 Elm", "clara@"):
            self.assertNotIn(text, page.text)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        mails = self.env["mail.mail"].search([])

        for _number in range(5):
            answer = self.url_open(
                f"{where}/book", data={"csrf_token": csrf}, allow_redirects=False
            )
            self.assertIn("notice=sent", answer.headers["Location"])

        sent = self.env["mail.mail"].search([]) - mails
        self.assertEqual(len(sent), 3)
        self.assertEqual(set(sent.mapped("email_to")), {"clara@example.com"})
        self.assertFalse(contract.last_reminder_band)
        answer = self.fill(self.url_open(f"/repairs/request?unit={unit.x_fc_qr_code}"),
                           unit=unit.x_fc_qr_code)  # fmt: skip
        self.assertEqual(self.jobs().x_fc_equipment_id, unit)
        self.assertNotEqual(self.jobs().partner_id, self.client)

        unit.action_renew_qr()
        self.assertEqual(self.url_open(where).status_code, 410)
        self.assertEqual(self.url_open(f"/repairs/u/{unit.x_fc_qr_code}").status_code, 200)

    def test_a_client_looks_for_the_cause(self):
        page = self.url_open(self.path)
        self.assertIn("/repairs/help?type=stair_lift", page.text)
        page = self.url_open("/repairs/help?type=stair_lift")
        self.assertIn("Stair lift does not move", page.text)
        self.assertNotIn("Stair lift beeps", page.text)
        values = dict(re.findall(r'name="(csrf_token|chart|type)" value="([^"]+)"', page.text))
        answer = self.url_open("/repairs/help", data=values, allow_redirects=False)
        where = answer.headers["Location"]
        self.assertIn("/repairs/help/", where)

        def press(label):
            text = self.url_open(where).text
            edges = dict(re.findall(r'value="([0-9a-z]+)"[^>]*>([^<]+)</button>', text))
            edge = next(key for key, name in edges.items() if name == label)
            data = {"csrf_token": values["csrf_token"], "edge": edge}
            self.assertEqual(
                self.url_open(where, data=data, allow_redirects=False).status_code, 303
            )
            return self.url_open(where).text

        self.assertIn("main switch", press("No"))
        self.assertIn("Turn it on", press("No"))
        self.assertIn("main switch", press("Back"))
        self.assertIn("smoke", press("Back"))
        text = press("Yes")
        self.assertIn("call 911", text)
        link = re.search(r'href="(/repairs/request[^"]+)"', text)[1].replace("&amp;", "&")
        form = self.url_open(link)
        help_token = re.search(r'name="help" value="([^"]+)"', form.text)[1]

        self.fill(form, help=help_token)

        job = self.jobs()
        session = job.x_fc_flowchart_session_ids
        self.assertEqual((session.outcome, session.user_id.id), ("stop_using", False))
        self.assertTrue(job.x_fc_safety_flag)
        self.assertIn("smell? → Yes", str(job.message_ids.mapped("body")))

    def test_charts_for_staff_stay_inside(self):
        chart = self.env.ref("fusion_repairs.flowchart_stair_beeps")
        page = self.url_open("/repairs/help?type=stair_lift")
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        for key in (chart.id, "x", sign_values(self.env, self_help.SCOPE, [chart.id]),
                    sign_values(self.env, self_help.SCOPE, [0])):  # fmt: skip
            answer = self.url_open("/repairs/help", data={"csrf_token": csrf, "chart": key})
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.env["fusion.repair.flowchart.session"].search([]))
        self.assertEqual(self.url_open("/repairs/help/x").status_code, 404)

    def test_both_languages(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        page = self.url_open(f"{self.path}&lang=fr_CA")
        self.assertIn('lang="fr-CA"', page.text)
        self.assertIn("type=stair_lift&amp;lang=en_CA", page.text)
        answer = self.fill(page, lang="fr_CA")
        self.assertEqual(self.jobs().partner_id.lang, "fr_CA")
        self.assertIn('lang="fr-CA"', self.url_open(answer.headers["Location"]).text)

    def test_numbers_of_a_form(self):
        for text, expected in (("12", 12), ("", 0), ("-1", 0), ("²", 0), ("9" * 40, 0), (None, 0)):
            self.assertEqual(intake_form.read_id(text), expected)

    def test_a_client_chooses_a_time_for_a_repair(self):
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        job._action_repair_confirm()
        draft = job.action_fc_plan()["res_id"]
        where = f"/repairs/visit/{job._fc_issue_booking_token()}"
        page = self.url_open(where)
        self.assertIn("Choose a time for your repair", page.text)
        self.assertNotIn("5 Elm", page.text)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        keys = re.findall(r'name="slot_key"[^>]*value="([^"]+)"', page.text)

        def confirm(key):
            data = {"csrf_token": csrf, "slot_key": key, "phone": "+1 416 555 0188"}
            return self.url_open(f"{where}/confirm", data=data, allow_redirects=False)

        self.assertIn("notice=expired_slot", confirm("forged").headers["Location"])
        other = self.new_contract()
        foreign = other._get_booking_slots()[0]["key"]
        self.assertIn("notice=expired_slot", confirm(foreign).headers["Location"])
        self.assertFalse(job._fc_find_reported_task())
        answers = [confirm(keys[0]) for _number in range(2)]
        self.assertIn("/repairs/status/", answers[0].headers["Location"])
        self.assertTrue(answers[1].headers["Location"].endswith(where))

        task = job.x_fc_task_ids.filtered(lambda one: one.status == "scheduled")
        self.assertEqual(len(task), 1)
        self.assertEqual((task.contact_phone, task.task_type), ("+1 416 555 0188", "repair"))
        self.assertEqual(self.Task.browse(draft).status, "cancelled")
        self.assertEqual(job.x_fc_service_state, "scheduled")
        self.assertIn("arrival", self.url_open(answers[0].headers["Location"]).text)
        self.assertIn("arrival", self.url_open(where).text)
        mail = self.env["mail.mail"].search([("email_to", "=", "clara@example.com")], limit=1)
        self.assertIn("Your repair visit is booked", mail.body_html)
        self.assertEqual(mail.attachment_ids.name, "visit.ics")

    def test_no_time_suits(self):
        job = self.new_job()
        where = f"/repairs/visit/{job._fc_issue_booking_token()}"
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', self.url_open(where).text)[1]
        for _number in range(2):
            answer = self.url_open(
                f"{where}/callback",
                data={"csrf_token": csrf, "note": "Mornings"},
                allow_redirects=False,
            )
            self.assertIn("notice=callback", answer.headers["Location"])
        kind = self.env.ref("mail.mail_activity_data_call")
        calls = job.activity_ids.filtered(lambda one: one.activity_type_id == kind)
        self.assertEqual(len(calls), 1)
        self.assertEqual(str(calls.note).count("Mornings"), 2)

    def test_labels_are_printed(self):
        units = self.new_contract().equipment_id | self.new_contract().equipment_id
        for name in ("report_qr_labels", "report_qr_label"):
            html = self.env["ir.actions.report"]._render_qweb_html(
                f"fusion_repairs.{name}", units.ids
            )[0]
            self.assertEqual(html.count(b"data:image/png;base64,"), 2)
        contract = self.new_contract()
        visit = contract._confirm_booking(contract._get_booking_slots()[0]["key"])
        visit.checklist_line_ids[0].result = "pass"
        html = self.env["ir.actions.report"]._render_qweb_html(
            "fusion_repairs.report_visit", visit.ids
        )[0]
        self.assertIn("Rail fixings are tight", html.decode())
