import os

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools import chain

from ..const import CHAIN_KEY_VARIABLE, CRON_BATCH, LOCK_SEAL, SEALED, SEALED_REFERENCES

_STREAM = 5000  # rows per read of a verification


def _column(name):
    """A reference is sealed as it was: the record may be deleted later, the reference stays."""
    if name in SEALED_REFERENCES:
        return SQL("COALESCE(%s, %s)", SQL.identifier(f"{name}_id"), SQL.identifier(f"{name}_ref"))
    return SQL("details::text") if name == "details" else SQL.identifier(name)


_COLUMNS = SQL(", ").join(_column(name) for name in SEALED)


def _get_key():
    return os.environ.get(CHAIN_KEY_VARIABLE) or None


def _get_payload(row):
    """:param row: values in the order of ``SEALED``"""
    return chain.make_payload(zip(SEALED, row, strict=True))


class FusionClockActivityLog(models.Model):
    """The tap ledger: rows are sealed in a hash chain, apart from their writing, so that a tap
    never waits. Positions are left out, because retention removes them first."""

    _inherit = "fusion.clock.activity.log"

    seal_no = fields.Integer(readonly=True, copy=False, aggregator=None)
    seal_hash = fields.Char(size=64, readonly=True, copy=False)
    employee_ref = fields.Integer(readonly=True, aggregator=None)
    attendance_ref = fields.Integer(readonly=True, aggregator=None)
    user_ref = fields.Integer(readonly=True, aggregator=None)
    company_ref = fields.Integer(readonly=True, aggregator=None)

    _seal_no_uniq = models.UniqueIndex("(seal_no) WHERE seal_no IS NOT NULL")
    _unsealed_idx = models.Index("(id) WHERE seal_no IS NULL")

    @api.model
    def _cron_fusion_seal(self, limit=5000):
        """Number and seal the rows that have no seal yet; one that commits late gets a later
        number than its id suggests.

        :return: rows sealed
        """
        self.flush_model()
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s)", LOCK_SEAL))
        if not self.env.cr.fetchone()[0]:
            return 0
        rows = self.env.execute_query(
            SQL(
                """SELECT %s FROM fusion_clock_activity_log
                    WHERE seal_no IS NULL ORDER BY id LIMIT %s""",
                _COLUMNS,
                limit,
            )
        )
        if rows:
            self._fclk_seal_rows(rows)
        return len(rows)

    @api.model
    def _fclk_seal_rows(self, rows):
        number, last_hash = self._fclk_find_head()
        key, seals = _get_key(), []
        for row in rows:
            number += 1
            last_hash = chain.seal(last_hash, _get_payload(row), key)
            seals.append((row[0], number, last_hash))
        self.env.cr.execute_values(
            """UPDATE fusion_clock_activity_log AS log
                  SET seal_no = seal.no, seal_hash = seal.hash, employee_ref = log.employee_id,
                      attendance_ref = log.attendance_id, user_ref = log.user_id,
                      company_ref = log.company_id
                 FROM (VALUES %s) AS seal (id, no, hash) WHERE log.id = seal.id""",
            seals,
            page_size=1000,
        )
        self.invalidate_model(flush=False)

    @api.model
    def _fclk_find_head(self):
        """:return: (number, hash) the next seal follows: of the last row, or of the last run that
        retention removed"""
        rows = self.env.execute_query(
            SQL(
                """SELECT seal_no, seal_hash FROM (
                       (SELECT seal_no, seal_hash FROM fusion_clock_activity_log
                         WHERE seal_no IS NOT NULL ORDER BY seal_no DESC LIMIT 1)
                       UNION ALL
                       (SELECT last_seal, last_hash FROM fusion_clock_pruned
                         ORDER BY last_seal DESC LIMIT 1)) AS heads
                    ORDER BY seal_no DESC LIMIT 1"""
            )
        )
        return rows[0] if rows else (0, chain.GENESIS)

    @api.model
    def _fclk_verify_chain(self):
        """Follow the chain from its beginning, in constant memory. The newest rows can be cut off
        unseen: compare the head with a copy kept elsewhere.

        :return: ``{"ok", "checked", "first_bad_id" (id or False), "reason" (False,
            "altered_row", "missing_row"), "unsealed", "head_seal_no", "head_hash"}``; for a
            missing row ``first_bad_id`` is the first row after the gap, False at the end
        """
        self.env.flush_all()
        query = SQL("SELECT COUNT(*) FROM fusion_clock_activity_log WHERE seal_no IS NULL")
        return chain.verify(
            self._fclk_stream_sealed(),
            self.env["fusion.clock.pruned"]._get_runs(),
            key=_get_key(),
            unsealed=self.env.execute_query(query)[0][0],
        )

    @api.model
    def _fclk_stream_sealed(self):
        """Yield (id, seal_no, seal_hash, payload) by number."""
        last = None
        while True:
            rows = self.env.execute_query(
                SQL(
                    """SELECT seal_no, seal_hash, %s FROM fusion_clock_activity_log
                        WHERE seal_no IS NOT NULL AND %s ORDER BY seal_no LIMIT %s""",
                    _COLUMNS,
                    SQL("TRUE") if last is None else SQL("seal_no > %s", last),
                    _STREAM,
                )
            )
            for seal_no, seal_hash, *row in rows:
                yield row[0], seal_no, seal_hash, _get_payload(row)
            if len(rows) < _STREAM:
                return
            last = rows[-1][0]

    # -- retention --------------------------------------------------------------------------

    @api.model
    def _fclk_purge(self, cutoff, batch=10 * CRON_BATCH):
        """Remove sealed rows older than ``cutoff`` (naive UTC), lowest number first, and record
        the removed runs in the same transaction. A direct call does one step, a cron run goes on.

        :return: rows removed
        """
        in_cron = self.env.context.get("ir_cron_progress_id")
        removed = 0
        while True:
            self._cron_fusion_seal(limit=batch)
            rows = self.env.execute_query(
                SQL(
                    """WITH old AS (
                           SELECT id FROM fusion_clock_activity_log
                            WHERE seal_no IS NOT NULL AND event_time < %s
                            ORDER BY seal_no LIMIT %s)
                       DELETE FROM fusion_clock_activity_log AS log USING old
                        WHERE log.id = old.id RETURNING log.seal_no, log.seal_hash""",
                    cutoff,
                    batch,
                )
            )
            if rows:
                self.env["fusion.clock.pruned"]._note_removed(rows, cutoff, _get_key())
                self.invalidate_model(flush=False)
            removed += len(rows)
            if not in_cron or not rows or not self.env["ir.cron"]._commit_progress(len(rows)):
                return removed

    @api.model
    def _fclk_purge_positions(self, cutoff):
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE fusion_clock_activity_log SET latitude = NULL, longitude = NULL
                    WHERE event_time < %s AND (latitude IS NOT NULL OR longitude IS NOT NULL)""",
                cutoff,
            )
        )
        self.invalidate_model(["latitude", "longitude"], flush=False)
