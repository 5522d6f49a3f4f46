from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools import chain

_NAMES = (*chain.RUN_FIELDS, "mac")


class FusionClockPruned(models.Model):
    """A run of ledger numbers that retention removed; ``mac`` proves that retention did it."""

    _name = "fusion.clock.pruned"
    _description = "Removed Clock Activity"
    _log_access = False

    first_seal = fields.Integer(required=True)
    last_seal = fields.Integer(required=True)
    last_hash = fields.Char(size=64, required=True)
    cutoff = fields.Datetime(required=True)
    removed_at = fields.Datetime(required=True)
    mac = fields.Char(size=64, required=True)

    _first_uniq = models.UniqueIndex("(first_seal)")

    @api.model
    def _get_runs(self):
        """:return: removed runs as dicts, by number"""
        columns = SQL(", ").join(SQL.identifier(name) for name in _NAMES)
        rows = self.env.execute_query(
            SQL("SELECT %s FROM fusion_clock_pruned ORDER BY first_seal", columns)
        )
        return [dict(zip(_NAMES, row, strict=True)) for row in rows]

    @api.model
    def _note_removed(self, removed, cutoff, key):
        """:param removed: list of (seal_no, seal_hash)
        :param key: of the chain, or None"""
        now = fields.Datetime.now()
        runs = self._get_runs()
        for number, value in removed:
            run = {"first_seal": number, "last_seal": number, "last_hash": value}
            runs.append({**run, "cutoff": cutoff, "removed_at": now})
        merged = chain.merge_runs(runs)
        for run in merged:
            run["mac"] = chain.seal_run(run, key)
        self.env.cr.execute(SQL("DELETE FROM fusion_clock_pruned"))
        self.env.cr.execute_values(
            f"INSERT INTO fusion_clock_pruned ({', '.join(_NAMES)}) VALUES %s",
            [[run[name] for name in _NAMES] for run in merged],
        )
        self.invalidate_model(flush=False)
