from odoo import api, fields, models


class FusionTechnicianBooking(models.Model):
    """Time that a job takes of one person; written by the job alone."""

    _name = "fusion.technician.booking"
    _description = "Technician Booking"
    _order = "start, id"
    _rec_name = "task_id"

    task_id = fields.Many2one(
        "fusion.technician.task", required=True, ondelete="cascade", index=True
    )
    technician_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    blocking = fields.Boolean()

    # Ranges on both sides, so that PostgreSQL needs no extension.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(technician_id, technician_id, '[]') WITH &&, "
        "tsrange(start, stop) WITH &&) WHERE (blocking)",
        "Another job was just booked at this time for this technician.",
    )
    _stop_after_start = models.Constraint("CHECK (stop > start)", "A booking ends after it begins.")
    _technician_start = models.Index("(technician_id, start)")

    @api.model
    def _find_clash(self, task, user):
        """:return: a blocking row of another job of ``user`` in the time of ``task``"""
        return self.sudo().search(
            [
                ("technician_id", "=", user.id),
                ("blocking", "=", True),
                ("task_id", "!=", task.id),
                ("start", "<", task.datetime_end),
                ("stop", ">", task.datetime_start),
            ],
            limit=1,
        )
