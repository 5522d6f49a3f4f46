from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor

from .. import const


class FusionTasksTravelCache(models.Model):
    """Road times between two places, places rounded to about ten metres."""

    _name = "fusion.tasks.travel.cache"
    _description = "Known Travel Times"
    _log_access = False
    _rec_name = "origin"

    origin = fields.Char(required=True)
    destination = fields.Char(required=True)
    minutes = fields.Float(required=True)
    km = fields.Float(required=True)
    provider = fields.Char(required=True, default="osrm")
    date = fields.Date(required=True, index=True)

    _pair_uniq = models.UniqueIndex("(origin, destination, provider)")

    @api.model
    def _read_pairs(self, places):
        """:return: ``{((lat, lng), (lat, lng)): (minutes, km)}``"""
        names = {_name(place): place for place in places}
        since = fields.Date.today() - timedelta(days=const.ROADS_KEPT_DAYS)
        rows = self.sudo().search_fetch(
            [
                ("origin", "in", list(names)),
                ("destination", "in", list(names)),
                ("date", ">=", since),
            ],
            ["origin", "destination", "minutes", "km"],
        )
        return {(names[row.origin], names[row.destination]): (row.minutes, row.km) for row in rows}

    @api.model
    def _keep_pairs(self, pairs):
        """In a cursor of its own: two searches at once neither wait for nor refuse each other."""
        today = fields.Date.today()
        rows = [
            SQL("(%s, %s, %s, %s, 'osrm', %s)", _name(one), _name(other), minutes, km, today)
            for (one, other), (minutes, km) in sorted(pairs.items())
        ]
        with own_cursor(self.env, read_committed=True) as cr:
            cr.execute(
                SQL(
                    """INSERT INTO fusion_tasks_travel_cache
                       (origin, destination, minutes, km, provider, date) VALUES %s
                       ON CONFLICT (origin, destination, provider) DO UPDATE
                       SET minutes = EXCLUDED.minutes, km = EXCLUDED.km, date = EXCLUDED.date""",
                    SQL(", ").join(rows),
                )
            )

    @api.autovacuum
    def _gc_old_roads(self):
        limit = fields.Date.today() - timedelta(days=const.ROADS_KEPT_DAYS)
        self.search([("date", "<", limit)], limit=10000).unlink()


def _name(place):
    return f"{place[0]},{place[1]}"
