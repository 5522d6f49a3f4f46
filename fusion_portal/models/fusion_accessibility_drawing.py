import base64

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..services import drawings, measures


class FusionMeasureMixin(models.AbstractModel):
    _inherit = "fusion.measure.mixin"

    def _drawing_svg(self):
        """:return: SVG of the item from the side or above, to scale, with its dimensions in the
        reader's language; ``""`` for a kind without one and while a number is missing or out
        of range
        """
        return ""

    def _get_drawing_uri(self):
        """:return: the drawing as the source of an image, ``""`` without one"""
        svg = self._drawing_svg()
        code = base64.b64encode(svg.encode()).decode()
        return f"data:image/svg+xml;base64,{code}" if svg else ""


class FusionAccessibilityAssessment(models.Model):
    """Drawings from the numbers: what the client and the funder look at first."""

    _inherit = "fusion.accessibility.assessment"

    drawing = fields.Binary(compute="_compute_drawing")

    @api.depends(
        lambda self: ("display_name", "assessment_type", *self._MEASURES, *self._RESULT_FIELDS)
    )
    @api.depends_context("lang")
    def _compute_drawing(self):
        for item in self:
            item.drawing = base64.b64encode(item._drawing_svg().encode()) or False

    def _drawing_svg(self):
        self.ensure_one()
        kind, landing = self.assessment_type, self._get_ramp_landing()
        values = {name: self[name] for name in (*self._MEASURES, *self._RESULT_FIELDS)}
        if measures.out_of_range(kind, values) or not drawings.can_draw(kind, values):
            return ""
        views, names = drawings.draw(kind, values, self._say_dimension, landing)
        facts = [self._say_dimension(name, values[name]) for name in names if values[name]]
        return drawings.to_svg(views, self.display_name, facts)

    def _say_dimension(self, name, number):
        labels = {
            "ramp_landing": self.env._("Landing (in)"),
            "stair_total_rise": self.env._("Total Rise (in)"),
        }
        return self.env._(
            "%(measure)s: %(number)s",
            measure=labels.get(name) or self._label_of(name),
            number=formatLang(self.env, number, digits=3).rstrip("0").rstrip(".,"),
        )
