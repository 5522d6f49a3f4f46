import logging

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

_logger = logging.getLogger(__name__)


class FusionRepairMaintenanceVisitReport(models.Model):
    """The technician's report and what it sets off: certificate, urgent job, bill, message."""

    _inherit = "fusion.repair.maintenance.visit"

    def action_report(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit Report"),
            "res_model": "fusion.repair.visit.report.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_visit_id": self.id},
        }

    def _submit_report(self):
        """Check the report and finish the visit.

        :raise UserError: naming what is missing; what was entered stays
        """
        self.ensure_one()
        self._check_report()
        visit_sudo = self.sudo()
        if visit_sudo._has_failed_mandatory() and visit_sudo._is_safety_critical():
            visit_sudo.outcome = "unsafe"
        if self.technician_task_id.status == "en_route":
            self.action_start()
        self.action_done()
        if visit_sudo.outcome == "unsafe":
            visit_sudo._flag_unsafe()
        return True

    def _check_report(self):
        lines = self.checklist_line_ids
        faults = [
            self.env._("“%(item)s” has no result.", item=line.label)
            for line in lines
            if line.mandatory and not line.result
        ]
        faults += [
            self.env._("“%(item)s” failed: say why.", item=line.label)
            for line in lines
            if line.result == "fail" and not line.note
        ]
        if not self.outcome:
            faults.append(self.env._("Choose an outcome."))
        if self.outcome == "unsafe" and "fail" not in lines.mapped("result"):
            faults.append(self.env._("An unsafe unit has an item that failed."))
        is_signed = self.signature and self.signed_by
        if not (is_signed or self.signature_refused_reason):
            faults.append(self.env._("The client signs with a name, or say why not."))
        if faults:
            raise UserError("\n".join(faults))

    def _is_safety_critical(self):
        return self.contract_id.x_fc_policy_category_id.safety_critical

    def _has_failed_mandatory(self):
        return any(line.mandatory and line.result == "fail" for line in self.checklist_line_ids)

    def _finish(self):
        result = super()._finish()
        for visit in self:
            visit._bill()
            visit._announce_done()
        return result

    def _end_repair(self):
        """The certificate first: it may refuse before anything else is written."""
        self.env["fusion.repair.inspection.certificate"]._issue_from_visit(self)
        return super()._end_repair()

    def _bill(self):
        """Confirm the fee, and invoice it as the setting says: all units of a task on one invoice,
        with the last of them. A fault of the books never loses the visit: it is noted on the order.
        """
        how = self.env["fusion.repair.parameter"]._get_invoicing()
        joint = self._get_joint()
        joint.sale_order_id.filtered(lambda one: one.state in ("draft", "sent")).action_confirm()
        orders = joint.filtered("x_fc_fee").sale_order_id.filtered(
            lambda one: one.invoice_status == "to invoice"
        )
        if how == "none" or not orders or self._get_open_others():
            return
        try:
            with self.env.cr.savepoint():
                invoices = orders._create_invoices()
                if how == "post":
                    invoices.action_post()
        except UserError as error:
            _logger.warning("The fee of %s could not be invoiced: %s", self, error)
            for order in orders:
                order.message_post(
                    body=self.env._("The fee could not be invoiced: %(reason)s", reason=error)
                )

    def _flag_unsafe(self):
        """Nobody uses the unit before it is repaired, and somebody calls today."""
        self.equipment_id.x_fc_do_not_use = True
        repair = self.repair_order_id
        failed = self.checklist_line_ids.filtered(lambda line: line.result == "fail")
        urgent = self.env["repair.order"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "user_id": repair.user_id.id,
                "picking_type_id": repair.picking_type_id.id,
                "priority": "1",
                "x_fc_repair_type": "repair",
                "x_fc_intake_source": "maintenance",
                "x_fc_equipment_id": self.equipment_id.id,
                "x_fc_site_id": repair.x_fc_site_id.id,
                "x_fc_problem": "\n".join(f"{line.label}: {line.note}" for line in failed),
            }
        )
        self.contract_id._raise_activity(
            "mail.mail_activity_data_todo",
            self.env._("Unsafe unit: plan %(repair)s today", repair=urgent.name),
        )

    def _email_visit_done(self):
        """:return: Markup"""
        lines = self.checklist_line_ids
        failed = lines.filtered(lambda line: line.result == "fail")
        passed = lines.filtered(lambda line: line.result == "pass")
        certificate = self.inspection_certificate_id
        is_unsafe = self.outcome == "unsafe"
        stop = self.env._("Please do not use the unit. We call you today about the repair.")
        thanks = self.env._("Thank you. This is what we did.")
        rows = [
            (self.env._("Unit"), self.contract_id._get_public_name()),
            (self.env._("In order"), passed and self.env._("%(count)s points", count=len(passed))),
            (self.env._("Not in order"), ", ".join(failed.mapped("label"))),
            (self.env._("Next maintenance"), self._format_day(self.contract_id.next_due_date)),
            (self.env._("Certificate"), certificate.name),
        ]
        has_findings = not is_html_empty(self.findings)
        return self._email_build(
            self.env._("Your maintenance visit is done"),
            stop if is_unsafe else thanks,
            sections=[(self.env._("Your visit"), rows)],
            email_type="urgent" if is_unsafe else "success",
            extra_html=self.findings if has_findings else None,
            button_url=certificate and f"/repairs/certificate/{certificate.verify_id}" or None,
            button_text=self.env._("See the certificate"),
        )
