from odoo import api, fields, models


class FusionRepairFlowchartNode(models.Model):
    _name = "fusion.repair.flowchart.node"
    _description = "Step of a Flowchart"
    _order = "flowchart_id, sequence, id"
    _rec_name = "text"

    flowchart_id = fields.Many2one(
        "fusion.repair.flowchart", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("question", "Question"), ("instruction", "Step"), ("outcome", "End")],
        required=True,
        default="question",
    )
    text = fields.Text(required=True, translate=True)
    image = fields.Image(max_width=1024, max_height=1024)
    warning = fields.Char(translate=True, help="Shown in red above the text.")
    staff_only = fields.Boolean("Staff Only", help="Error codes, voltages, open covers.")
    outcome = fields.Selection(
        [
            ("resolved", "Solved"),
            ("book_visit", "Book a Visit"),
            ("order_part", "Order a Part"),
            ("stop_using", "Stop Using the Unit"),
            ("call_office", "Call the Office"),
        ],
    )
    symptom_id = fields.Many2one(
        "fusion.repair.symptom", help="Written to the job when it ends here, with its minutes."
    )
    edge_ids = fields.One2many("fusion.repair.flowchart.edge", "node_id", "Answers")

    @api.model_create_multi
    def create(self, vals_list):
        nodes = super().create(vals_list)
        nodes.flowchart_id._check_editable()
        return nodes

    def write(self, vals):
        self.flowchart_id._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts_alone(self):
        self.flowchart_id._check_editable()

    def _get_card(self):
        """:return: the step as the editor draws it"""
        return {
            **self._get_step(),
            "symptom_id": self.symptom_id.id,
            "edges": [
                {"id": edge.id, "label": edge.label, "target_id": edge.target_id.id}
                for edge in self.edge_ids
            ],
        }

    def _get_step(self):
        """:return: the step as runners show it"""
        self.ensure_one()
        return {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "warning": self.warning or "",
            "image": f"/web/image/{self._name}/{self.id}/image" if self.image else "",
            "staff_only": self.staff_only,
            "choices": [{"id": edge.id, "label": edge.label} for edge in self.edge_ids],
            "outcome": self.outcome or False,
        }
