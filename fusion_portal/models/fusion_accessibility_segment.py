from odoo import api, fields, models


class FusionAccessibilitySegment(models.Model):
    """One part of the rail of a curved stair lift, from the bottom up."""

    _name = "fusion.accessibility.segment"
    _description = "Rail Segment"
    _inherit = "fusion.sync.mixin"
    _order = "sequence, id"

    _PORTAL_FIELDS = ("sequence", "segment_type", "length", "bend_angle", "bend_radius")
    _PLAIN_NUMBERS = ("bend_angle",)

    accessibility_id = fields.Many2one(
        "fusion.accessibility.assessment", "Item", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="accessibility_id.company_id", store=True)
    client_uuid = fields.Char("Device Key", copy=False, readonly=True)
    sequence = fields.Integer(default=10)
    segment_type = fields.Selection(
        [("straight", "Straight"), ("bend", "Bend"), ("landing", "Landing")],
        "Part",
        required=True,
        default="straight",
    )
    length = fields.Float("Length (in)", digits=(16, 3))  # pylint: disable=attribute-deprecated
    bend_angle = fields.Float("Angle (°)", digits=(16, 1))
    bend_radius = fields.Float("Radius (in)", digits=(16, 3))

    _client_uuid_uniq = models.Constraint(
        "UNIQUE(client_uuid)", "This part has been recorded already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._check_item()
        return segments

    def write(self, vals):
        self._check_item()
        done = super().write(vals)
        self._check_item()
        return done

    def _check_item(self):
        """A rail is a measure of its item: it closes with it, and it can undo being measured.

        :raise UserError: a portal user, and the item is closed
        """
        items = self.accessibility_id
        items._check_open({})
        items._settle_measured({"segment_ids": True})
