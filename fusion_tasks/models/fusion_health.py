from odoo import api, models

from .. import const


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + [
            self._fc_check_left_open(),
            self._fc_check_places(),
            self._fusion_check_jobs("fusion_tasks"),
        ]

    def _fc_check_left_open(self):
        tasks_sudo = self.env["fusion.technician.task"].sudo()
        yesterday = [("scheduled_date", "<", "today -1d"), ("status", "in", const.BUSY)]
        count = tasks_sudo.search_count(yesterday)
        label = self.env._("Jobs of two days ago or earlier that nobody closed")
        code = "fusion_tasks.left_open"
        return self._fusion_make_check(code, label, bool(count), count, "jobs")

    def _fc_check_places(self):
        partners_sudo = self.env["res.partner"].sudo()
        count = partners_sudo.search_count([("x_fc_geocode_state", "=", "failed")])
        label = self.env._("Addresses that could not be found on the map")
        return self._fusion_make_check("fusion_tasks.places", label, False, count, "addresses")

    @api.model
    def _fusion_invariants(self):
        """Odoo only logs a constraint that it could not add."""
        self.env.cr.execute(
            """SELECT 1 FROM pg_constraint
                WHERE conname = 'fusion_technician_booking_no_overlap' AND contype = 'x'"""
        )
        is_there = bool(self.env.cr.rowcount)
        detail = "" if is_there else "fusion_technician_booking_no_overlap is missing"
        unbooked = self._fc_find_unbooked()
        return super()._fusion_invariants() + [
            {"code": "fusion_tasks.no_overlap", "ok": is_there, "detail": detail},
            self._fusion_make_invariant("fusion_tasks.time_is_booked", unbooked, "jobs"),
        ]

    def _fc_find_unbooked(self):
        """:return: ids of planned jobs whose time is not held for their technician, or another
        time than theirs"""
        return self._fusion_select_ids(
            """SELECT t.id FROM fusion_technician_task t
                WHERE t.technician_id IS NOT NULL AND t.datetime_start IS NOT NULL
                  AND t.datetime_end IS NOT NULL
                  AND NOT EXISTS (
                      SELECT 1 FROM fusion_technician_booking b
                       WHERE b.task_id = t.id AND b.technician_id = t.technician_id
                         AND b.start = t.datetime_start AND b.stop = t.datetime_end)"""
        )
