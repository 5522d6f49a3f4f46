from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fusion_base.tools.batch import run_batch


class RepairOrderState(models.Model):
    """The one line that a client and a dispatcher look at, and the job's way to a task."""

    _inherit = "repair.order"

    x_fc_service_state = fields.Selection(
        [
            ("new", "New"),
            ("quote", "Quote"),
            ("parts", "Waiting for Parts"),
            ("to_schedule", "To Schedule"),
            ("scheduled", "Scheduled"),
            ("in_progress", "In Progress"),
            ("return_visit", "Return Visit"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        "Service State",
        compute="_compute_x_fc_service_state",
        store=True,
        index=True,
        help="What the job waits for; the first rule that holds.",
    )

    x_fc_done_on = fields.Datetime(
        "Done On", compute="_compute_x_fc_done_on", store=True, copy=False, index="btree_not_null"
    )

    @api.depends("state")
    def _compute_x_fc_done_on(self):
        for repair in self:
            ended = repair.x_fc_done_on or fields.Datetime.now()
            repair.x_fc_done_on = repair.state == "done" and ended

    @api.depends(
        "state", "x_fc_parts_state", "x_fc_quote_state", "x_fc_labour_line_ids.stop",
        "x_fc_task_ids.status", "x_fc_task_ids.datetime_start", "x_fc_task_ids.x_fc_outcome",
        "x_fc_maintenance_visit_id.technician_task_id.status",
        "x_fc_maintenance_visit_id.technician_task_id.datetime_start",
    )  # fmt: skip
    def _compute_x_fc_service_state(self):
        for repair in self:
            repair.x_fc_service_state = repair._fc_find_service_state()

    def _fc_find_service_state(self):
        """:return: the first state of section “States” whose condition holds"""
        tasks, now = self._fc_get_tasks(), fields.Datetime.now()
        ended = {"cancel": "cancelled", "done": "done"}
        is_timed = any(not line.stop for line in self.x_fc_labour_line_ids)
        is_ready = (
            self.state in ("confirmed", "under_repair")
            or self.x_fc_quote_state == "approved"
            or self.x_fc_parts_state == "ready"
        )
        rules = (
            (self.state in ended, ended.get(self.state)),
            (is_timed or {"en_route", "in_progress"} & set(tasks.mapped("status")), "in_progress"),
            (
                tasks.filtered(lambda one: one.status == "scheduled" and one.datetime_start > now),
                "scheduled",
            ),
            (self._fc_needs_return(), "return_visit"),
            (self.x_fc_parts_state in ("to_order", "ordered", "partial"), "parts"),
            (self.x_fc_quote_state in ("draft", "sent"), "quote"),
            (is_ready, "to_schedule"),
        )
        return next((state for holds, state in rules if holds), "new")

    def _fc_get_tasks(self):
        """:return: the job's tasks, and that of a household on which its unit is done too"""
        return self.x_fc_task_ids | self.x_fc_maintenance_visit_id.technician_task_id

    def _fc_needs_return(self):
        """:return: whether a visit left work to do and no later one is planned"""
        tasks = self._fc_get_tasks().filtered(
            lambda one: one.datetime_start and one.status not in ("cancelled", "no_show")
        )
        last = tasks.sorted("datetime_start")[-1:]
        return last.status == "completed" and last.x_fc_outcome in ("needs_parts", "needs_repair")

    def action_fc_plan(self):
        """A draft task for the dispatcher to place; the one that waits already when there is one.

        :return: action that opens it
        """
        self.ensure_one()
        if self.state in ("done", "cancel"):
            raise UserError(self.env._("This job is closed."))
        if self.state == "draft":
            self._action_repair_confirm()
        task = self.x_fc_task_ids.filtered(lambda one: one.status == "draft")[:1]
        task = task or self.env["fusion.technician.task"].create(self._fc_prepare_task_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": task._name,
            "res_id": task.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _fc_prepare_task_values(self):
        unit = self.x_fc_equipment_id.sudo()
        name = unit._fc_get_public_name() if unit else self.x_fc_category_id.name
        minutes = self.x_fc_estimated_minutes or 60
        is_inspection = self.x_fc_repair_type == "inspection"
        named = {"unit": name or self.name}
        return {
            "summary": self.env._("Inspection: %(unit)s", **named)
            if is_inspection
            else self.env._("Repair: %(unit)s", **named),
            "task_type": "inspection" if is_inspection else "repair",
            "priority": "2" if self.priority == "1" else "0",
            "duration_hours": min(max(minutes / 60, 0.25), 24),
            "partner_id": self.partner_id.id,
            "address_id": self.x_fc_site_id.id,
            "contact_phone": self.x_fc_contact_phone,
            "access_notes": self.x_fc_problem,
            "skill_ids": [Command.set(self.x_fc_category_id.x_fc_repair_skill_ids.ids)],
            "company_id": self.company_id.id,
            "x_fc_repair_id": self.id,
            "res_model": self._name,
            "res_id": self.id,
        }

    @api.model
    @api.private
    def cron_nightly(self):
        """What time alone changes: jobs whose planned hour passed, timers somebody forgot.

        :return: ``{"done", "skipped", "failed"}``
        """
        self.env["fusion.repair.labour.line"]._cut_forgotten()
        self.env["fusion.repair.service.plan.subscription"].cron_expire()
        self.env["fusion.repair.flowchart.session"]._cron_ask_again()
        jobs = self.search([("x_fc_service_state", "=", "scheduled")])
        past = jobs.filtered(lambda job: job._fc_find_service_state() != job.x_fc_service_state)
        done = run_batch(past, lambda job: job._compute_x_fc_service_state())
        return {"done": done, "skipped": len(jobs) - len(past), "failed": len(past) - done}
