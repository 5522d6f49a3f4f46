from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const

HELP_SCOPE = "repair_help"


class FusionRepairFlowchartSession(models.Model):
    """One run of a chart, by a colleague or, behind a link, by a client."""

    _name = "fusion.repair.flowchart.session"
    _description = "Run of a Flowchart"
    _inherit = ["fusion.repair.mail.mixin"]
    _order = "id desc"
    _rec_name = "flowchart_id"

    flowchart_id = fields.Many2one(
        "fusion.repair.flowchart", "Flowchart", required=True, ondelete="restrict", readonly=True
    )
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    repair_id = fields.Many2one("repair.order", "Job", index="btree_not_null")
    partner_id = fields.Many2one(related="repair_id.partner_id")
    node_id = fields.Many2one("fusion.repair.flowchart.node", "Step", required=True)
    path = fields.Json(
        default=list, help="List of {node_id, edge_id, at}: what was answered, and when (UTC)."
    )
    outcome = fields.Selection(
        lambda self: self.env[
            "fusion.repair.flowchart.node"
        ]._fields["outcome"]._description_selection(self.env),
        index=True,
        readonly=True,
    )  # fmt: skip
    ended_at = fields.Datetime(readonly=True)
    duration = fields.Integer("Duration (s)", readonly=True)
    is_asked_again = fields.Boolean("Asked Again", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # -- Steps ------------------------------------------------------------------------------------

    def _choose(self, edge_id):
        """:return: the next step, see ``_get_step`` of the node
        :raise UserError: for an answer that the present step does not offer
        """
        self.ensure_one()
        edge = self.node_id.sudo().edge_ids.filtered(lambda one: one.id == edge_id)
        if not edge:
            raise UserError(self.env._("This answer does not belong to the present step."))
        now = fields.Datetime.now()
        step = {"node_id": self.node_id.id, "edge_id": edge.id,
                "at": fields.Datetime.to_string(now)}  # fmt: skip
        target = edge.target_id
        self.write({"path": [*(self.path or []), step], "node_id": target.id})
        if target.kind == "outcome":
            self._end(target, now)
        return target._get_step()

    def _back(self):
        """:return: the step before; the first step stays"""
        self.ensure_one()
        path = list(self.path or [])
        if path:
            last = path.pop()
            self.write({"path": path, "node_id": last["node_id"], "outcome": False,
                        "ended_at": False, "duration": 0})  # fmt: skip
        return self.node_id.sudo()._get_step()

    def _end(self, node, now):
        seconds = int((now - self.create_date).total_seconds())
        self.write({"outcome": node.outcome, "ended_at": now, "duration": max(seconds, 0)})
        repair = self.repair_id.sudo()
        if repair and node.outcome == "stop_using" and not repair.x_fc_safety_flag:
            repair._fc_triage()

    def _get_state(self):
        """:return: what a runner shows"""
        self.ensure_one()
        return {
            "session_id": self.id,
            "name": self.flowchart_id.name,
            "steps": len(self.path or []),
            "node": self.node_id.sudo()._get_step(),
        }

    def action_choose(self, edge_id):
        self.check_access("write")
        self._choose(edge_id)
        return self._get_state()

    def action_back(self):
        self.check_access("write")
        self._back()
        return self._get_state()

    # -- Ends -------------------------------------------------------------------------------------

    def action_finish(self):
        """Do what the end calls for: close the job, plan a visit, look for the part.

        :return: action, or True when nothing is to be shown
        :raise UserError: before the end
        """
        self.ensure_one()
        self.check_access("write")
        if not self.outcome:
            raise UserError(self.env._("The chart has not come to an end yet."))
        repair = self.repair_id
        if not repair:
            return True
        repair.message_post(body=self._get_summary())
        symptom = self.node_id.sudo().symptom_id
        if symptom:
            repair.x_fc_symptom_id = symptom
        if self.outcome == "book_visit":
            return repair.action_fc_plan()
        if self.outcome == "resolved":
            repair._fc_close_solved()
        return {
            "type": "ir.actions.act_window",
            "res_model": "repair.order",
            "res_id": repair.id,
            "views": [(False, "form")],
            "view_mode": "form",
        }

    def _get_summary(self):
        """:return: what was asked and answered, as text"""
        nodes, edges = self._read_path()
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        lines = [
            f"{nodes[step['node_id']].text} → {edges[step['edge_id']].label}"
            for step in self.path or []
            if step["node_id"] in nodes and step["edge_id"] in edges
        ]
        return " | ".join([self.flowchart_id.name, *lines, labels.get(self.outcome, "")])

    def _read_path(self):
        nodes = self.sudo().flowchart_id.node_ids
        return {node.id: node for node in nodes}, {edge.id: edge for edge in nodes.edge_ids}

    # -- A client's run ---------------------------------------------------------------------------

    def _issue_help_token(self):
        """:return: raw token of the page on which a client runs this"""
        tokens = self.env["fusion.access.token"].sudo()
        return tokens._issue(self, HELP_SCOPE, days=const.HELP_DAYS)

    def _link_repair(self, repair):
        """The client could not solve it: the job knows what was tried."""
        self.ensure_one()
        self.repair_id = repair
        words = self.with_context(lang=repair.company_id.partner_id.lang)
        repair.message_post(body=words._get_summary())
        if self.node_id.symptom_id and not repair.x_fc_symptom_id:
            repair.x_fc_symptom_id = self.node_id.symptom_id
        if self.outcome == "stop_using" and not repair.x_fc_safety_flag:
            repair._fc_triage()

    # -- Still fine? ------------------------------------------------------------------------------

    @api.model
    def _cron_ask_again(self):
        """Two days after a problem was solved on the phone: does it still work?

        :return: number of clients asked
        """
        before = fields.Datetime.now() - timedelta(days=const.STILL_FINE_DAYS)
        domain = (
            Domain("outcome", "=", "resolved")
            & Domain("repair_id", "!=", False)
            & Domain("is_asked_again", "=", False)
            & Domain("ended_at", "<=", before)
        )
        return run_batch(self.search(domain, limit=200), lambda session: session._ask_again())

    def _ask_again(self):
        self.is_asked_again = True
        self.repair_id._mail_client(
            "email_template_still_fine", request_url=self.repair_id._fc_get_request_url()
        )
