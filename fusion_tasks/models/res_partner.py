from datetime import timedelta

from odoo import api, fields, models

from .. import const

ADDRESS_FIELDS = {"street", "zip", "city", "state_id", "country_id"}
PLACE_FIELDS = {"partner_latitude", "partner_longitude"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    x_fc_geocode_state = fields.Selection(
        [("none", "No Address"), ("pending", "Pending"), ("done", "Done"), ("failed", "Not Found")],
        "Place",
        default="none",
        readonly=True,
        copy=False,
        index=True,
    )
    x_fc_geocode_attempts = fields.Integer("Attempts to Find the Place", readonly=True, copy=False)
    x_fc_geocode_next = fields.Datetime("Next Attempt", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("street") or vals.get("city") or vals.get("zip"):
                is_known = any(vals.get(name) for name in PLACE_FIELDS)
                vals.setdefault("x_fc_geocode_state", "done" if is_known else "pending")
        return super().create(vals_list)

    def write(self, vals):
        if PLACE_FIELDS & vals.keys():
            vals = {**vals, "x_fc_geocode_state": "done"}
        elif ADDRESS_FIELDS & vals.keys():
            anew = {"x_fc_geocode_attempts": 0, "x_fc_geocode_next": False}
            vals = {**vals, **anew, "x_fc_geocode_state": "pending"}
        return super().write(vals)

    def _fc_set_place(self, place):
        """:param place: ``(lat, lng)``, written together"""
        self.write(
            {
                "partner_latitude": place[0],
                "partner_longitude": place[1],
                "date_localization": fields.Date.today(),
            }
        )

    def _fc_count_geocode_failure(self):
        """The pauses grow: 10, 20, 40, 80 minutes."""
        attempts = self.x_fc_geocode_attempts + 1
        pause = timedelta(minutes=const.GEOCODE_RETRY_MINUTES * 2 ** (attempts - 1))
        self.write(
            {
                "x_fc_geocode_attempts": attempts,
                "x_fc_geocode_next": fields.Datetime.now() + pause,
                "x_fc_geocode_state": (
                    "failed" if attempts >= const.GEOCODE_ATTEMPTS else "pending"
                ),
            }
        )

    def _fc_get_address_line(self):
        """:return: the address in one line, without the name"""
        lines = self._display_address(without_company=True).split("\n") if self else []
        parts = [part.strip() for line in lines for part in line.split(",")]
        return ", ".join(part for part in parts if part)
