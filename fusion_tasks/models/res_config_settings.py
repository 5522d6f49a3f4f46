from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.outbound import OutboundBlocked, OutboundError, check_url

from .. import const

_FIELD = "x_fc_tasks_"


class ResConfigSettings(models.TransientModel):
    """Core deletes the parameter of a 0 or False, and "missing" means the default here: so the
    texts are written by hand, never with ``config_parameter``."""

    _inherit = "res.config.settings"

    x_fc_tasks_slot_grid_minutes = fields.Integer("Starts Every (min)")
    x_fc_tasks_window_minutes = fields.Integer("Arrival Window (min)")
    x_fc_tasks_travel_provider = fields.Selection(
        [("haversine", "Estimate from the straight line"), ("osrm", "Own road server (OSRM)")],
        "Travel Times",
    )
    x_fc_tasks_osrm_url = fields.Char("Address of the Road Server")
    x_fc_tasks_travel_speed_kmh = fields.Integer("Speed (km/h)")
    x_fc_tasks_travel_detour_factor = fields.Float("Road to Straight Line", digits=(4, 2))
    x_fc_tasks_travel_min_minutes = fields.Integer("At Least (min)")
    x_fc_tasks_travel_default_minutes = fields.Integer("Unknown Place (min)")
    x_fc_tasks_travel_max_minutes = fields.Integer("At Most (min)")
    x_fc_tasks_travel_counts_at_day_start = fields.Boolean("Count the Drive to the First Stop")
    x_fc_tasks_return_trip_counts = fields.Boolean("Count the Drive Home")
    x_fc_tasks_geocode_enabled = fields.Boolean("Find the Places of Addresses")
    x_fc_tasks_enable_email_notifications = fields.Boolean("Send E-mails")

    x_fc_tasks_rating_enabled = fields.Boolean("Ask How the Visit Was")
    x_fc_tasks_day_brief_enabled = fields.Boolean("Send Technicians Their Day")

    @api.model
    def get_values(self):
        values = super().get_values()
        travel = self.env["fusion.tasks.travel"]
        values.update({_FIELD + key: travel._get_number(key) for key in const.NUMBERS})
        values.update({_FIELD + key: travel._is_on(key) for key in const.SWITCHES})
        provider = travel._get_text("travel_provider")
        values[_FIELD + "travel_provider"] = provider if provider == "osrm" else "haversine"
        values[_FIELD + "osrm_url"] = travel._get_text("osrm_url")
        return values

    def set_values(self):
        """:raise UserError: on a figure or address that cannot be used; nothing is saved"""
        result = super().set_values()
        if self.env.is_system():
            self._fc_check_task_figures()
            self._fc_check_road_server()
            parameters = self.env["ir.config_parameter"].sudo()
            for key in (*const.NUMBERS, *const.SWITCHES):
                parameters.set_param(f"fusion_tasks.{key}", str(self[_FIELD + key]))
            for key in ("travel_provider", "osrm_url"):
                parameters.set_param(f"fusion_tasks.{key}", self[_FIELD + key] or "")
        return result

    def _fc_check_task_figures(self):
        for key, (_default, lowest, highest) in const.NUMBERS.items():
            if not lowest <= self[_FIELD + key] <= highest:
                raise UserError(
                    self.env._(
                        "%(label)s: from %(lowest)s to %(highest)s.",
                        label=self._fields[_FIELD + key]._description_string(self.env),
                        lowest=lowest,
                        highest=highest,
                    )
                )

    def _fc_check_road_server(self):
        url = self[_FIELD + "osrm_url"]
        if self[_FIELD + "travel_provider"] != "osrm":
            return
        try:
            check_url(url or "", allow_private=True, allow_http=True)
        except OutboundBlocked:
            raise UserError(self.env._("The road server's address cannot be used.")) from None
        except OutboundError:
            return  # its name does not resolve at this moment
