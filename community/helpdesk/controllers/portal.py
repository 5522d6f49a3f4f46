from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk


class TicketPage(CustomerPortalHelpdesk):
    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        """Offer the stages that closing accepts, and no file of an internal note."""
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        ticket_sudo = ticket.sudo()
        values["closed_stages"] = ticket_sudo._get_portal_close_stages()
        values["portal_attachments"] = ticket_sudo._get_portal_attachments()
        return values
