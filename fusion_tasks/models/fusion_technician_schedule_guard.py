from odoo import api, fields, models
from odoo.tools import SQL

from .. import const


class FusionTechnicianScheduleGuard(models.Model):
    """A row per technician and local day that every booker of that day updates.

    PostgreSQL runs REPEATABLE READ under Odoo: the second booker of a moment fails with 40001 and
    is repeated on a fresh snapshot, so that it sees the first one's job and the travel to it.
    """

    _name = "fusion.technician.schedule.guard"
    _description = "Technician Day Guard"
    _rec_name = "day"

    technician_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    version = fields.Integer(default=0, required=True)

    _technician_day = models.Constraint(
        "UNIQUE (technician_id, day)", "There is one guard per technician and day."
    )

    @api.model
    def _lock(self, pairs):
        """:param pairs: ``(technician id, local day)``; sorted, so that no two bookers deadlock"""
        for technician_id, day in sorted(set(pairs)):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO fusion_technician_schedule_guard (technician_id, day, version)
                       VALUES (%s, %s, 1)
                       ON CONFLICT (technician_id, day)
                       DO UPDATE SET version = fusion_technician_schedule_guard.version + 1""",
                    technician_id,
                    day,
                ),
                log_exceptions=False,  # losing here is expected, and the caller is repeated
            )

    @api.autovacuum
    def _gc_old_days(self):
        limit = fields.Date.subtract(fields.Date.today(), days=const.GUARD_KEPT_DAYS)
        self.search([("day", "<", limit)]).unlink()
