from datetime import timedelta

from odoo import api, fields, models

from .. import const


class FusionRepairBookingLog(models.Model):
    """What happened on the booking pages."""

    _name = "fusion.repair.booking.log"
    _description = "Booking Log"
    _order = "date desc, id desc"
    _rec_name = "event"
    _log_access = False

    contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", index="btree_not_null", ondelete="cascade"
    )
    event = fields.Selection(
        [
            ("confirm", "Booked"),
            ("taken", "Time Taken Meanwhile"),
            ("expired", "List Too Old"),
            ("cancel", "Cancelled"),
            ("reschedule", "Moved"),
            ("callback", "Call Asked For"),
            ("error", "Refused"),
        ],
        required=True,
    )
    reason = fields.Char()
    ip_hash = fields.Char("Address (hash)")
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)

    @api.autovacuum
    def _gc_log(self):
        limit = fields.Datetime.now() - timedelta(days=const.LOG_KEPT_DAYS)
        self.search([("date", "<", limit)], limit=1000).unlink()
