from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor

from .. import const

_OK_EVERY_S = 60  # a success is written at most once a minute


class FusionHelpdeskClientState(models.Model):
    """One row of what changes all the time. Parameters would empty a cache in every worker.

    Written in a short cursor of its own: it stays when the request rolls back, and two requests
    never fail to serialize on it.
    """

    _name = "fusion.helpdesk.client.state"
    _description = "Helpdesk Connection State"
    _log_access = False

    digest_cursor = fields.Char(help="Central's own clock.")
    last_ok_at = fields.Datetime()
    breaker_until = fields.Datetime()
    breaker_url = fields.Char()
    features = fields.Json(help="Names of what central can do beyond the core.")
    notices = fields.Json(help="Maintenance and incidents that central publishes.")

    @api.model
    def _read(self):
        """:return: dict of the row's columns, fresh from the database"""
        self.flush_model()
        with own_cursor(self.env, read_committed=True) as cr:
            cr.execute(
                "SELECT digest_cursor, last_ok_at, breaker_until, breaker_url, features, notices"
                " FROM fusion_helpdesk_client_state ORDER BY id LIMIT 1"
            )
            return cr.dictfetchone() or dict.fromkeys(
                ("digest_cursor", "last_ok_at", "breaker_until", "breaker_url", "features",
                 "notices")
            )  # fmt: skip

    @api.model
    def _put(self, **values):
        """Write columns of the one row; the install makes it."""
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), self._column(name, value))
            for name, value in values.items()
        )
        with own_cursor(self.env, read_committed=True) as cr:
            cr.execute(SQL("UPDATE fusion_helpdesk_client_state SET %s", assignments))
        self.invalidate_model()

    def _column(self, name, value):
        return self._fields[name].convert_to_column(value, self)

    @api.model
    def _note_success(self):
        """Central answered: the breaker closes."""
        now = fields.Datetime.now()
        state = self._read()
        is_stale = not state["last_ok_at"] or state["last_ok_at"] < now - timedelta(
            seconds=_OK_EVERY_S
        )
        if is_stale or state["breaker_until"]:
            self._put(last_ok_at=now, breaker_until=None, breaker_url=None)

    @api.model
    def _open_breaker(self, url):
        until = fields.Datetime.now() + timedelta(seconds=const.BREAKER_S)
        self._put(breaker_until=until, breaker_url=url)

    @api.model
    def _is_broken(self, url):
        """:return: whether central was out of reach within the last minute, at this address"""
        state = self._read()
        until = state["breaker_until"]
        return bool(until and until > fields.Datetime.now() and state["breaker_url"] == url)
