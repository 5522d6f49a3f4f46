import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import PreviewCase


@tagged("post_install", "-at_install")
class TestAction(PreviewCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
        cls.partner = cls.env.ref("base.partner_admin")

    def download_of(self, attachment):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def test_pdf_opens_in_the_dialog(self):
        action = self.invoice.with_user(self.other).action_fusion_preview(title="Invoice 7")

        self.assertEqual(
            action,
            {
                "type": "ir.actions.client",
                "tag": "fusion_pdf_preview.open_attachment",
                "name": "Invoice 7",
                "params": {
                    "attachment_id": self.invoice.id,
                    "title": "Invoice 7",
                    "model_name": "res.partner",
                    "record_ids": [self.partner.id],
                    "report_name": False,
                },
            },
        )
        self.assertFalse(self.read_log(), "building an action is not viewing")

    def test_title_falls_back_to_the_name_and_is_cut(self):
        self.assertEqual(self.invoice.action_fusion_preview()["name"], "invoice.pdf")
        action = self.invoice.action_fusion_preview(title="x" * 250)
        self.assertEqual(action["params"]["title"], "x" * 200)

    def test_document_of_no_record(self):
        params = self.private.with_user(self.owner).action_fusion_preview()["params"]
        self.assertIs(params["model_name"], False)
        self.assertEqual(params["record_ids"], [])
        self.assertNotIn("access_token", params)

    def test_what_counts_as_a_pdf(self):
        late = b"\n" * 1000 + self.pdf
        too_late = b"\n" * 1024 + self.pdf
        for name, content, mimetype, expected in [
            ("a.pdf", self.pdf, "application/pdf", True),
            ("a.bin", self.pdf, "APPLICATION/PDF; charset=binary", True),
            ("a.pdf", self.pdf, "application/x-pdf", True),
            ("page.pdf", b"<html></html>", "application/pdf", True),
            ("SCAN.PDF", self.pdf, "application/octet-stream", True),
            ("scan.pdf", late, "application/octet-stream", True),
            ("scan.pdf", too_late, "application/octet-stream", False),
            ("scan.pdf", self.pdf, "", True),
            ("scan.pdf", b"no PDF inside", "application/octet-stream", False),
            ("scan.bin", self.pdf, "application/octet-stream", False),
            ("label.zpl", b"^XA^XZ", "application/x-zpl", False),
            ("table.csv", b"a,b", "text/csv", False),
            ("photo.png", b"\x89PNG", "image/png", False),
        ]:
            with self.subTest(name=name, mimetype=mimetype):
                attachment = self.attach(name, content, mimetype)
                self.assertIs(attachment._fusion_is_pdf(), expected)
                tag = attachment.action_fusion_preview().get("tag")
                self.assertEqual(tag == "fusion_pdf_preview.open_attachment", expected)

    def test_anything_else_downloads(self):
        table = self.attach("table.csv", b"a,b", "text/csv")
        self.assertEqual(table.action_fusion_preview(), self.download_of(table))

    def test_empty_document_is_refused(self):
        for name, mimetype in [("a.pdf", "application/pdf"), ("a.csv", "text/csv")]:
            empty = self.attach(name, b"", mimetype)
            with self.assertRaisesRegex(UserError, "^This document is empty.$"):
                empty.action_fusion_preview()

    def test_web_address(self):
        link = self.Attachment.create(
            {"name": "a.pdf", "type": "url", "url": "https://example.com/a.pdf"}
        )
        action = link.action_fusion_preview()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual(action["url"], "https://example.com/a.pdf")

        link.url = "javascript:alert(1)"
        with self.assertRaises(UserError):
            link.action_fusion_preview()

    def test_preference_and_size_make_it_a_download(self):
        self.other.x_fc_pdf_open_mode = "download"
        mine = self.invoice.with_user(self.other)
        self.assertEqual(mine.action_fusion_preview(), self.download_of(mine))

        self.env["ir.config_parameter"].set_param("fusion_pdf_preview.max_mb", "0")
        action = self.invoice.action_fusion_preview()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(
            action["params"]["message"],
            "invoice.pdf is larger than 0 MB and is downloaded instead of shown.",
        )
        self.assertEqual(action["params"]["next"], self.download_of(self.invoice))

    def test_exactly_one(self):
        for attachments in (self.Attachment, self.invoice + self.private):
            with self.assertRaises(ValueError):
                attachments.action_fusion_preview()

    def test_rights_are_the_users(self):
        with self.assertRaises(AccessError):
            self.private.with_user(self.other).action_fusion_preview()
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.portal).action_fusion_preview()

    def test_several_documents(self):
        sheet = self.attach("sheet.csv", b"a,b", "text/csv")
        again = self.attach("invoice.pdf", self.pdf, "application/pdf")
        documents = self.invoice + sheet + again

        action = documents.with_user(self.other).action_fusion_preview_many("Three")

        self.assertEqual(
            action,
            {
                "type": "ir.actions.client",
                "tag": "fusion_pdf_preview.open_attachment",
                "name": "Three",
                "params": {
                    "attachment_ids": [self.invoice.id, again.id],
                    "all_ids": documents.ids,
                    "title": "Three",
                    "model_name": False,
                    "record_ids": [],
                    "report_name": False,
                },
            },
        )
        with zipfile.ZipFile(io.BytesIO(documents._fusion_make_zip())) as archive:
            names = archive.namelist()
            self.assertEqual(names, ["invoice.pdf", "sheet.csv", "invoice (2).pdf"])
            self.assertEqual(archive.read("invoice (2).pdf"), self.pdf)
        self.assertFalse(self.Log.sudo().search([]))

    def test_several_of_which_none_is_shown(self):
        documents = self.attach("a.csv", b"a", "text/csv") + self.attach("b.csv", b"b", "text/csv")
        url = f"/fusion_pdf_preview/zip?ids={documents[0].id},{documents[1].id}"
        download = {"type": "ir.actions.act_url", "url": url, "target": "download"}
        self.assertEqual(documents.with_user(self.other).action_fusion_preview_many(), download)
        one = self.invoice.with_user(self.other)
        self.assertEqual(one.action_fusion_preview_many(), one.action_fusion_preview())

    def test_several_need_every_right(self):
        mixed = (self.invoice + self.private).with_user(self.other)
        for documents in (mixed, mixed.sudo()):
            with self.assertRaises(AccessError):
                documents.action_fusion_preview_many()
        with self.assertRaises(UserError):
            self.Attachment.action_fusion_preview_many()
        with self.assertRaises(UserError):
            self.Attachment.browse(range(1, 102)).action_fusion_preview_many()

    def test_sudo_gives_portal_the_download(self):
        action = self.invoice.with_user(self.portal).sudo().action_fusion_preview()
        self.assertEqual(action, self.download_of(self.invoice))

    def test_sudo_gives_a_token_only_to_who_needs_it(self):
        params = self.private.with_user(self.other).sudo().action_fusion_preview()["params"]
        self.assertEqual(params["access_token"], self.private._get_raw_access_token())
        self.assertFalse(self.private.access_token, "the permanent token was made")

        params = self.invoice.with_user(self.other).sudo().action_fusion_preview()["params"]
        self.assertNotIn("access_token", params)


