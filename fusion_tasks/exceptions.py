"""UserError
`- SlotUnavailable   the asked time cannot be had; ``reason`` is one of ``const.REASONS``"""

from odoo.exceptions import UserError


class SlotUnavailable(UserError):
    """:param reason: why, one of ``const.REASONS``"""

    def __init__(self, message, reason):
        super().__init__(message)
        self.reason = reason
