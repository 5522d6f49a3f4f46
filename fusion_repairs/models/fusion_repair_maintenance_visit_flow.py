from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const


class FusionRepairMaintenanceVisitFlow(models.Model):
    """The visit follows its task and the task follows the visit: each action goes through the
    task, whose change of status is mirrored here. Of several units on one task each is finished or
    taken off by itself, and the last one ends the task."""

    _inherit = "fusion.repair.maintenance.visit"

    def action_start(self):
        return self._go("action_start", "in_progress")

    def action_done(self):
        return self._go("action_complete", "completed")

    def action_cancel(self, reason=""):
        return self._go("action_cancel", "cancelled", reason)

    def action_no_show(self):
        return self._go("action_no_show", "no_show")

    def _get_joint(self):
        """:return: the visits of this one's task in the state of this one, in the order of ids"""
        self.ensure_one()
        task = self.technician_task_id
        return self.search(
            [("technician_task_id", "=", task.id), ("state", "=", self.state)], order="id"
        ) if task else self  # fmt: skip

    def _get_others(self):
        """:return: the other visits of this one's task, done or to be done, in the order of ids"""
        task = self.technician_task_id
        return self.search(
            [("technician_task_id", "=", task.id), ("id", "!=", self.id),
             ("state", "in", (*const.OPEN_VISIT, "done"))], order="id"
        ) if task else self.browse()  # fmt: skip

    def _get_open_others(self):
        """:return: those that are still to be done"""
        return self._get_others().filtered(lambda one: one.state in const.OPEN_VISIT)

    def _go(self, action, status, *arguments):
        for visit in self:
            task = visit.technician_task_id
            is_open = visit.state in const.OPEN_VISIT
            if is_open and status == "completed" and visit._get_open_others():
                visit._finish_alone()
            elif is_open and status == "cancelled" and visit._get_others():
                visit._take_off()
            elif task:
                getattr(task, action)(*arguments)
            else:
                visit.check_access("write")
                visit.sudo()._follow(status)
        return True

    def _finish_alone(self):
        """The technician goes on with the other units."""
        self.check_access("write")
        task = self.technician_task_id
        if task.status != "in_progress":
            task.action_start()
        self.sudo()._finish()

    def _take_off(self):
        """The task stays for the other units; where they are done already, it ends."""
        self.check_access("write")
        task, others_sudo = self.technician_task_id, self._get_open_others().sudo()
        visit_sudo = self.sudo()
        visit_sudo._call_off()
        visit_sudo.technician_task_id = False
        if not others_sudo:
            task.action_complete()
            return
        others_sudo._take_over(task.sudo())
        others_sudo[0]._tell_client("email_template_booking_confirmed", manage=True)

    def _take_over(self, task):
        """The task is that of these units alone from now on."""
        contracts = self.contract_id
        task.write(
            {
                **contracts[0]._prepare_task_link(self[0].repair_order_id),
                "summary": contracts._in_office_words()._get_task_summary(),
                "duration_hours": contracts._get_duration(),
            }
        )

    def _follow(self, status):
        """:param status: of the task"""
        steps = {
            "in_progress": self._begin,
            "completed": self._finish,
            "cancelled": self._call_off,
            "no_show": self._note_absence,
        }
        if status in steps:
            steps[status]()

    def _begin(self):
        """Also when a manager reopens a finished visit."""
        for visit in self.filtered(lambda one: one.state != "in_progress"):
            other = visit.contract_id.visit_ids - visit
            if other.filtered(lambda one: one.state in const.OPEN_VISIT):
                raise UserError(self.env._("The next visit is already booked: cancel that first."))
            visit.state = "in_progress"

    def _call_off(self):
        called_off = self.filtered(lambda one: one.state in const.OPEN_VISIT)
        for visit in called_off:
            is_in_time = visit._can_client_change()
            visit.state = "cancelled"
            visit._release()
            if is_in_time:
                visit._return_plan()
        for visit in called_off[:1]:
            visit._tell_client("email_template_booking_cancelled", method="CANCEL")

    def _note_absence(self):
        absent = self.filtered(lambda one: one.state in const.OPEN_VISIT)
        for visit in absent:
            visit.state = "no_show"
            visit._release()
        for visit in absent[:1]:
            order = visit._propose_no_show_fee()
            visit.contract_id._raise_activity(
                "fusion_repairs.mail_activity_callback",
                self.env._(
                    "%(client)s was absent: find another time", client=visit.partner_id.name
                ),
                order and self.env._("A draft of the fee: %(order)s", order=order.name) or "",
            )

    def _propose_no_show_fee(self):
        """:return: draft order over the fee, which a person sends or discards; empty without one"""
        product = self.env["fusion.repair.parameter"]._get_no_show_product()
        orders = self.env["sale.order"].sudo().with_company(self.company_id)
        if not product:
            return orders
        return orders.create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "origin": self.name,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )

    def _release(self):
        """The contract may be booked again in the same cycle."""
        self.repair_order_id.filtered(lambda one: one.state != "done").action_repair_cancel()
        self.sale_order_id.filtered(lambda one: one.state in ("draft", "sent"))._action_cancel()
        self.contract_id.booking_repair_id = False

    def _finish(self):
        for visit in self.filtered(lambda one: one.state != "done"):
            visit.state = "done"
            visit._end_repair()
            visit._roll_once()

    def _end_repair(self):
        repair = self.repair_order_id
        if repair.state in ("draft", "confirmed"):
            repair.action_repair_start()
        if repair.state == "under_repair":
            repair.action_repair_end()

    def _roll_once(self):
        if not self.rolled_forward:
            self.rolled_forward = True
            self.contract_id.roll_next_due_date(self._get_done_date())

    def _get_done_date(self):
        """:return: local date of the completion"""
        done_at = self.technician_task_id.completed_at
        tz = self.company_id._fc_tz()
        return to_local(done_at, tz).date() if done_at else self.company_id._fc_today()
