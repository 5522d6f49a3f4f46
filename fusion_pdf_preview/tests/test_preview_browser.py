import json
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..models.fusion_pdf_preview_log import FusionPdfPreviewLog
from .common import make_pdf
from .test_controllers import ReportCase

STEPS = Path(__file__).with_name("browser_steps.js").read_text()
READY = "odoo.isReady === true && !!odoo.__WOWL_DEBUG__?.root?.env"


class BrowserCase(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "a button that opens the document",
                "model": "ir.attachment",
                "inherit_id": cls.env.ref("base.view_attachment_form").id,
                "arch": """<xpath expr="//sheet" position="before"><header>
                    <button name="action_fusion_preview" type="object" string="Show"/>
                </header></xpath>""",
            }
        )

    def tell(self, story, error_checker=None, **values):
        """Run the story as a plain user on the form of the invoice."""
        constants = "".join(f"const {name} = {json.dumps(v)};" for name, v in values.items())
        code = f"{STEPS}\n{constants}\nrun(async () => {{ {story} }});"
        path = f"/odoo/ir.attachment/{self.invoice.id}"
        options = {"ready": READY, "login": "pdf_other", "timeout": 90}
        self.browser_js(path, code, error_checker=error_checker, **options)


@tagged("post_install", "-at_install")
class TestDialog(BrowserCase):
    def test_open_print_download_close(self):
        self.tell(
            """
            const button = await waitFor("the button", () =>
                find("button[name='action_fusion_preview']"));
            button.focus();
            button.click();
            await readWord();
            const modal = find(".modal[role='dialog']");
            check("title", modal.getAttribute("aria-label"), "invoice.pdf");
            check("modal", modal.getAttribute("aria-modal"), "true");
            check("frame", find("iframe").title, "invoice.pdf");
            check("focus", document.activeElement.tagName, "IFRAME");
            check("record", !!find(".o_fusion_pdf_preview_record"), true);
            const viewer = viewerOf();
            check("scripts", viewer.PDFViewerApplicationOptions.get("enableScripting"), false);
            for (const id of ["printButton", "downloadButton"]) {
                const own = viewer.document.getElementById(id);
                check(id, viewer.getComputedStyle(own).display, "none");
            }
            const box = find(".o_fusion_pdf_preview").getBoundingClientRect();
            check("tall", box.height >= 0.89 * innerHeight, true);

            press("print");
            await waitFor("the print", () => prints.length);
            await waitFor("the button", () => !find(".o_fusion_pdf_preview_download").disabled);
            press("download");
            await waitFor("the download", () => downloads.length);
            check("downloads", downloads, ["invoice.pdf"]);

            const init = { key: "Escape", bubbles: true };
            viewer.document.body.dispatchEvent(new viewer.KeyboardEvent("keydown", init));
            await waitClosed();
            await waitFor("the focus", () =>
                document.activeElement.name === "action_fusion_preview");
            """
        )
        logs = self.read_log()
        self.assertEqual(logs.mapped("event"), ["open", "print", "download"])
        self.assertEqual(logs.user_id, self.other)
        self.assertEqual(logs.attachment_id, self.invoice)
        self.assertEqual(logs.mapped("model_name"), ["res.partner"] * 3)

    def test_double_click_opens_one_dialog(self):
        self.tell(
            """
            const params = { attachment_id: documentId };
            openAction(params);
            await new Promise((resolve) => setTimeout(resolve));
            await openAction(params);
            await readWord();
            check("dialogs", document.querySelectorAll(".o_fusion_pdf_preview").length, 1);
            press("close");
            await waitClosed();
            await openAction(params);
            await readWord();
            """,
            documentId=self.invoice.id,
        )
        self.assertEqual(self.read_log().mapped("event"), ["open", "open"])

    def test_several_documents_in_one_dialog(self):
        second = self.attach("second.pdf", make_pdf("Wheelchair two"), "application/pdf")
        documents = self.invoice + second
        self.tell(
            """
            await env.services.action.doAction(action);
            await readWord();
            const [previous, next] = ["previous", "next"].map((name) =>
                find(`.o_fusion_pdf_preview_${name}`));
            check("at the start", [previous.disabled, next.disabled], [true, false]);
            press("next");
            await waitFor("the title", () =>
                find(".modal-title").textContent.trim() === "second.pdf");
            await readWord();
            check("at the end", [previous.disabled, next.disabled], [false, true]);
            const place = find(".o_fusion_pdf_preview_steps [role='status']");
            check("place", place.textContent, "2 / 2");
            press("download");
            await waitFor("the download", () => downloads.length);
            await waitFor("the button", () => !find(".o_fusion_pdf_preview_all").disabled);
            press("all");
            await waitFor("the archive", () => downloads.length === 2);
            check("downloads", downloads, ["second.pdf", "documents.zip"]);
            press("close");
            await waitClosed();
            """,
            action=documents.with_user(self.other).action_fusion_preview_many(),
        )
        logs = self.read_log()
        self.assertEqual(logs.mapped("event"), ["open", "open", "download", "download", "download"])
        self.assertEqual(
            [log.attachment_id for log in logs],
            [self.invoice, second, second, self.invoice, second],
        )

    def test_refused_document_opens_no_dialog(self):
        self.tell(
            """
            await openAction({ attachment_id: documentId, title: "<b>Mine</b>" });
            const text = (await waitFor("the message", () =>
                find(".o_notification_content"))).textContent;
            check("message", text, "This document no longer exists. (Or you may not read it.)");
            check("dialog", find(".o_fusion_pdf_preview"), null);
            """,
            documentId=self.private.id,
        )
        self.assertFalse(self.read_log())

    def test_broken_document_and_title_as_text(self):
        page = self.attach("page.pdf", b"<script>alert(1)</script>", "application/pdf")
        self.tell(
            """
            await openAction({ attachment_id: documentId, title: "<b>Sheet</b>" });
            const panel = await waitFor("the panel", () => find(".o_fusion_pdf_preview_broken"));
            check("text", panel.querySelector("p").textContent, "This PDF cannot be shown.");
            check("role", panel.getAttribute("role"), "alert");
            check("title", find(".modal-title").textContent.trim(), "<b>Sheet</b>");
            panel.querySelector("button").click();
            await waitFor("the download", () => downloads.length);
            """,
            error_checker=lambda message: "PDF" not in message,  # the viewer complains
            documentId=page.id,
        )
        self.assertEqual(self.read_log().mapped("event"), ["open", "download"])

    def test_nothing_leaves_unlogged(self):
        calls = []

        def refuse(_log, log_id, event):
            calls.append(event)
            text = "The log is full."  # a fault of the test, not a text of the product
            raise UserError(text)

        with patch.object(FusionPdfPreviewLog, "_log_child", refuse):
            self.tell(
                """
                await openAction({ attachment_id: documentId });
                await readWord();
                for (const [count, name] of [[1, "print"], [2, "download"]]) {
                    press(name);
                    await waitFor("the warning", () =>
                        document.querySelectorAll(".o_notification").length === count);
                }
                check("copies", [...prints, ...downloads], []);
                """,
                documentId=self.invoice.id,
            )
        self.assertEqual(calls, ["print"] * 2 + ["download"] * 2)
        self.assertEqual(self.read_log().mapped("event"), ["open"])


