from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.flow import find_faults


class FusionRepairFlowchart(models.Model):
    """Questions and steps that lead to the cause. A published one is frozen: a change makes a new
    version, and whoever runs the old one keeps it."""

    _name = "fusion.repair.flowchart"
    _description = "Troubleshooting Flowchart"
    _order = "category_id, name, version desc, id desc"

    name = fields.Char(required=True, translate=True)
    category_id = fields.Many2one(
        "fusion.repair.product.category", "Equipment Category", required=True, index=True
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    origin_id = fields.Many2one(
        "fusion.repair.flowchart", "First Version", readonly=True, copy=False,
        index="btree_not_null",
    )  # fmt: skip
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    client_safe = fields.Boolean("For Clients", help="Clients may run it without help.")
    start_node_id = fields.Many2one(
        "fusion.repair.flowchart.node", "First Step", copy=False, ondelete="set null",
        domain="[('flowchart_id', '=', id)]",
    )  # fmt: skip
    node_ids = fields.One2many("fusion.repair.flowchart.node", "flowchart_id", "Steps")
    node_count = fields.Integer("Number of Steps", compute="_compute_node_count")

    @api.depends("node_ids")
    def _compute_node_count(self):
        for chart in self:
            chart.node_count = len(chart.node_ids)

    def write(self, vals):
        if vals.keys() - {"state"}:
            self._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_alone(self):
        self._check_editable()

    def _check_editable(self):
        """:raise UserError: for a published or archived version"""
        frozen = self.filtered(lambda chart: chart.state != "draft")
        if frozen:
            raise UserError(
                self.env._(
                    "“%(chart)s” is published. Make a new version to change it.",
                    chart=frozen[0].name,
                )
            )

    def copy(self, default=None):
        """Steps and arrows are copied too."""
        copies = super().copy(default)
        for chart, copied in zip(self, copies, strict=True):
            chart._copy_nodes(copied)
        return copies

    def _copy_nodes(self, target):
        twins = {}
        for node in self.node_ids:
            twins[node] = node.copy({"flowchart_id": target.id})
        for node, twin in twins.items():
            for edge in node.edge_ids:
                edge.copy({"node_id": twin.id, "target_id": twins[edge.target_id].id})
        target.start_node_id = twins.get(self.start_node_id)

    def action_new_version(self):
        """:return: action that opens a draft of the next version; the one there is already"""
        self.ensure_one()
        root = self.origin_id or self
        family = self.search(["|", ("id", "=", root.id), ("origin_id", "=", root.id)])
        draft = family.filtered(lambda chart: chart.state == "draft")[:1]
        if not draft:
            draft = self.copy({"name": self.name})
            draft.write({"version": max(family.mapped("version")) + 1, "origin_id": root.id})
        return draft.action_edit()

    def action_edit(self):
        """:return: action that opens the editor"""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "fusion_repairs.flowchart_editor",
            "name": self.name,
            "params": {"flowchart_id": self.id},
        }

    def action_read_chart(self):
        """:return: what the editor draws"""
        self.ensure_one()
        self.check_access("read")
        nodes = self.node_ids
        outcomes = nodes._fields["outcome"]._description_selection(self.env)
        symptoms = self.env["fusion.repair.symptom"]
        return {
            **self.read(["name", "version", "state", "client_safe"])[0],
            "may_edit": self.has_access("write"),
            "start_node_id": self.start_node_id.id,
            "nodes": [node._get_card() for node in nodes],
            "outcomes": outcomes,
            "symptoms": symptoms.search([("category_id", "=", self.category_id.id)]).read(["name"]),
        }

    # -- Publishing -------------------------------------------------------------------------------

    def _find_faults(self):
        """:return: list of ``{"node_id", "text"}``; ``node_id`` 0 means the whole chart"""
        self.ensure_one()
        nodes = [
            {"id": node.id, "kind": node.kind, "staff_only": node.staff_only,
             "outcome": node.outcome, "targets": node.edge_ids.target_id.ids,
             "edges": len(node.edge_ids)}
            for node in self.node_ids
        ]  # fmt: skip
        texts = {
            "no_start": self.env._("Choose the first step."),
            "few_choices": self.env._("A question needs two answers."),
            "one_next": self.env._("A step needs exactly one next step."),
            "end_goes_on": self.env._("An end has no next step."),
            "no_outcome": self.env._("Choose how it ends."),
            "unreachable": self.env._("No way leads here."),
            "cycle": self.env._("The way goes round in a circle here."),
            "staff_only": self.env._("A chart for clients holds no step for staff alone."),
        }
        faults = find_faults(nodes, self.start_node_id.id, self.client_safe)
        return [{"node_id": node, "text": texts[code]} for node, code in faults]

    def action_check(self):
        """:return: what keeps the chart from being published, see :meth:`_find_faults`"""
        self.check_access("read")
        return self._find_faults()

    def action_publish(self):
        """The version before it is archived.

        :return: True
        :raise UserError: naming the steps that are wrong
        """
        self.check_access("write")
        for chart in self.filtered(lambda one: one.state == "draft"):
            names = {node.id: node.text for node in chart.node_ids}
            faults = [
                f"{names.get(fault['node_id'], chart.name)}: {fault['text']}"
                for fault in chart._find_faults()
            ]
            if faults:
                raise UserError("\n".join(faults))
            root = chart.origin_id or chart
            family = self.search(["|", ("id", "=", root.id), ("origin_id", "=", root.id)])
            family.filtered(lambda one: one.state == "published").state = "archived"
            chart.state = "published"
        return True

    def action_archive_version(self):
        self.filtered(lambda one: one.state == "published").write({"state": "archived"})
        return True

    # -- Running ----------------------------------------------------------------------------------

    def _run_start(self, repair=None):
        """:param repair: the job whose cause is looked for
        :return: ``fusion.repair.flowchart.session`` at the first step
        :raise UserError: for a chart that is not published
        """
        self.ensure_one()
        if self.state != "published":
            raise UserError(self.env._("“%(chart)s” is not published.", chart=self.name))
        return self.env["fusion.repair.flowchart.session"].create(
            {
                "flowchart_id": self.id,
                "repair_id": repair and repair.id,
                "node_id": self.start_node_id.id,
            }
        )

    def action_run(self, repair_id=None):
        """:return: state of a new session for the runner"""
        repair = self.env["repair.order"].browse(repair_id or [])
        repair.check_access("write")
        return self._run_start(repair)._get_state()

    @api.model
    def _find_published(self, category, client_safe=False):
        domain = [("state", "=", "published"), ("category_id", "=", category.id)]
        return self.search([*domain, ("client_safe", "=", True)] if client_safe else domain)