@tagged("post_install", "-at_install")
class TestOpen(PreviewCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
        cls.partner = cls.env.ref("base.partner_admin")

    def open_as(self, user, attachment_id, *args):
        return self.Attachment.with_user(user)._fusion_open(attachment_id, *args)

    def test_opening_logs_and_hands_out_addresses(self):
        answer = self.open_as(self.other, self.invoice.id)

        log = self.read_log()
        self.assertEqual(
            answer,
            {
                "log_id": log.id,
                "url": f"/web/content/{self.invoice.id}",
                "download_url": f"/web/content/{self.invoice.id}?download=true",
                "filename": "invoice.pdf",
                "size": len(self.pdf),
                "checksum": self.invoice.checksum,
            },
        )
        self.assertEqual(log.user_id, self.other)
        self.assertEqual(log.event, "open")
        self.assertEqual(log.attachment_id, self.invoice)
        self.assertEqual(log.document_name, "invoice.pdf")
        self.assertEqual(log.checksum, self.invoice.checksum)
        self.assertEqual(log.model_name, "res.partner")
        self.assertEqual(log.record_ids, str(self.partner.id))
        self.assertEqual(log.record_count, 1)

    def test_forbidden_and_unknown_answer_alike_and_log_nothing(self):
        messages = set()
        gone = self.attach("gone.pdf", self.pdf)
        gone_id = gone.id
        gone.unlink()
        for user, attachment_id in [
            (self.other, self.private.id),
            (self.portal, self.invoice.id),
            (self.other, gone_id),
            (self.other, 2**40),
            (self.other, -1),
            (self.other, True and "1 OR 1=1"),
            (self.other, None),
        ]:
            with self.subTest(attachment_id=attachment_id):
                with self.assertRaises(AccessError) as caught:
                    self.open_as(user, attachment_id)
                messages.add(str(caught.exception))
        self.assertEqual(messages, {"This document no longer exists. (Or you may not read it.)"})
        self.assertFalse(self.read_log())

    def test_token_of_the_sudo_helper_opens(self):
        action = self.private.with_user(self.other).sudo().action_fusion_preview()
        token = action["params"]["access_token"]

        answer = self.open_as(self.other, self.private.id, token)

        self.assertEqual(answer["url"], f"/web/content/{self.private.id}?access_token={token}")
        self.assertEqual(
            answer["download_url"],
            f"/web/content/{self.private.id}?download=true&access_token={token}",
        )
        self.assertEqual(self.read_log().user_id, self.other)

    def test_wrong_token_is_refused(self):
        others = self.invoice._get_raw_access_token()
        expired = "0" * 64 + "o0x1"
        for token in (others, expired, "o", "é", 7, ""):
            with self.subTest(token=token), self.assertRaises(AccessError):
                self.open_as(self.other, self.private.id, token)
        self.assertFalse(self.read_log())

    def test_what_cannot_be_shown(self):
        table = self.attach("table.csv", b"a,b", "text/csv")
        empty = self.attach("empty.pdf", b"", "application/pdf")
        lost = self.attach("lost.pdf", self.pdf, "application/pdf")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'ff/lost' WHERE id = %s", [lost.id]
        )
        self.env.invalidate_all()
        for attachment, message in [
            (table, "table.csv is not a PDF document."),
            (empty, "This document is empty."),
            (lost, "The file of lost.pdf is missing on the server."),
        ]:
            with self.assertRaises(UserError) as caught:
                self.open_as(self.other, attachment.id)
            self.assertEqual(str(caught.exception), message)
        self.assertFalse(self.read_log())

    def test_stated_record_is_kept_only_if_true(self):
        own = {"model_name": "res.partner", "record_ids": [self.partner.id]}
        self.open_as(self.other, self.invoice.id, None, own)
        forged = {"model_name": "res.users", "record_ids": [self.owner.id]}
        self.open_as(self.other, self.invoice.id, None, forged)

        told, lied = self.read_log()
        self.assertEqual((told.model_name, told.record_ids), ("res.partner", str(self.partner.id)))
        self.assertEqual((lied.model_name, lied.record_ids), (False, False))

    def test_stated_report_needs_readable_records(self):
        report = self.env["ir.actions.report"].search([], limit=1).report_name
        readable = {"model_name": "res.partner", "record_ids": [self.partner.id]}
        hidden = {"model_name": "ir.config_parameter", "record_ids": [1]}
        for stated in (readable, hidden, {"model_name": "no.model", "record_ids": [1]}):
            self.open_as(self.other, self.invoice.id, None, {**stated, "report_name": report})

        logs = self.read_log()
        self.assertEqual(logs.mapped("report_name"), [report] * 3)
        self.assertEqual(logs.mapped("model_name"), ["res.partner", False, False])

    def test_budget_of_queries(self):
        self.open_as(self.other, self.invoice.id)
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(12):
            self.open_as(self.other, self.invoice.id)
            self.env.flush_all()
