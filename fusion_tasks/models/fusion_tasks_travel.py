import logging
import time
from functools import cache, partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import str2bool

from odoo.addons.fusion_base.tools.batch import run_batch
from odoo.addons.fusion_base.tools.outbound import OutboundClient, OutboundError

from .. import const
from ..services import travel

_logger = logging.getLogger(__name__)


class DrivingOrder(str):
    """The seam is named ``_order``, where the ORM of every model expects its text."""

    def __call__(self, points, start=None):
        """:param points: list of ``(lat, lng)``
        :return: their indexes in driving order; those of unknown places last, in given order
        """
        return travel.find_order(points, start)


class FusionTasksTravel(models.AbstractModel):
    """The travel seam, and the figures it and the engine work with."""

    _name = "fusion.tasks.travel"
    _description = "Travel Times"
    _order = DrivingOrder("id")

    @api.model
    def _minutes(self, origin, destination):
        """:param origin: ``(lat, lng)`` or ``(lat, lng, postal code)``, like ``destination``
        :return: ``(minutes, km)``
        """
        return self._make_lookup([origin, destination])(origin, destination)

    @api.model
    def _make_lookup(self, points):
        """:param points: all the places that will be asked for; a road server gets one question
        :return: function of origin and destination that gives ``(minutes, km)``
        """
        rule = {key: self._get_number(key) for key in const.NUMBERS if key.startswith("travel_")}
        estimate = cache(partial(travel.estimate, rule=rule))
        if self._get_text("travel_provider") != "osrm":
            return estimate
        roads = self._load_roads({_round(point) for point in points if travel.is_known(point)})

        def look_up(origin, destination):
            pair = _round(origin), _round(destination)
            if pair not in roads or pair[0] == pair[1]:
                return estimate(origin, destination)
            return travel.round_minutes(roads[pair][0], rule), round(roads[pair][1], 2)

        return look_up

    def _load_roads(self, places):
        """:return: ``{(origin, destination): (minutes, km)}`` of what is known of these places"""
        kept = self.env["fusion.tasks.travel.cache"]._read_pairs(places)
        missing = {
            place for place in places for other in places
            if place != other and not {(place, other), (other, place)} <= kept.keys()
        }  # fmt: skip
        if len(missing) < 2:
            return kept
        found = self._ask_osrm(sorted(missing)[: const.OSRM_PLACES])
        if found:
            self.env["fusion.tasks.travel.cache"]._keep_pairs(found)
        return {**kept, **found}

    def _ask_osrm(self, places):
        """:return: like :meth:`_load_roads`; nothing when the server is out of reach"""
        text = ";".join(f"{lng},{lat}" for lat, lng in places)
        client = OutboundClient(
            self._get_text("osrm_url") or "", timeout=const.OSRM_TIMEOUT_S, allow_private=True,
            allow_http=True,
        )  # fmt: skip
        try:
            options = {"annotations": "duration,distance"}
            answer = client.get(f"/table/v1/driving/{text}", params=options)
            return {
                (places[row], places[column]): (
                    seconds / 60,
                    answer["distances"][row][column] / 1000,
                )
                for row, line in enumerate(answer["durations"])
                for column, seconds in enumerate(line)
                if seconds is not None and row != column
            }
        except (OutboundError, KeyError, TypeError, IndexError) as error:
            _logger.warning("The road server gave no times, they are estimated: %s", error)
            return {}

    # -- Places of addresses -------------------------------------------------------------------

    @api.model
    def _cron_geocode(self):
        """Find the places of addresses that are new or have moved; nobody waits for it."""
        if not self._is_on("geocode_enabled"):
            return
        partners = self.env["res.partner"].with_context(active_test=False)
        domain = Domain("x_fc_geocode_state", "=", "pending") & (
            Domain("x_fc_geocode_next", "=", False)
            | Domain("x_fc_geocode_next", "<=", fields.Datetime.now())
        )
        due = partners.search(domain, limit=const.GEOCODE_BATCH, order="id")
        left = partners.search_count(domain) - len(due)
        faults = []

        def work(partner):
            if not faults:
                self._geocode_one(partner, faults)

        run_batch(due, work, on_failure=_note_failure, remaining=left)
        if faults:  # it is out of reach for the others, too: they wait for the next run
            _logger.warning("The geocoder could not be asked: %s", faults[0])
            if self.env.context.get("ir_cron_progress_id"):
                self.env["ir.cron"]._commit_progress(remaining=0)

    def _geocode_one(self, partner, faults):
        """:param faults: list to which a service out of reach is added"""
        if self.env.context.get("ir_cron_progress_id"):
            time.sleep(const.GEOCODE_PAUSE_S)  # what a public server asks for
        try:
            place = self._geocode(partner)
        except UserError as error:
            faults.append(error)
            partner._fc_count_geocode_failure()
            return
        if place and travel.is_known(place):
            partner._fc_set_place(place)
        else:
            partner._fc_count_geocode_failure()

    @api.model
    def _geocode(self, partner):
        """:return: ``(lat, lng)``, nothing when the address is not found
        :raise UserError: when the service could not be asked
        """
        partner = partner.with_context(lang="en_US")
        return partner._geo_localize(
            partner.street, partner.zip, partner.city, partner.state_id.name,
            partner.country_id.name,
        )  # fmt: skip

    # -- Figures -------------------------------------------------------------------------------

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


def _round(point):
    return round(point[0], const.PLACE_DIGITS), round(point[1], const.PLACE_DIGITS)


def _note_failure(partner, _error):
    partner._fc_count_geocode_failure()
