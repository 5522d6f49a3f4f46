from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.cursor import own_cursor
from odoo.addons.fusion_base.tools.signing import sign_text

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

    @api.model
    def _note(self, contract, event, reason="", address=""):
        """Write it beside the request, so that it stays when the request rolls back.

        :param address: of the reader; only its salted hash is kept
        """
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        values = {
            "contract_id": contract.id,
            "event": event,
            "reason": reason,
            "ip_hash": sign_text(secret, "fusion_repairs.address", address),
        }
        with own_cursor(self.env) as cr:
            self.with_env(self.env(cr=cr)).create(values).flush_recordset()

    @api.autovacuum
    def _gc_log(self):
        limit = fields.Datetime.now() - timedelta(days=const.LOG_KEPT_DAYS)
        self.search([("date", "<", limit)], limit=1000).unlink()
