from datetime import timedelta

from odoo import api, fields, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + [
            self._fclk_check_kiosk_location(),
            self._fclk_check_stuck(),
            self._fclk_check_stations(),
            self._fusion_check_jobs("fusion_clock"),
        ]

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [
            self._fclk_count_broken("fusion_clock.net_hours", _NET_HOURS),
            self._fclk_count_broken("fusion_clock.same_second", _SAME_SECOND),
            self._fclk_count_broken("fusion_clock.two_open", _TWO_OPEN),
            self._fclk_count_broken("fusion_clock.password_hashed", _CLEAR_PASSWORD),
            self._fclk_verify_ledger(),
        ]

    def _fclk_verify_ledger(self):
        report = self.env["fusion.clock.activity.log"]._fclk_verify_chain()
        detail = f"{report['checked']} rows, head {report['head_seal_no']}"
        if not report["ok"]:
            detail = f"{report['reason']} at row {report['first_bad_id']}"
        return {"code": "fusion_clock.ledger", "ok": report["ok"], "detail": detail}

    def _fclk_check_stations(self):
        stations = self.env["fusion.clock.station"].sudo().search([("active", "=", True)])
        silent = stations.filtered(lambda station: station.state == "silent")
        return {
            "code": "fusion_clock.silent_stations",
            "label": self.env._("Paired kiosk stations without a heartbeat"),
            "state": "warning" if silent else "ok",
            "value": len(silent),
            "unit": "",
        }

    def _fclk_check_kiosk_location(self):
        is_on = self.env["ir.config_parameter"]._fclk_get_bool("enable_nfc_kiosk")
        placed = (
            self.env["res.company"]
            .sudo()
            .search_count([("x_fclk_nfc_kiosk_location_id", "!=", False)])
        )
        return {
            "code": "fusion_clock.kiosk_location",
            "label": self.env._("Companies with a card kiosk location"),
            "state": "warning" if is_on and not placed else "ok",
            "value": placed,
            "unit": "",
        }

    def _fclk_check_stuck(self):
        """Open longer than the cap and an hour: the automatic clock-out did not run."""
        cap = self.env["ir.config_parameter"]._fclk_get_float("max_shift_hours")
        before = fields.Datetime.now() - timedelta(hours=cap + 1)
        stuck = cap and self.env["hr.attendance"].sudo().search_count(
            [("check_out", "=", False), ("check_in", "<", before)]
        )
        return {
            "code": "fusion_clock.stuck_attendances",
            "label": self.env._("Attendances open beyond the longest shift"),
            "state": "warning" if stuck else "ok",
            "value": stuck,
            "unit": "",
        }

    def _fclk_count_broken(self, code, query):
        self.env.flush_all()
        self.env.cr.execute(query)
        count = self.env.cr.fetchone()[0]
        return {"code": code, "ok": not count, "detail": f"{count} rows" if count else ""}


_NET_HOURS = """
    SELECT COUNT(*) FROM hr_attendance
     WHERE x_fclk_net_hours IS NULL
        OR ABS(x_fclk_net_hours
               - GREATEST(0, x_fclk_gross_hours - x_fclk_break_minutes / 60)) > 0.0001"""
_SAME_SECOND = """
    SELECT COUNT(*) FROM (
        SELECT 1 FROM hr_attendance WHERE x_fclk_clock_source <> 'manual'
         GROUP BY employee_id, check_in HAVING COUNT(*) > 1) AS doubles"""
_TWO_OPEN = """
    SELECT COUNT(*) FROM (
        SELECT 1 FROM hr_attendance WHERE check_out IS NULL
         GROUP BY employee_id HAVING COUNT(*) > 1) AS doubles"""
_CLEAR_PASSWORD = """
    SELECT COUNT(*) FROM ir_config_parameter
     WHERE key = 'fusion_clock.nfc_enroll_password' AND value NOT LIKE '$%'"""
