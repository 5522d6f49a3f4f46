from odoo import fields, models


class FusionRepairSymptom(models.Model):
    """What clients report of a type of equipment, and how long its repair usually takes."""

    _name = "fusion.repair.symptom"
    _description = "Symptom"
    _order = "category_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    category_id = fields.Many2one(
        "fusion.repair.product.category", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    default_minutes = fields.Integer("Usual Time (min)", default=60)
    part_ids = fields.Many2many("product.product", string="Typical Parts")

    _minutes_positive = models.Constraint(
        "CHECK (default_minutes > 0)", "A repair takes at least a minute."
    )
