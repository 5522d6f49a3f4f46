from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_invariants(self):
        """Odoo only logs a constraint that it could not add."""
        self.env.cr.execute(
            """SELECT 1 FROM pg_constraint
                WHERE conname = 'fusion_technician_booking_no_overlap' AND contype = 'x'"""
        )
        is_there = bool(self.env.cr.rowcount)
        detail = "" if is_there else "fusion_technician_booking_no_overlap is missing"
        return super()._fusion_invariants() + [
            {"code": "fusion_tasks.no_overlap", "ok": is_there, "detail": detail}
        ]
