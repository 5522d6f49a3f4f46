from . import helpdesk_team, helpdesk_ticket, helpdesk_ticket_team
