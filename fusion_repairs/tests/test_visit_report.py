from datetime import date
from unittest.mock import Mock, patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"
    "=="
)


@tagged("post_install", "-at_install")
class TestVisitReport(RepairsCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time("2031-03-14 14:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)
        self.contract = self.new_contract(x_fc_device_serial="SN-1")
        self.ann.group_ids = [(4, self.env.ref("fusion_repairs.group_field").id)]
        self.visit = self.book(10)

    def book(self, hour):
        visit = self.contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, hour))
        visit.checklist_line_ids.result = "pass"
        return visit

    def fill_in(self, visit=None, **values):
        values = {"outcome": "ok", "signature": PIXEL, "signed_by": "Clara", **values}
        task = (visit or self.visit).technician_task_id
        wizards = self.env["fusion.repair.visit.report.wizard"].with_user(self.ann)
        return wizards.with_context(active_model=task._name, active_id=task.id).create(values)

    def submit(self, visit=None, **values):
        wizard = self.fill_in(visit, **values)
        with freeze_time("2031-03-17 15:00:00"):
            return wizard.action_submit()

    def test_a_report_finishes_the_visit(self):
        before = self.env["mail.mail"].search([])
        self.submit(findings="<p>New belt</p>")

        self.assertEqual((self.visit.state, self.visit.outcome), ("done", "ok"))
        self.assertEqual(self.visit.technician_task_id.status, "completed")
        self.assertEqual(self.visit.repair_order_id.state, "done")
        self.assertEqual(self.visit.sale_order_id.state, "sale")
        self.assertEqual(self.contract.next_due_date, date(2031, 9, 30))
        certificate = self.visit.inspection_certificate_id
        self.assertTrue(certificate.name.startswith("CERT/"))
        self.assertEqual((certificate.result, certificate.state), ("pass", "valid"))
        self.assertEqual(certificate.inspection_date, date(2031, 3, 17))
        self.assertEqual(certificate.expiry_date, date(2032, 3, 16))
        self.assertEqual(len(certificate.checklist), 13)
        self.assertFalse(self.env["mail.mail"].search([]) - before)
        self.env[self.visit._name]._cron_mail_done()
        mail = self.env["mail.mail"].search([]) - before
        self.assertIn("Tuesday, September 30, 2031", mail.body_html)
        self.assertIn("New belt", mail.body_html)
        self.assertIn("13 points", mail.body_html)

    def test_done_by_the_report_and_again_on_the_board_counts_once(self):
        self.submit()
        certificate, due = self.visit.inspection_certificate_id, self.contract.next_due_date
        task = self.visit.technician_task_id
        task.status = "completed"
        self.visit.action_done()
        task.action_start()  # a manager opens it again
        task.action_complete()
        self.assertEqual(self.visit.inspection_certificate_id, certificate)
        self.assertEqual(self.contract.equipment_id.x_fc_certificate_ids, certificate)
        self.assertEqual((self.contract.next_due_date, self.visit.state), (due, "done"))

    def test_what_is_missing_is_named_and_nothing_is_lost(self):
        lines = self.visit.checklist_line_ids
        lines[0].result = False
        lines[1].write({"result": "fail", "note": False})
        wizard = self.fill_in(signature=False, signed_by=False, findings="Kept")
        with self.assertRaises(UserError) as caught:
            wizard.action_submit()
        for text in (lines[0].label, lines[1].label, "signs with a name"):
            self.assertIn(text, str(caught.exception))
        self.assertEqual(self.visit.state, "scheduled")
        self.assertIn("Kept", str(self.visit.findings))
        self.assertFalse(self.visit.inspection_certificate_id)
        with self.assertRaises(UserError):
            self.submit(outcome="unsafe")

    def test_an_optional_point_makes_it_conditional(self):
        optional = self.visit.checklist_line_ids.filtered(lambda line: not line.mandatory)[0]
        optional.write({"result": "fail", "note": "Loud"})
        self.submit(signature=False, signed_by=False, signature_refused_reason="Asleep")
        self.assertEqual(self.visit.inspection_certificate_id.result, "conditional")

    def test_a_mandatory_point_makes_it_unsafe(self):
        line = self.visit.checklist_line_ids[0]
        line.write({"result": "fail", "note": "Rail is loose"})
        self.submit(outcome="needs_repair")
        self.assertEqual((self.visit.state, self.visit.outcome), ("done", "unsafe"))
        self.assertFalse(self.visit.inspection_certificate_id)
        self.assertTrue(self.contract.equipment_id.x_fc_do_not_use)
        urgent = self.contract.equipment_id.x_fc_repair_ids - self.visit.repair_order_id
        self.assertEqual((urgent.priority, urgent.x_fc_repair_type), ("1", "repair"))
        self.assertIn("Rail is loose", urgent.x_fc_problem)
        self.assertIn("Unsafe unit", self.contract.activity_ids.summary)

    def test_the_technician_must_be_certified(self):
        skill = self.env.ref("fusion_tasks.skill_type_certificate").skill_ids[0]
        self.category.x_fc_maintenance_skill_id = skill
        with self.assertRaises(UserError):
            self.submit()
        self.assertEqual(self.visit.state, "scheduled")
        with freeze_time("2031-03-01 12:00:00"):
            self.ann.x_fc_repair_skills = skill
        self.submit()
        self.assertEqual(self.visit.inspection_certificate_id.licence, "Elevating devices")

    def test_a_newer_certificate_supersedes(self):
        self.submit()
        first = self.visit.inspection_certificate_id
        self.submit(self.book(14))
        self.assertEqual(first.state, "superseded")
        self.assertEqual(
            self.contract.equipment_id.x_fc_certificate_ids.mapped("state"), ["valid", "superseded"]
        )

    def test_the_life_of_a_certificate(self):
        self.submit()
        certificate = self.visit.inspection_certificate_id
        for now, state in (
            ("2032-01-15", "valid"), ("2032-01-16", "expiring"), ("2032-03-16", "expiring"),
            ("2032-03-17", "expired"),
        ):  # fmt: skip
            with freeze_time(f"{now} 15:00:00"):
                self.env[certificate._name].cron_certificate_expiry()
            self.assertEqual(certificate.state, state)
        with self.assertRaises(UserError):
            certificate.action_revoke()
        certificate.action_revoke("Wrong unit")
        with self.assertRaises(UserError):
            certificate.state = "valid"

    def test_the_public_page_names_nobody(self):
        self.submit()
        certificate = self.visit.inspection_certificate_id
        page = certificate._verify(certificate.verify_id)._get_page()
        self.assertEqual(page["number"], certificate.name)
        self.assertEqual(page["unit"], "Stair Lift 900 (…SN1)")
        self.assertNotIn("Clara", str(page))
        self.assertFalse(certificate._verify("x"))

    def test_the_pdf_comes_later(self):
        self.submit()
        certificate = self.visit.inspection_certificate_id
        self.assertFalse(certificate.pdf_attachment_id)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "fusion_repairs.action_report_certificate", certificate.ids
        )[0].decode()  # fmt: skip
        for text in (certificate.name, "SN-1", certificate.verify_id, "Rail fixings are tight"):
            self.assertIn(text, html)

    def mail_papers(self, printer):
        """:return: the message about the visit, printed by a function of report and ids"""
        before = self.env["mail.mail"].search([])
        reports = type(self.env["ir.actions.report"])
        with patch.object(reports, "_render_qweb_pdf", lambda _self, *args: printer(*args)):
            self.env[self.visit._name]._cron_mail_done()
        return self.env["mail.mail"].search([]) - before

    def test_the_client_gets_the_papers(self):
        self.company.account_sale_tax_id = False
        self.env["account.chart.template"].try_loading("generic_coa", self.company, False)
        self.env["ir.config_parameter"].set_param("fusion_repairs.invoice_on_completion", "post")
        self.submit()
        mail = self.mail_papers(lambda report, _ids: (f"%PDF-1.4 {report}".encode(), "pdf"))
        papers = {one.name: one.raw.split()[1].decode() for one in mail.attachment_ids}
        invoice = self.visit.sale_order_id.invoice_ids
        certificate = self.visit.inspection_certificate_id
        names = [one.name.replace("/", "-") for one in (certificate, self.visit, invoice)]
        self.assertEqual(
            papers,
            {
                f"{names[0]}.pdf": "fusion_repairs.action_report_certificate",
                f"{names[1]}.pdf": "fusion_repairs.action_report_visit",
                f"{names[2]}.pdf": "account.account_invoices",
            },
        )
        self.assertEqual(certificate.pdf_attachment_id.name, f"{names[0]}.pdf")
        self.assertFalse(self.mail_papers(None), "one message, however often the job runs")

    def test_without_a_printer_the_message_goes_all_the_same(self):
        self.submit()
        broken = Mock(side_effect=UserError("wkhtmltopdf failed"))
        mail = self.mail_papers(broken)
        self.assertTrue(broken.called)
        self.assertIn("13 points", mail.body_html)
        self.assertFalse(mail.attachment_ids)
        self.assertEqual(self.visit.state, "done")

    def test_a_manager_undoes_a_roll(self):
        self.submit()
        office = self.new_user("Olga", "fusion_repairs.group_user")
        with self.assertRaises(AccessError):
            self.contract.with_user(office).action_undo_roll()
        self.contract.action_undo_roll()
        self.assertEqual(self.contract.next_due_date, date(2031, 3, 31))
        self.assertFalse(self.contract.last_service_date)
        self.assertFalse(self.visit.rolled_forward)
        with self.assertRaises(UserError):
            self.contract.action_undo_roll()

    def test_the_form_of_the_report(self):
        wizards = self.env["fusion.repair.visit.report.wizard"].with_user(self.ann)
        with Form(wizards.with_context(default_visit_id=self.visit.id)) as form:
            form.outcome = "ok"
        self.assertEqual(self.visit.outcome, "ok")
