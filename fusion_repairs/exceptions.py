"""UserError
|- PlanExhausted   the plan that the client saw as paying has no visit left
`- UnitsChanged    a unit that the client ticked is booked or closed meanwhile"""

from odoo.exceptions import UserError


class PlanExhausted(UserError):
    """Nothing is booked: the client sees the normal fee first."""


class UnitsChanged(UserError):
    """Nothing is booked: the client sees the units that are left first."""
