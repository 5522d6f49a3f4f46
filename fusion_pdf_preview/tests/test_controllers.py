import io
import json
import zipfile
from unittest.mock import patch

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .common import PreviewCase

ALL = "/fusion_pdf_preview/download_all"
OPEN = "/fusion_pdf_preview/open"
EVENT = "/fusion_pdf_preview/event"
REPORT = "/fusion_pdf_preview/report"
TEMPLATE = """
<t t-name="fusion_pdf_preview.test_sheet">
    <html><body><main><div class="article" data-oe-model="res.partner"
        t-att-data-oe-id="doc.id" t-foreach="docs" t-as="doc">
        <p>Wheelchair for <t t-out="doc.display_name"/></p>
    </div></main></body></html>
</t>"""


class ReportCase(PreviewCase, HttpCase):
    """A report of partners. Only wkhtmltopdf itself is replaced, by a finished PDF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
        cls.partners = cls.env["res.partner"].create([{"name": "Ana"}, {"name": "Bo"}])
        cls.env["ir.ui.view"].create(
            {
                "name": "sheet",
                "type": "qweb",
                "key": "fusion_pdf_preview.test_sheet",
                "arch": TEMPLATE,
            }
        )
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Sheet",
                "model": "res.partner",
                "report_type": "qweb-pdf",
                "report_name": "fusion_pdf_preview.test_sheet",
                "print_report_name": "'Sheet of %s' % object.name",
                "binding_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "binding_type": "report",
            }
        )

    def setUp(self):
        super().setUp()
        self.rendered = []  # ids of each rendering that ran
        render = IrActionsReport._render_qweb_pdf

        def render_counted(report, report_ref, res_ids=None, data=None):
            self.rendered.append(res_ids)
            report = report.with_context(force_report_rendering=True)
            return render(report, report_ref, res_ids=res_ids, data=data)

        for name, replacement in [
            ("_render_qweb_pdf", render_counted),
            ("_run_wkhtmltopdf", lambda *_args, **_kwargs: self.pdf),
            ("get_wkhtmltopdf_state", lambda _report: "ok"),
        ]:
            patcher = patch.object(IrActionsReport, name, replacement)
            patcher.start()
            self.addCleanup(patcher.stop)

    def post_report(self, ids, csrf=True, report_name=None, **more):
        values = {
            "report_name": report_name or self.report.report_name,
            "docids": json.dumps(ids),
            "context": json.dumps({"lang": "en_US"}),
            **more,
        }
        if csrf:
            values["csrf_token"] = Request.csrf_token(self)
        return self.url_open(REPORT, data=values)


@tagged("post_install", "-at_install")
class TestRoutes(ReportCase):
    def fail_rpc(self, url, **params):
        with mute_logger("odoo.http"):
            answer = self.url_open(url, json={"jsonrpc": "2.0", "params": params}).json()
        return answer["error"]["data"]["name"]

    def test_a_report_of_what_is_no_list_of_records(self):
        self.authenticate("pdf_other", "pdf_other")
        for docids, data in (
            ("{}", "{}"),
            ('["a"]', "{}"),
            ("x", "{}"),
            ("[]", "[1]"),
            ("[]", "x"),
        ):
            with self.subTest(docids=docids, data=data):
                answer = self.post_report([], docids=docids, data=data)
                self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.post_report([], context="[1]").status_code, 400)
        nameless = {"csrf_token": Request.csrf_token(self)}
        self.assertEqual(self.url_open(REPORT, data=nameless).status_code, 400)

    def test_open_then_print_then_download(self):
        self.authenticate("pdf_other", "pdf_other")

        opened = self.make_jsonrpc_request(OPEN, {"attachment_id": self.invoice.id})
        printed = self.make_jsonrpc_request(EVENT, {"log_id": opened["log_id"], "event": "print"})
        self.make_jsonrpc_request(EVENT, {"log_id": opened["log_id"], "event": "download"})

        logs = self.read_log()
        self.assertEqual(logs.mapped("event"), ["open", "print", "download"])
        self.assertEqual(logs.user_id, self.other)
        self.assertEqual(set(logs.mapped("ip_address")), {"127.0.0.1"})
        self.assertEqual(printed, {"log_id": logs[1].id})
        self.assertEqual(logs[1:].parent_id, logs[0])
        self.assertEqual(self.url_open(opened["url"]).content, self.pdf)
        answer = self.url_open(opened["download_url"])
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_all_as_one_archive(self):
        second = self.attach("second.pdf", self.pdf, "application/pdf")
        ids = [self.invoice.id, second.id]
        self.authenticate("pdf_other", "pdf_other")

        answer = self.make_jsonrpc_request(ALL, {"attachment_ids": ids})

        archive = zipfile.ZipFile(io.BytesIO(self.url_open(answer["url"]).content))
        self.assertEqual(archive.namelist(), ["invoice.pdf", "second.pdf"])
        logs = self.read_log()
        self.assertEqual(logs.mapped("event"), ["download", "download"])
        self.assertEqual(logs.attachment_id.ids, ids)
        self.assertEqual(logs.user_id, self.other)

    def test_archive_needs_every_right(self):
        ids = [self.invoice.id, self.private.id]
        self.authenticate("pdf_other", "pdf_other")
        for wrong in (ids, [0], ["1"], "1", [2**40], []):
            with self.subTest(ids=wrong):
                name = self.fail_rpc(ALL, attachment_ids=wrong)
                self.assertIn(name.rpartition(".")[2], ("AccessError", "UserError"))
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/fusion_pdf_preview/zip?ids={ids[0]},{ids[1]}")
        self.assertNotEqual(answer.status_code, 200)
        self.assertNotIn(b"PK", answer.content[:2])
        self.assertFalse(self.read_log())

    def test_token_serves_the_document(self):
        token = self.private._get_raw_access_token()
        self.authenticate("pdf_other", "pdf_other")
        self.assertEqual(self.url_open(f"/web/content/{self.private.id}").status_code, 404)

        params = {"attachment_id": self.private.id, "access_token": token}
        opened = self.make_jsonrpc_request(OPEN, params)

        self.assertEqual(self.url_open(opened["url"]).content, self.pdf)
        self.assertEqual(self.url_open(opened["download_url"]).content, self.pdf)

    def test_refusals(self):
        refused = "odoo.exceptions.AccessError"
        self.authenticate("pdf_other", "pdf_other")
        self.assertEqual(self.fail_rpc(OPEN, attachment_id=self.private.id), refused)
        self.assertEqual(self.fail_rpc(EVENT, log_id=1, event="print"), refused)
        self.assertEqual(self.fail_rpc(EVENT, log_id=1, event="open"), "odoo.exceptions.UserError")
        self.authenticate("pdf_portal", "pdf_portal")
        self.assertEqual(self.fail_rpc(OPEN, attachment_id=self.invoice.id), refused)
        self.authenticate(None, None)
        self.assertEqual(
            self.fail_rpc(OPEN, attachment_id=self.invoice.id),
            "odoo.http.SessionExpiredException",
        )
        self.assertFalse(self.read_log())

    def test_person_named_by_the_client_is_ignored(self):
        self.authenticate("pdf_other", "pdf_other")
        params = {"attachment_id": self.invoice.id, "user_id": self.owner.id, "title": "x"}
        self.make_jsonrpc_request(OPEN, params)
        self.assertEqual(self.read_log().user_id, self.other)

    def test_report_is_rendered_once_and_logged(self):
        self.authenticate("pdf_other", "pdf_other")

        answer = self.post_report(self.partners[:1].ids)

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.content, self.pdf)
        self.assertEqual(self.rendered, [self.partners[:1].ids])
        disposition = answer.headers["Content-Disposition"]
        self.assertTrue(disposition.startswith("inline"), disposition)
        log = self.read_log()
        self.assertEqual(answer.headers["X-Fusion-Log-Id"], str(log.id))
        self.assertEqual(log.document_name, "Sheet of Ana.pdf")
        self.assertEqual(log.report_name, "fusion_pdf_preview.test_sheet")
        self.assertEqual(log.model_name, "res.partner")
        self.assertEqual(log.record_ids, str(self.partners[0].id))
        self.assertEqual(log.user_id, self.other)
        self.assertEqual(len(log.checksum), 40)

    def test_name_is_that_of_the_standard_download(self):
        self.authenticate("pdf_other", "pdf_other")
        for partners in (self.partners[:1], self.partners):
            url = f"/report/pdf/{self.report.report_name}/{','.join(map(str, partners.ids))}"
            values = {"data": json.dumps([url, "qweb-pdf"]), "context": "{}", "token": "x"}
            values["csrf_token"] = Request.csrf_token(self)
            standard = self.url_open("/report/download", data=values)
            ours = self.post_report(partners.ids)
            self.assertEqual(
                ours.headers["Content-Disposition"],
                standard.headers["Content-Disposition"].replace("attachment", "inline"),
            )

    def test_stored_copy_is_made_and_used_again(self):
        self.report.write({"attachment": "'sheet.pdf'", "attachment_use": True})
        self.authenticate("pdf_owner", "pdf_owner")
        self.owner.group_ids += self.env.ref("base.group_partner_manager")

        self.post_report(self.partners[:1].ids)
        stored = self.Attachment.search([("name", "=", "sheet.pdf")])
        self.assertEqual(stored.raw, self.pdf)
        self.assertEqual(self.post_report(self.partners[:1].ids).content, self.pdf)
        self.assertEqual(self.Attachment.search([("name", "=", "sheet.pdf")]), stored)

    def test_wizard_options_reach_the_report(self):
        seen = {}
        render = IrActionsReport._render_qweb_pdf

        def render_seen(report, report_ref, res_ids=None, data=None):
            seen.update(data, lang=report.env.context.get("lang"), ids=res_ids)
            return render(report, report_ref, self.partners.ids, data)

        self.authenticate("pdf_other", "pdf_other")
        with patch.object(IrActionsReport, "_render_qweb_pdf", render_seen):
            answer = self.post_report([5], data=json.dumps({"month": "May & June"}))

        self.assertEqual(answer.status_code, 200)
        self.assertEqual((seen["month"], seen["lang"]), ("May & June", "en_US"))
        self.assertIsNone(seen["ids"], "Odoo's own client sends no ids with options")

    def test_500_records(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(500)])
        self.authenticate("pdf_other", "pdf_other")
        self.assertEqual(self.post_report(partners.ids).status_code, 200)
        log = self.read_log()
        self.assertEqual(log.record_count, 500)
        self.assertTrue(log.record_ids.endswith(f",{partners[199].id},+300"))

    @mute_logger("odoo.http", "odoo.addons.web.controllers.report")
    def test_faults_log_nothing(self):
        self.authenticate("pdf_other", "pdf_other")
        self.assertEqual(self.post_report([1], csrf=False).status_code, 400)
        unknown = self.post_report([1], report_name="no.such_report")
        self.report.print_report_name = "object.no_such_field"
        for answer in (unknown, self.post_report(self.partners[:1].ids)):
            self.assertEqual(answer.status_code, 500)
            self.assertIn("Odoo Server Error", answer.text)
            self.assertNotIn("%PDF-", answer.text)
        self.authenticate(None, None)
        answer = self.url_open(REPORT, data={"report_name": "x"}, allow_redirects=False)
        self.assertIn(answer.status_code, (303, 400))
        self.assertFalse(self.read_log())

    def test_settings_reach_the_client_of_internal_users(self):
        self.env["ir.config_parameter"].set_param("fusion_pdf_preview.intercept_reports", "False")
        self.other.x_fc_pdf_open_mode = "download"
        self.authenticate("pdf_other", "pdf_other")
        info = self.make_jsonrpc_request("/web/session/get_session_info", {})
        self.assertEqual(info["fusion_pdf_preview"], {"intercept": False, "open_mode": "download"})
