from datetime import date

from markupsafe import Markup

from odoo.tests import tagged

from .common import TasksCase


@tagged("post_install", "-at_install")
class TestEmail(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"phone": "+1 416 555 0100", "email": "office@field.example"})
        cls.task = cls.new_task(cls.ann, 9)

    def build(self, **values):
        return self.task._email_build(**{"title": "Your visit", "summary": "Soon", **values})

    def test_the_first_of_a_month_in_french(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        task = self.env["fusion.technician.task"]
        for lang, day, text in (
            ("fr_CA", date(2031, 12, 1), "lundi 1er décembre 2031"),
            ("fr_CA", date(2031, 12, 11), "jeudi 11 décembre 2031"),
            ("fr_CA", date(2031, 1, 21), "mardi 21 janvier 2031"),
            ("en_US", date(2031, 12, 1), "Monday, December 1, 2031"),
            ("fr_CA", False, ""),
        ):
            with self.subTest(lang=lang, day=day):
                self.assertEqual(task.with_context(lang=lang)._format_day(day), text)

    def test_a_whole_page_in_inline_styles(self):
        page = self.build(
            sections=[
                ("When", [("Day", "Monday"), ("Note", ""), ("Count", 0), ("Gone", None)]),
                ("Empty", [("Nothing", False)]),
            ],
            note="Please park behind",
            note_color="#123456",
            button_url="https://field.example/x?a=1&b=2",
            button_text="See it",
            sender_name="Dina",
            attachments_note="One file",
            preheader="Monday at nine",
        )
        self.assertIsInstance(page, Markup)
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertNotIn("<style", page)
        for text in (
            "max-width:600px", "Your visit", "Monday at nine", "Field Co", "+1 416 555 0100",
            "border-left:4px solid #123456", "border-top:6px solid #2563eb", "opacity:0.6",
            "width:35%", "One file", "Dina", ">0<", 'content="light dark"',
        ):  # fmt: skip
            self.assertIn(text, page)
        for text in ("Note", "Gone", "Empty", "Nothing"):
            self.assertNotIn(f">{text}<", page)
        self.assertEqual(page.count("https://field.example/x?a=1&amp;b=2"), 2)

    def test_plain_text_is_escaped_and_markup_passes(self):
        bad = "<script>alert(1)</script>"
        page = self.build(
            title=bad, summary=bad, sections=[(bad, [(bad, bad)])], note=bad, button_url="/x",
            button_text=bad, attachments_note=bad, sender_name=bad, extra_html=bad, preheader=bad,
            note_color="red;background:url(x)",
        )  # fmt: skip
        self.assertNotIn("<script>", page)
        self.assertEqual(page.count("&lt;script&gt;"), 12)  # the title is there twice
        self.assertNotIn("url(x)", page)
        self.assertIn("<b>bold</b>", self.build(extra_html=Markup("<b>bold</b>")))

    def test_only_an_address_of_the_web_is_a_button(self):
        self.assertNotIn("javascript", self.build(button_url="javascript:alert(1)"))
        self.assertIn(f"{self.company.get_base_url()}/my", self.build(button_url="/my"))

    def test_accents(self):
        self.company.email_secondary_color = "#abcdef"
        for kind, colour in (
            ("info", "#2563eb"), ("success", "#16803c"), ("attention", "#d97706"),
            ("urgent", "#c81e1e"), ("neutral", "#abcdef"), ("odd", "#abcdef"),
        ):  # fmt: skip
            self.assertIn(f"border-top:6px solid {colour}", self.build(email_type=kind))

    def test_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_tasks"], ["fr_CA"])
        page = self.task.with_context(lang="fr_CA")._email_build(
            "Visite", "Bientôt", button_url="/"
        )
        self.assertIn('lang="fr-CA"', page)
        self.assertIn("Ou copiez cette adresse dans votre navigateur", page)

    def test_one_mail_for_each_address(self):
        client = self.env["res.partner"].create({"name": "Client", "email": "C@field.example"})
        silent = self.env["res.partner"].create({"name": "Silent"})
        mails = self.task._email_send(
            "Visit", Markup("<p>https://secret.example</p>"),
            email_to="a@field.example, A@Field.example, nobody", partner_ids=(client | silent).ids,
            reply_to="office@field.example",
        )  # fmt: skip
        self.assertEqual(mails.mapped("email_to"), ["a@field.example", "c@field.example"])
        self.assertEqual(mails.mapped("auto_delete"), [True, True])
        self.assertEqual(set(mails.mapped("reply_to")), {"office@field.example"})
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        notes = " ".join(self.task.message_ids[:2].mapped("body"))
        self.assertIn("no usable address in nobody, Silent", notes)
        self.assertIn("queued for a@field.example, c@field.example", notes)
        self.assertNotIn("secret.example", notes)

    def test_nobody_to_write_to(self):
        self.assertFalse(self.task._email_send("Visit", "x", email_to=[]))
        self.assertIn("nobody to send it to", self.task.message_ids[0].body)
        self.assertFalse(self.task._email_send("Visit", "x", email_to=["rubbish"]))
        self.assertIn("no usable address", self.task.message_ids[0].body)

    def test_the_switch(self):
        key = "fusion_tasks.enable_email_notifications"
        for text, number in (("", 1), ("True", 1), ("False", 0), ("0", 0), ("perhaps", 0)):
            self.env["ir.config_parameter"].set_param(key, text)
            mails = self.task._email_send("Visit", "x", email_to="a@field.example")
            self.assertEqual(len(mails), number, text)
        self.assertIn("e-mails are off", self.task.message_ids[0].body)

    def test_another_addons_switch_may_be_off_from_the_start(self):
        mixin = self.registry["fusion.technician.task"]
        self.patch(mixin, "_email_gate_param", "fusion_other.enable_email_notifications")
        self.patch(mixin, "_email_gate_default", False)
        self.assertFalse(self.task._email_send("Visit", "x", email_to="a@field.example"))

    def test_the_sms_seam(self):
        client = self.env["res.partner"].create(
            {"name": "Client", "phone": "416 555 0110", "country_id": self.env.ref("base.ca").id}
        )
        send = self.env["fusion.tasks.notifier"]._send_sms
        is_there = "sms.sms" in self.env
        self.assertEqual(send(client, "On my way"), is_there)
        self.assertFalse(send(self.env["res.partner"].create({"name": "Silent"}), "x"))
        if is_there:
            sms = self.env["sms.sms"].search([("partner_id", "=", client.id)])
            self.assertEqual(sms.body, "On my way")
            self.assertEqual(sms.number, client._phone_format(number="416 555 0110"))
