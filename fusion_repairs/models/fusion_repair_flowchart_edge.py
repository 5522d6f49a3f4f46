from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionRepairFlowchartEdge(models.Model):
    _name = "fusion.repair.flowchart.edge"
    _description = "Answer of a Flowchart"
    _order = "node_id, sequence, id"
    _rec_name = "label"

    node_id = fields.Many2one(
        "fusion.repair.flowchart.node", "From", required=True, index=True, ondelete="cascade"
    )
    target_id = fields.Many2one(
        "fusion.repair.flowchart.node", "To", required=True, index=True, ondelete="cascade"
    )
    label = fields.Char("Answer", required=True, translate=True)
    sequence = fields.Integer(default=10)

    @api.constrains("node_id", "target_id")
    def _check_same_chart(self):
        for edge in self:
            if edge.node_id.flowchart_id != edge.target_id.flowchart_id:
                raise ValidationError(self.env._("An answer leads to a step of the same chart."))

    @api.model_create_multi
    def create(self, vals_list):
        edges = super().create(vals_list)
        edges.node_id.flowchart_id._check_editable()
        return edges

    def write(self, vals):
        self.node_id.flowchart_id._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts_alone(self):
        self.node_id.flowchart_id._check_editable()
