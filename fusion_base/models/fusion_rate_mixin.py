import hashlib
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from ..tools.cursor import own_cursor

KEY_SIZE = 200  # characters; a longer key would not fit a B-tree entry
MAX_WINDOW_S = 86400  # seconds; counters are cleaned up after a day
RETRIES = 3  # further tries after a serialization fault


class FusionRateMixin(models.AbstractModel):
    """Count requests per key and time window.

    No table of its own: an addon with public routes makes a concrete model of it, with
    ``_log_access = False`` and without any ACL.
    """

    _name = "fusion.rate.mixin"
    _description = "Request Counter"

    key = fields.Char(required=True)
    bucket = fields.Datetime(required=True, index=True, help="Start of the window, UTC.")
    count = fields.Integer(required=True, default=0)

    _key_bucket_uniq = models.UniqueIndex("(key, bucket)")

    @api.model
    def _hit(self, key, limit, window_s):
        """Count one request, in a cursor of its own: it stays counted when the request rolls back.

        :param key: who or what is counted, e.g. ``"fusion_tasks.page:192.0.2.7"``; one key must
            always be used with the same window
        :param limit: requests allowed per window; the one after it is refused
        :param window_s: length of the window in seconds, 1 to 86,400; windows start at multiples
            of it since the epoch
        :return: seconds until the window ends, 0 when the request is allowed
        """
        bucket, left_s = self._get_window(window_s)
        return left_s if self._count_hit(self._clean_key(key), bucket) > limit else 0

    @api.model
    def _wait(self, key, limit, window_s):
        """Like :meth:`_hit` for the next request, without counting it (for "wrong PIN" limits,
        where only failures are counted).

        :return: seconds to wait, 0 when a request would be allowed
        """
        bucket, left_s = self._get_window(window_s)
        query = SQL(
            "SELECT count FROM %s WHERE key = %s AND bucket = %s",
            SQL.identifier(self._table), self._clean_key(key), bucket,
        )  # fmt: skip
        with own_cursor(self.env) as cr:
            cr.execute(query)
            row = cr.fetchone()
        return left_s if row and row[0] >= limit or limit < 1 else 0

    @api.model
    def _count_hit(self, key, bucket):
        """:return: how often the key was counted in this window, this time included"""
        query = SQL(
            """INSERT INTO %(table)s AS rate (key, bucket, count) VALUES (%(key)s, %(bucket)s, 1)
               ON CONFLICT (key, bucket) DO UPDATE SET count = rate.count + 1
               RETURNING count""",
            table=SQL.identifier(self._table), key=key, bucket=bucket,
        )  # fmt: skip
        for left in range(RETRIES, -1, -1):
            try:
                with own_cursor(
                    self.env, lock_timeout_s=5, statement_timeout_s=6, read_committed=True
                ) as cr:
                    cr.execute(query)
                    return cr.fetchone()[0]
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if not left:
                    raise

    @api.model
    def _get_window(self, window_s):
        """:return: (start of the current window as naive UTC datetime, whole seconds left)"""
        if not 1 <= window_s <= MAX_WINDOW_S:
            raise ValueError(f"window_s must be 1 to {MAX_WINDOW_S} seconds")
        now_s = int(fields.Datetime.now().replace(tzinfo=timezone.utc).timestamp())
        start_s = now_s - now_s % window_s
        start = datetime.fromtimestamp(start_s, timezone.utc).replace(tzinfo=None)
        return start, start_s + window_s - now_s

    @api.model
    def _clean_key(self, key):
        """Outside text is part of keys: keep it storable and short, and still unique."""
        if len(key) <= KEY_SIZE and "\0" not in key:
            return key
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{key[: KEY_SIZE - 65]}:{digest}".replace("\0", "")

    @api.autovacuum
    def _gc_rate(self):
        """Remove counters older than a day, a bounded number a call.

        :return: (removed, whether there may be more)
        """
        if self._abstract:
            return 0, False
        query = SQL(
            """DELETE FROM %(table)s WHERE id IN (
                   SELECT id FROM %(table)s WHERE bucket < %(before)s
                   LIMIT %(limit)s FOR UPDATE SKIP LOCKED)""",
            table=SQL.identifier(self._table),
            before=fields.Datetime.now() - timedelta(seconds=MAX_WINDOW_S),
            limit=GC_UNLINK_LIMIT,
        )
        self.env.cr.execute(query)
        done = self.env.cr.rowcount
        return done, done == GC_UNLINK_LIMIT
