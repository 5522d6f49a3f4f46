import os

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools import chain
from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const

_logger = redact_logger(__name__)
_STREAM = 5000  # rows per read of a verification
_COLUMNS = SQL(", ").join(SQL.identifier(name) for name in const.SEALED)


def get_key():
    return os.environ.get(const.CHAIN_KEY_VARIABLE) or None


def get_payload(row):
    """:param row: values in the order of ``const.SEALED``"""
    return chain.make_payload(zip(const.SEALED, row, strict=True))


def read_columns(cr, where):
    """:return: rows of the sealed columns, in the order of ``const.SEALED``, by id"""
    cr.execute(SQL("SELECT %s FROM fusion_login_audit WHERE %s ORDER BY id", _COLUMNS, where))
    return cr.fetchall()


class FusionLoginAudit(models.Model):
    """Sealing in a hash chain, verifying it, and retention, which leaves proven gaps."""

    _inherit = "fusion.login.audit"

    @api.model
    def _cron_seal(self, limit=5000, min_age_s=120):
        """Number and seal events in the order of their ids, apart from their writing.

        :param min_age_s: younger events wait, a folded row may still grow
        :return: events sealed
        """
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('fusion_login_audit.seal'))")
        if not self.env.cr.fetchone()[0]:
            return 0
        before = fields.Datetime.subtract(fields.Datetime.now(), seconds=min_age_s)
        self.env.cr.execute(
            SQL(
                """SELECT %s FROM fusion_login_audit
                    WHERE seal_no IS NULL AND event_time <= %s ORDER BY id LIMIT %s""",
                _COLUMNS,
                before,
                limit,
            )
        )
        rows = self.env.cr.fetchall()
        if rows:
            self._fc_seal_rows(rows)
        return len(rows)

    @api.model
    def _fc_seal_rows(self, rows):
        number, last_hash = self._fc_find_head()
        key, seals = get_key(), []
        for row in rows:
            number += 1
            last_hash = chain.seal(last_hash, get_payload(row), key)
            seals.append((row[0], number, last_hash))
        self.env.cr.execute_values(
            """UPDATE fusion_login_audit AS evt SET seal_no = seal.no, seal_hash = seal.hash
                 FROM (VALUES %s) AS seal (id, no, hash) WHERE evt.id = seal.id""",
            seals,
            page_size=1000,
        )
        state_sudo = self.env["fusion.login.state"]._fc_get()
        state_sudo.write({"head_seal_no": number, "head_hash": last_hash})
        state_sudo.flush_recordset()
        self.invalidate_model(["seal_no", "seal_hash"], flush=False)

    @api.model
    def _fc_find_head(self):
        """:return: (number, hash) the next seal follows: of the last row or run removed"""
        self.env.cr.execute(
            """SELECT seal_no, seal_hash FROM (
                   (SELECT seal_no, seal_hash FROM fusion_login_audit
                     WHERE seal_no IS NOT NULL ORDER BY seal_no DESC LIMIT 1)
                   UNION ALL
                   (SELECT last_seal, last_hash FROM fusion_login_pruned
                     ORDER BY last_seal DESC LIMIT 1)
                   UNION ALL
                   (SELECT head_seal_no, head_hash FROM fusion_login_state
                     WHERE head_seal_no > 0)) AS heads ORDER BY seal_no DESC LIMIT 1"""
        )
        return self.env.cr.fetchone() or (0, chain.GENESIS)

    @api.model
    def _fc_verify_chain(self):
        """Follow the chain from its beginning, in constant memory.

        :return: ``{"ok", "checked", "first_bad_id" (id or False), "reason" (False,
            "altered_row", "missing_row"), "unsealed", "head_seal_no", "head_hash"}``; for a
            missing row ``first_bad_id`` is the first row after the gap, False at the end
        """
        self.env.flush_all()
        self.env.cr.execute("SELECT COUNT(*) FROM fusion_login_audit WHERE seal_no IS NULL")
        unsealed = self.env.cr.fetchone()[0]
        report = chain.verify(
            self._fc_stream_sealed(),
            self._fc_get_runs(),
            key=get_key(),
            unsealed=unsealed,
            is_excused=self._fc_is_excused,
        )
        head_no, head_hash = self.env["fusion.login.state"]._fc_get_head()
        if report["ok"] and (report["head_seal_no"], report["head_hash"]) != (head_no, head_hash):
            report.update(ok=False, reason=chain.MISSING_ROW)
        return report

    @api.model
    def _fc_stream_sealed(self):
        """Yield (id, seal_no, seal_hash, payload) by number."""
        last = None
        while True:
            self.env.cr.execute(
                SQL(
                    """SELECT seal_no, seal_hash, %s FROM fusion_login_audit
                        WHERE seal_no IS NOT NULL AND %s ORDER BY seal_no LIMIT %s""",
                    _COLUMNS,
                    SQL("TRUE") if last is None else SQL("seal_no > %s", last),
                    _STREAM,
                )
            )
            rows = self.env.cr.fetchall()
            for seal_no, seal_hash, *row in rows:
                yield row[0], seal_no, seal_hash, get_payload(row)
            if len(rows) < _STREAM:
                return
            last = rows[-1][0]

    @api.model
    def _fc_get_runs(self):
        """:return: removed runs as dicts, by number"""
        names = [*chain.RUN_FIELDS, "mac"]
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM fusion_login_pruned ORDER BY first_seal",
                SQL(", ").join(SQL.identifier(name) for name in names),
            )
        )
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _cron_retention_gc(self, batch=5000):
        """Remove sealed events older than the retention, lowest number first.

        :param batch: events of one step; a direct call does one step, a cron run goes on
        :return: events removed
        """
        days = self._fc_get_retention_days()
        if days is None:
            _logger.warning("The retention of login events is not a number: nothing is removed")
        if not days:
            return 0
        cutoff = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        in_cron = self.env.context.get("ir_cron_progress_id")
        removed = 0
        while True:
            self._cron_seal(limit=batch)
            step = self._fc_prune(cutoff, batch)
            removed += step
            if not in_cron or not step or not self.env["ir.cron"]._commit_progress(step):
                break
        self._fc_prune_alerts(cutoff)
        return removed

    @api.model
    def _fc_prune(self, cutoff, batch):
        """One step: delete and record the removed runs in the same transaction.

        :return: events removed
        """
        self.env.cr.execute(
            SQL(
                """WITH old AS (
                       SELECT id FROM fusion_login_audit
                        WHERE seal_no IS NOT NULL AND event_time < %s ORDER BY seal_no LIMIT %s)
                   DELETE FROM fusion_login_audit AS evt USING old WHERE evt.id = old.id
                   RETURNING evt.seal_no, evt.seal_hash, evt.id""",
                cutoff,
                batch,
            )
        )
        removed = self.env.cr.fetchall()
        if removed:
            self._fc_note_removed([row[:2] for row in removed], cutoff)
            ids = tuple(row[2] for row in removed)
            self.env.cr.execute(SQL("DELETE FROM fusion_login_note WHERE event_id IN %s", ids))
            self._fc_forget()
        return len(removed)

    @api.model
    def _fc_note_removed(self, removed, cutoff):
        now = fields.Datetime.now()
        runs = self._fc_get_runs() + [
            {"first_seal": no, "last_seal": no, "last_hash": value, "cutoff": cutoff,
             "removed_at": now}
            for no, value in removed
        ]  # fmt: skip
        merged = chain.merge_runs(runs)
        for run in merged:
            run["mac"] = chain.seal_run(run, get_key())
        self.env.cr.execute("DELETE FROM fusion_login_pruned")
        names = [*chain.RUN_FIELDS, "mac"]
        self.env.cr.execute_values(
            f"INSERT INTO fusion_login_pruned ({', '.join(names)}) VALUES %s",
            [[run[name] for name in names] for run in merged],
        )
        self.env["fusion.login.pruned"].invalidate_model(flush=False)

    @api.model
    def _fc_prune_alerts(self, cutoff):
        self.env.cr.execute(SQL("DELETE FROM fusion_login_alert WHERE triggered_at < %s", cutoff))
        self.env["fusion.login.alert"].invalidate_model(flush=False)