@tagged("post_install", "-at_install")
class TestReportDialog(BrowserCase):
    def print_report(self, story):
        ids = self.partners.ids
        self.tell(
            """
            let closed = 0;
            const printReport = (extra = {}) =>
                env.services.action.doAction(reportId, {
                    additionalContext: { active_ids: ids, ...extra },
                    onClose: () => closed++,
                });
            """
            + story,
            reportId=self.report.id,
            ids=ids,
        )

    def test_report_is_rendered_once_for_all(self):
        self.print_report(
            """
            await printReport();
            await readWord();
            check("title", find(".modal-title").textContent.trim(), "Sheet");
            check("unblocked", env.services.ui.isBlocked, false);
            check("closed", closed, 1);
            const url = new URL(viewerOf().location).searchParams.get("file");
            check("object URL", url.startsWith("blob:"), true);
            press("print");
            await waitFor("the print", () => prints.length);
            await waitFor("the button", () => !find(".o_fusion_pdf_preview_download").disabled);
            press("download");
            await waitFor("the download", () => downloads.length);
            check("name", downloads, ["Sheet.pdf"]);
            press("close");
            await waitClosed();
            const isGone = await fetch(url).then(() => false, () => true);
            check("released", isGone, true);
            """
        )
        self.assertEqual(self.rendered, [self.partners.ids])
        logs = self.read_log()
        self.assertEqual(logs.mapped("event"), ["open", "print", "download"])
        self.assertEqual(set(logs.mapped("record_count")), {2})

    STANDARD = """
        await waitFor("the download", () => downloads.length);
        check("dialog", find(".o_fusion_pdf_preview"), null);
    """

    def assert_standard(self, story="await printReport();"):
        self.print_report(story + self.STANDARD)
        self.assertEqual(self.rendered, [self.partners.ids])
        self.assertFalse(self.read_log())

    def test_shift_click_downloads(self):
        self.assert_standard(
            """
            find("body").dispatchEvent(new MouseEvent("click", { shiftKey: true }));
            await printReport();
            """
        )

    def test_context_key_downloads(self):
        self.assert_standard("await printReport({ fusion_no_preview: true });")

    def test_report_set_to_never_downloads(self):
        self.report.x_fc_pdf_preview = "never"
        self.assert_standard()

    def test_switched_off_downloads(self):
        self.env["ir.config_parameter"].set_param("fusion_pdf_preview.intercept_reports", "False")
        self.assert_standard()

    def test_preference_downloads_unless_always(self):
        self.other.x_fc_pdf_open_mode = "download"
        self.assert_standard()
        self.report.x_fc_pdf_preview = "always"
        self.print_report("await printReport(); await readWord();")

    def test_failing_report_shows_the_error(self):
        def fail(*_args, **_kwargs):
            text = "No paper."  # a fault of the test, not a text of the product
            raise UserError(text)

        with patch.object(IrActionsReport, "_render_qweb_pdf", fail):
            self.print_report(
                """
                printReport().catch((error) => Promise.reject(error));
                const dialog = await waitFor("the error", () => find(".o_error_dialog"));
                check("text", dialog.textContent.includes("No paper."), true);
                check("unblocked", env.services.ui.isBlocked, false);
                check("dialog", find(".o_fusion_pdf_preview"), null);
                """
            )
        self.assertFalse(self.read_log())

    def test_without_wkhtmltopdf_odoo_shows_html(self):
        with patch.object(IrActionsReport, "get_wkhtmltopdf_state", lambda _report: "install"):
            self.print_report(
                """
                await printReport();
                const frame = await waitFor("the page", () => find(".o_action iframe"));
                await waitFor("the text", () =>
                    frame.contentDocument?.body?.textContent.includes("Wheelchair for Ana"));
                check("dialog", find(".o_fusion_pdf_preview"), null);
                """
            )
        self.assertFalse(self.read_log())


@tagged("post_install", "-at_install")
class TestPhone(BrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_dialog_fills_the_screen(self):
        self.tell(
            """
            await openAction({ attachment_id: documentId });
            await readWord();
            const box = find(".o_fusion_pdf_preview").getBoundingClientRect();
            check("width", Math.round(box.width), innerWidth);
            check("height", Math.round(box.height), innerHeight);
            for (const button of document.querySelectorAll(".modal-footer .btn")) {
                check(button.textContent, button.getBoundingClientRect().height >= 44, true);
            }
            check("no sideways scroll", document.documentElement.scrollWidth, innerWidth);
            """,
            documentId=self.invoice.id,
        )
        self.assertEqual(self.read_log().mapped("event"), ["open"])
