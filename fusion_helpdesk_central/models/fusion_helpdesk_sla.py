from odoo import api, fields, models


class FusionHelpdeskSla(models.Model):
    """A promise: hours to the first answer and to the solution, in working time."""

    _name = "fusion.helpdesk.sla"
    _description = "Service Level"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="The first one that fits a ticket counts.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    client_key_id = fields.Many2one("fusion.helpdesk.client.key", "Client", help="Empty: all.")
    priority = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very high")], help="Empty: all."
    )
    answer_hours = fields.Float("First Answer (h)", required=True, default=4.0)
    resolve_hours = fields.Float("Solution (h)", required=True, default=40.0)
    calendar_id = fields.Many2one(
        "resource.calendar", "Working Hours", help="Empty: the company's."
    )

    _hours_positive = models.Constraint(
        "CHECK (answer_hours > 0 AND resolve_hours > 0)", "The hours must be more than 0."
    )

    @api.model
    def _find_for(self, ticket):
        """:return: the first service level that fits a ticket, sudo, maybe empty"""
        return self.sudo().search(
            [
                ("company_id", "=", ticket.company_id.id),
                ("client_key_id", "in", [False, ticket.x_fc_client_key_id.id]),
                ("priority", "in", [False, ticket.priority]),
            ],
            limit=1,
        )

    def _get_calendar(self):
        return self.calendar_id or self.company_id.resource_calendar_id

    def _plan(self, hours, start):
        """:return: naive UTC datetime that lies ``hours`` of working time after ``start``"""
        return self._get_calendar().plan_hours(hours, start, compute_leaves=True)

    def _count_hours(self, start, end):
        """:return: working hours between two naive UTC datetimes"""
        return self._get_calendar().get_work_hours_count(start, end, compute_leaves=True)
