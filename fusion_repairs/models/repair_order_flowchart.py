from odoo import fields, models
from odoo.exceptions import UserError


class RepairOrderFlowchart(models.Model):
    """Looking for the cause of a job's problem, step by step."""

    _inherit = "repair.order"

    x_fc_flowchart_session_ids = fields.One2many(
        "fusion.repair.flowchart.session", "repair_id", "Troubleshooting"
    )

    def action_fc_troubleshoot(self):
        """:return: action that opens the runner
        :raise UserError: when no chart is published for this type of unit
        """
        self.ensure_one()
        charts = self.env["fusion.repair.flowchart"]._find_published(self.x_fc_category_id)
        if not charts:
            raise UserError(self.env._("There is no flowchart for this type of unit yet."))
        return {
            "type": "ir.actions.client",
            "tag": "fusion_repairs.flowchart_runner",
            "name": self.env._("Troubleshooting %(job)s", job=self.name),
            "params": {
                "repair_id": self.id,
                "charts": [{"id": chart.id, "name": chart.name} for chart in charts],
            },
        }

    def _fc_close_solved(self):
        """Solved on the phone: the job ends without a visit.

        :raise UserError: when a visit or parts are planned, which somebody has to decide about
        """
        self.ensure_one()
        if self.state in ("done", "cancel"):
            return
        planned = self.x_fc_task_ids.filtered(lambda task: task.status in ("scheduled", "draft"))
        if planned or self.move_ids:
            raise UserError(
                self.env._("A visit or parts are planned. Cancel them first, or keep the job.")
            )
        if self.state == "draft":
            self._action_repair_confirm()
        self.action_repair_start()
        self.action_repair_end()

    def _fc_get_request_url(self):
        """:return: where the client reports a problem of the same kind again"""
        unit = self.x_fc_equipment_id.sudo()
        if unit.x_fc_qr_code:
            return f"{self.get_base_url()}/repairs/request?unit={unit.x_fc_qr_code}"
        return f"{self.get_base_url()}/repairs/request?type={self.x_fc_category_id.code or ''}"

    def _email_still_fine(self, request_url=None):
        """:return: Markup"""
        rows = [
            (self.env._("Unit"), self._fc_get_unit_name(self.x_fc_equipment_id.sudo())),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            self.env._("Does everything still work?"),
            self.env._(
                "Two days ago we solved your problem together. If it came back, tell us with the "
                "button. If all is fine, you need not answer."
            ),
            sections=[(self.env._("Your repair"), rows)],
            button_url=request_url,
            button_text=self.env._("It came back"),
        )
