import os

from odoo import api, fields, models
from odoo.http import GeoIP
from odoo.tools import SQL, config

from odoo.addons.fusion_base.tools.outbound import OutboundBusy, OutboundError
from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..services import geo, mmdb, origin

_logger = redact_logger(__name__)
_PLACE = ["country_code", "country_name", "city", "geo_state", "latitude", "longitude"]


class FusionLoginAudit(models.Model):
    """Places of addresses: offline at once, the rest out of band."""

    _inherit = "fusion.login.audit"

    @api.model
    def _fc_locate_at_once(self, ip):
        """What can be said during the login, without any call.

        :return: place columns and ``geo_lookup_state``; any doubt leaves ``pending``
        """
        if ip == const.INTERNAL:
            return {"geo_lookup_state": "internal"}
        if not ip:
            return {"geo_lookup_state": "failed"}
        if not origin.is_public_ip(ip):
            return self._fc_get_private_place()
        place = self._fc_find_local(ip)
        return {**place, "geo_lookup_state": "done" if place else "pending"}

    @api.model
    def _fc_get_private_place(self):
        return {
            "geo_lookup_state": "private_ip",
            "country_code": const.PRIVATE_CODE,
            "country_name": const.PRIVATE_NAME,
        }

    @api.model
    def _fc_find_local(self, ip):
        """:return: place by the offline database, {} without database, answer or permission"""
        if self._fc_get_choice("geo_provider") == "off":
            return {}
        place = self._fc_find_geoip(ip)
        for path in self._fc_get_city_databases():
            place = place or geo.clean_place(mmdb.find_place(path, ip))
        return place

    @api.model
    def _fc_get_city_databases(self):
        """:return: paths. Flat records have a variable of their own: Odoo cannot read them, and
        would answer each request from a public address with an error (``http.GeoIP``)."""
        return [os.environ.get(const.CITY_DB_VARIABLE) or "", config["geoip_city_db"] or ""]

    @api.model
    def _fc_find_geoip(self, ip):
        """Odoo's own reader. Not ``country_code``: that falls back to the continent's code."""
        try:
            found = GeoIP(ip)
            return geo.clean_place(
                {
                    "country_code": found.country.iso_code,
                    "country_name": found.country.name,
                    "city": found.city.name,
                    "geo_state": found.subdivisions[0].name if found.subdivisions else "",
                    "latitude": found.location.latitude,
                    "longitude": found.location.longitude,
                }
            )
        except (TypeError, ValueError, OSError, AttributeError, RuntimeError):
            return {}  # no database, or one of flat records, which mmdb reads

    @api.model
    def _fc_has_geo_database(self):
        paths = [*self._fc_get_city_databases(), config["geoip_country_db"]]
        return any(map(mmdb.has_database, paths))

    @api.model
    def _fc_reverse_dns(self, ip):
        """:return: host name or False, after at most 1.5 s"""
        return geo.find_host(ip)

    @api.model
    def _cron_geo_enrich(self, limit=100):
        """Place the pending addresses, oldest first, all pending rows of an address at once.

        :return: addresses handled
        """
        self.env.cr.execute(
            SQL(
                """SELECT ip_address FROM fusion_login_audit WHERE geo_lookup_state = 'pending'
                 GROUP BY ip_address ORDER BY MIN(event_time) LIMIT %s""",
                limit,
            )
        )
        handled = 0
        for (ip,) in self.env.cr.fetchall():
            try:
                with self.env.cr.savepoint(flush=False):
                    handled += self._fc_enrich(ip)
            except Exception:  # address boundary: one bad address never stops the rest
                _logger.exception("The place of an address could not be stored")
        self.invalidate_model(flush=False)
        return handled

    @api.model
    def _fc_enrich(self, ip):
        """:return: 1 when the rows of the address were brought on, 0 when they have to wait"""
        if not ip or ip == const.INTERNAL:
            return self._fc_set_place(ip, {"geo_lookup_state": "internal" if ip else "failed"})
        if not origin.is_public_ip(ip):
            return self._fc_set_place(ip, self._fc_get_private_place())
        known = self._fc_find_known(ip)
        if known:
            return self._fc_set_place(ip, {**known, "geo_lookup_state": "done"})
        return self._fc_look_up(ip)

    @api.model
    def _fc_find_known(self, ip):
        """:return: place and host of a young ``done`` row of the address, {} without one"""
        names = [*_PLACE, "ip_hostname"]
        self.env.cr.execute(
            SQL(
                """SELECT %s FROM fusion_login_audit
                    WHERE ip_address = %s AND geo_lookup_state = 'done' AND event_time > %s
                      AND country_code IS NOT NULL ORDER BY event_time DESC LIMIT 1""",
                SQL(", ").join(SQL.identifier(name) for name in names),
                ip,
                fields.Datetime.subtract(fields.Datetime.now(), days=const.GEO_REUSE_DAYS),
            )
        )
        row = self.env.cr.fetchone()
        return dict(zip(names, row, strict=True)) if row else {}

    @api.model
    def _fc_look_up(self, ip):
        provider = self._fc_get_choice("geo_provider")
        place = self._fc_find_local(ip)
        if not place and provider == "local_http" and self._fc_get_text("geo_http_url"):
            return self._fc_look_up_web(ip)
        host = self._fc_find_host(ip)
        if place:
            return self._fc_set_place(ip, {**place, **host, "geo_lookup_state": "done"})
        has_source = provider != "off" and self._fc_has_geo_database()
        state = "failed" if has_source else "skipped"
        return self._fc_set_place(ip, {**host, "geo_lookup_state": state})

    @api.model
    def _fc_find_host(self, ip):
        if not self._fc_get_bool("reverse_dns"):
            return {}
        return {"ip_hostname": self._fc_reverse_dns(ip) or None}

    @api.model
    def _fc_look_up_web(self, ip):
        """Ask the web service unless it asked for a pause; a fault counts, the third is final."""
        state_sudo = self.env["fusion.login.state"]._fc_get()
        if state_sudo.geo_retry_at and state_sudo.geo_retry_at > fields.Datetime.now():
            return 0
        client = geo.GeoClient(self._fc_get_text("geo_http_url"), self._fc_get_text("geo_http_key"))
        try:
            answer = client.locate(ip)
        except OutboundBusy as error:
            if error.status == 429:
                self._fc_pause_web(geo.get_pause(error.answer.headers, is_busy=True))
                return 0
            return self._fc_count_web_fault(ip)
        except OutboundError as error:
            _logger.info("The web lookup of a place failed: %s", error)
            return self._fc_count_web_fault(ip)
        if answer["pause_s"]:
            self._fc_pause_web(answer["pause_s"])
        state = "done" if answer["place"] else "failed"
        return self._fc_set_place(
            ip, {**answer["place"], **self._fc_find_host(ip), "geo_lookup_state": state}
        )

    @api.model
    def _fc_pause_web(self, seconds):
        until = fields.Datetime.add(fields.Datetime.now(), seconds=seconds)
        self.env["fusion.login.state"]._fc_get().geo_retry_at = until
        self.env.flush_all()

    @api.model
    def _fc_count_web_fault(self, ip):
        self.env.cr.execute(
            SQL(
                """UPDATE fusion_login_audit
                      SET geo_attempts = COALESCE(geo_attempts, 0) + 1,
                          geo_lookup_state = CASE WHEN COALESCE(geo_attempts, 0) + 1 >= %s
                                             THEN 'failed' ELSE 'pending' END
                    WHERE ip_address = %s AND geo_lookup_state = 'pending'""",
                const.GEO_TRIES,
                ip,
            )
        )
        return 1

    @api.model
    def _fc_set_place(self, ip, vals):
        vals = self._fc_clean_row(vals)
        assignments = [SQL("%s = %s", SQL.identifier(name), value) for name, value in vals.items()]
        self.env.cr.execute(
            SQL(
                """UPDATE fusion_login_audit SET %s
                    WHERE ip_address IS NOT DISTINCT FROM %s AND geo_lookup_state = 'pending'""",
                SQL(", ").join(assignments),
                ip,
            )
        )
        return 1
