import math

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..const import MAX_ACCURACY_BONUS_M
from ..services import geo


class FusionClockLocation(models.Model):
    _name = "fusion.clock.location"
    _description = "Clock Location"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    latitude = fields.Float(digits=(10, 7))
    longitude = fields.Float(digits=(10, 7))
    radius_m = fields.Integer("Radius (m)", default=100, required=True)
    geofence_enabled = fields.Boolean(
        "Geofence", default=True, help="Takes effect once a position is set."
    )
    allowed_ip_ranges = fields.Char(
        "Office IP Ranges",
        help="Comma-separated addresses or CIDR ranges, for example 203.0.113.0/24, 2001:db8::/32. "
        "Who clocks from one of them needs no position.",
    )
    street = fields.Char()
    city = fields.Char()
    zip = fields.Char()
    state_id = fields.Many2one(
        "res.country.state", "Province", domain="[('country_id', '=?', country_id)]"
    )
    country_id = fields.Many2one("res.country")
    note = fields.Text()

    _radius_positive = models.Constraint("CHECK(radius_m > 0)", "The radius must be above 0 m.")

    @api.constrains("latitude", "longitude")
    def _check_position(self):
        for location in self:
            if not (abs(location.latitude) <= 90 and abs(location.longitude) <= 180):
                raise ValidationError(
                    self.env._("The latitude goes from -90 to 90, the longitude from -180 to 180.")
                )

    @api.constrains("allowed_ip_ranges")
    def _check_allowed_ip_ranges(self):
        for location in self:
            try:
                geo.parse_networks(location.allowed_ip_ranges)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%(ranges)s” is not a list of IP addresses or ranges.",
                        ranges=location.allowed_ip_ranges,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.model
    @tools.ormcache("location_id")
    def _fclk_get_name(self, location_id):
        """:return: the name that each tap copies to its attendance, without a query"""
        return self.sudo().browse(location_id).name

    def action_geolocate(self):
        """Set the position from the address, with Odoo's geocoder where it is installed."""
        if "base.geocoder" not in self.env:
            raise UserError(
                self.env._("Install Odoo's “Partners Geolocation” to look up addresses.")
            )
        for location in self:
            location._geolocate()

    def _geolocate(self):
        geocoder = self.env["base.geocoder"]
        address = geocoder.geo_query_address(
            street=self.street,
            zip=self.zip,
            city=self.city,
            state=self.state_id.name,
            country=self.country_id.name,
        )
        position = geocoder.geo_find(address, force_country=self.country_id.name)
        if not position:
            raise UserError(self.env._("No place was found for this address. Check its spelling."))
        self.latitude, self.longitude = position

    def _fclk_distance_to(self, latitude, longitude):
        """:return: metres from this location to a position in degrees"""
        self.ensure_one()
        return geo.distance_m(self.latitude, self.longitude, latitude, longitude)

    def _fclk_has_fence(self):
        """:return: whether the geofence is on and a position is set"""
        self.ensure_one()
        return self.geofence_enabled and bool(self.latitude or self.longitude)

    @api.model
    def _fclk_check(self, employee, latitude, longitude, accuracy=None, ip=None):
        """Decide whether a position or address is good for clocking.

        :param latitude: degrees; any outside text is taken and judged
        :param accuracy: metres
        :return: ``{"allowed": bool, "location": record or empty, "distance": metres or False,
            "error": code or False, "nearest": name or False, "flagged": bool}``
        """
        candidates = self._get_candidates(employee)
        if not candidates:
            return self._prepare_verdict()
        office = candidates.filtered(lambda place: geo.is_in_networks(ip, place.allowed_ip_ranges))
        if office:
            return self._prepare_verdict(location=office[0], distance=0.0)
        fences = candidates.filtered(lambda place: place._fclk_has_fence())
        if not self.env["ir.config_parameter"]._fclk_get_bool("enable_geofence"):
            return self._check_without_fence(fences, latitude, longitude)
        if not fences:
            return self._prepare_verdict()
        return fences._check_fences(latitude, longitude, accuracy)

    @api.model
    def _fclk_get_fences(self, employee, ip=None):
        """:return: the places (sudo) one of which the employee must be near to clock, empty when
        no position is needed: fences off, none set, or an office address"""
        candidates = self._get_candidates(employee)
        if not self.env["ir.config_parameter"]._fclk_get_bool("enable_geofence") or any(
            geo.is_in_networks(ip, place.allowed_ip_ranges) for place in candidates
        ):
            return candidates.browse()
        return candidates.filtered(lambda place: place._fclk_has_fence())

    @api.model
    def _get_candidates(self, employee):
        own = employee.sudo().x_fclk_location_ids.filtered("active")
        if own:
            return own
        company = employee.sudo().company_id
        return (
            self.sudo()
            .search([("company_id", "=", company.id), ("geofence_enabled", "=", True)])
            .filtered(lambda place: place._fclk_has_fence())
        )

    def _check_without_fence(self, fences, latitude, longitude):
        """Fence off: everybody is allowed, the nearest place is noted when it can be known."""
        position = geo.parse_position(latitude, longitude)
        if not position or not fences:
            return self._prepare_verdict()
        nearest = min(fences, key=lambda place: place._fclk_distance_to(*position))
        return self._prepare_verdict(
            location=nearest, distance=nearest._fclk_distance_to(*position)
        )

    def _check_fences(self, latitude, longitude, accuracy):
        if geo.is_missing(latitude) and geo.is_missing(longitude):
            return self._prepare_verdict(error="location_required")
        position = geo.parse_position(latitude, longitude)
        metres = geo.parse_accuracy(accuracy)
        if not position or metres is None:
            return self._prepare_verdict(error="location_invalid")
        limit = self.env["ir.config_parameter"]._fclk_get_float("geofence_max_accuracy_m")
        if math.isinf(metres) or limit and metres > limit:
            return self._prepare_verdict(error="location_inaccurate")
        return self._check_distances(position, min(metres, MAX_ACCURACY_BONUS_M))

    def _check_distances(self, position, bonus_m):
        distances = sorted((place._fclk_distance_to(*position), place.id) for place in self)
        for distance, place_id in distances:
            place = self.browse(place_id)
            if distance <= place.radius_m + bonus_m:
                return self._prepare_verdict(location=place, distance=distance)
        distance, place_id = distances[0]
        verdict = self._prepare_verdict(distance=distance, nearest=self.browse(place_id).name)
        policy = self.env["ir.config_parameter"]._fclk_get_text("geofence_policy")
        if policy == "flag":
            return {**verdict, "flagged": True}
        return {**verdict, "allowed": False, "error": "outside_geofence"}

    def _prepare_verdict(self, location=None, distance=False, error=False, nearest=False):
        return {
            "allowed": not error,
            "location": self.browse() if location is None else location,
            "distance": distance,
            "error": error,
            "nearest": nearest,
            "flagged": False,
        }
