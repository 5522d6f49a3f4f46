from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import PreviewCase


@tagged("post_install", "-at_install")
class TestLog(PreviewCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()

    def log_as(self, user, *args, **kwargs):
        return self.Log.with_user(user)._log_event(*args, **kwargs)

    def test_user_and_time_come_from_the_server(self):
        log = self.log_as(self.other, "open", self.invoice)
        self.assertEqual(log.user_id, self.other)
        self.assertLess(abs(fields.Datetime.now() - log.event_time), timedelta(minutes=1))
        self.assertFalse(log.ip_address, "there is no request here")

    def test_row_outlives_its_document_and_person(self):
        person = new_test_user(self.env, "pdf_leaver", groups="base.group_user")
        document = self.attach("old.pdf", self.pdf)
        checksum = document.checksum
        log = self.log_as(person, "open", document)

        document.unlink()
        person.unlink()
        self.env.invalidate_all()

        self.assertFalse(log.attachment_id)
        self.assertFalse(log.user_id)
        self.assertEqual((log.document_name, log.checksum), ("old.pdf", checksum))

    def test_many_records_are_counted_not_listed(self):
        log = self.log_as(self.other, "open", model_name="res.partner", record_ids=range(1, 501))
        ids = log.record_ids.split(",")
        self.assertEqual(ids[:2] + ids[199:], ["1", "2", "200", "+300"])
        self.assertEqual(log.record_count, 500)

    def test_two_hundred_records_are_all_listed(self):
        log = self.log_as(self.other, "open", model_name="res.partner", record_ids=range(1, 201))
        self.assertEqual(log.record_ids.split(",")[-1], "200")

    def test_print_copies_the_opening(self):
        opened = self.log_as(
            self.other, "open", self.invoice, model_name="res.partner", record_ids=[7]
        )
        printed = self.Log.with_user(self.other)._log_child(opened.id, "print")

        self.assertEqual(printed.event, "print")
        self.assertEqual(printed.parent_id, opened)
        self.assertEqual(printed.attachment_id, self.invoice)
        self.assertEqual(printed.document_name, "invoice.pdf")
        self.assertEqual((printed.model_name, printed.record_ids), ("res.partner", "7"))

    def test_forged_opening_is_refused(self):
        opened = self.log_as(self.owner, "open", self.private)
        printed = self.Log.with_user(self.owner)._log_child(opened.id, "print")
        for user, log_id in [
            (self.other, opened.id),
            (self.portal, opened.id),
            (self.owner, printed.id),
            (self.owner, 2**31 - 1),
            (self.owner, "1"),
            (self.owner, None),
        ]:
            with self.subTest(log_id=log_id), self.assertRaises(AccessError):
                self.Log.with_user(user)._log_child(log_id, "print")
        with self.assertRaises(UserError):
            self.Log.with_user(self.owner)._log_child(opened.id, "open")
        self.assertEqual(self.read_log(), opened + printed)

    def test_nobody_changes_or_removes_rows(self):
        log = self.log_as(self.other, "open", self.invoice)
        for record in (log, log.with_user(self.env.ref("base.user_admin")), log.sudo()):
            with self.assertRaises(AccessError):
                record.write({"event": "print"})
            with self.assertRaises(AccessError):
                record.unlink()
        self.assertEqual(log.event, "open")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_the_group_and_administrators_read(self):
        log = self.log_as(self.other, "open", self.invoice)
        reader = new_test_user(
            self.env,
            "pdf_reader",
            groups="base.group_user,fusion_pdf_preview.group_pdf_preview_log",
        )
        system = new_test_user(self.env, "pdf_system", groups="base.group_system")
        for user, may_read in [
            (reader, True),
            (system, True),
            (self.other, False),
            (self.portal, False),
            (self.env.ref("base.public_user"), False),
        ]:
            with self.subTest(user=user.login):
                self.assertIs(log.with_user(user).has_access("read"), may_read)
                self.assertFalse(self.Log.with_user(user).has_access("create"))
                with self.assertRaises(AccessError):
                    self.Log.with_user(user).create({"event": "open"})
        row = log.with_user(reader).read(["user_id", "event"])[0]
        self.assertEqual(row["user_id"][0], self.other.id)

    def make_old(self, count, days):
        logs = self.Log
        for _number in range(count):
            logs += self.log_as(self.other, "open", self.invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fusion_pdf_preview_log SET event_time = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() - timedelta(days=days), logs.ids],
        )
        self.env.invalidate_all()
        return logs

    def test_old_rows_leave_in_batches(self):
        self.make_old(5, 366)
        young = self.make_old(2, 364)
        child = self.log_as(self.other, "print", parent=self.make_old(1, 400))

        self.assertEqual(self.Log._cron_gc(batch=2), 6)

        self.assertEqual(self.read_log(), young + child)
        self.assertFalse(child.parent_id)

    def test_setting_that_is_no_plain_number_deletes_nothing(self):
        kept = self.make_old(1, 4000)
        for text in ("0", "-1", "1.5", "ten", "1 day", "²", "False", " "):
            self.env["ir.config_parameter"].set_param("fusion_pdf_preview.log_days", text)
            with self.subTest(text=text):
                self.assertEqual(self.Log._cron_gc(), 0)
        self.assertEqual(self.read_log(), kept)
        self.env["ir.config_parameter"].set_param("fusion_pdf_preview.log_days", "9" * 30)
        self.assertEqual(self.Log._cron_gc(), 0)

    def test_job_runs_as_a_cron(self):
        self.make_old(3, 366)
        with self.enter_registry_test_mode():
            self.env.ref("fusion_pdf_preview.ir_cron_pdf_preview_gc").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.read_log())
