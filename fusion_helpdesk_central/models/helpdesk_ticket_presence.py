from odoo import models

_AGENT = "helpdesk.group_helpdesk_user"


class HelpdeskTicket(models.Model):
    """Who else is looking at a ticket: over the bus only, to agents only."""

    _inherit = "helpdesk.ticket"

    def fc_tell_presence(self):
        """Tell the other agents that the current user has this ticket open.

        :raise AccessError: for a ticket that the user may not read
        """
        self.ensure_one()
        self.check_access("read")
        if self.env.user.has_group(_AGENT):
            presence = {
                "ticket_id": self.id,
                "user_id": self.env.uid,
                "name": self.env.user.name,
            }
            group_sudo = self.env.ref(_AGENT).sudo()
            group_sudo._bus_send("fusion_helpdesk_central.presence", presence)
