"""UserError
`- PlanExhausted   the plan that the client saw as paying has no visit left"""

from odoo.exceptions import UserError


class PlanExhausted(UserError):
    """Nothing is booked: the client sees the normal fee first."""
