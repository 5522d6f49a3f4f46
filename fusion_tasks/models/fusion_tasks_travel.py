import logging

from odoo import api, models
from odoo.tools import str2bool

from .. import const
from ..services import travel

_logger = logging.getLogger(__name__)


class FusionTasksTravel(models.AbstractModel):
    """The travel seam, and the figures it and the engine work with."""

    _name = "fusion.tasks.travel"
    _description = "Travel Times"

    @api.model
    def _minutes(self, origin, destination):
        """:param origin: ``(lat, lng)`` or ``(lat, lng, postal code)``, like ``destination``
        :return: ``(minutes, km)``
        """
        rule = {key: self._get_number(key) for key in const.NUMBERS if key.startswith("travel_")}
        return travel.estimate(origin, destination, rule)

    @api.model
    def _get_number(self, key):
        """:return: the parameter's number, its default when missing, unreadable or out of range"""
        default, lowest, highest = const.NUMBERS[key]
        text = self._get_text(key)
        if not text:
            return default
        try:
            number = type(default)(text)
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            _logger.warning("fusion_tasks.%s is not between %s and %s", key, lowest, highest)
            return default
        return number

    @api.model
    def _is_on(self, key):
        """Text that is neither true nor false counts as false."""
        return str2bool(self._get_text(key) or str(const.SWITCHES[key]), False)

    def _get_text(self, key):
        return self.env["ir.config_parameter"].sudo().get_param(f"fusion_tasks.{key}")
