from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const


class FusionHelpdeskEngagementWizard(models.TransientModel):
    """Shows the brief before it goes to the owner; the rules are the ticket's."""

    _name = "fusion.helpdesk.engagement.wizard"
    _description = "Request Owner Approval"

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", readonly=True)
    line_ids = fields.One2many("fusion.helpdesk.engagement.wizard.line", "wizard_id")
    personal_note = fields.Char(help="A word of your own above the brief.")
    ai_summary = fields.Text("Brief")
    summary_failed = fields.Boolean()
    is_fetching = fields.Boolean(help="The dialog still waits for the summaries.")
    owner_name_display = fields.Char("Owner", compute="_compute_owner")
    owner_email_display = fields.Char("Owner's Email", compute="_compute_owner")
    is_reminder = fields.Boolean("Asked Before", compute="_compute_owner")

    @api.depends("ticket_id", "ticket_ids")
    def _compute_owner(self):
        for wizard in self:
            tickets = wizard._get_tickets()
            key = tickets[:1]._fc_client_key() if tickets else tickets.x_fc_client_key_id
            wizard.owner_name_display = key.owner_name or key.owner_email
            wizard.owner_email_display = key.owner_email
            wizard.is_reminder = any(ticket.x_fc_engagement_state != "none" for ticket in tickets)

    @api.model
    def default_get(self, fields):
        """Take the tickets from the action's context, else the chosen ones of the list; fetch
        the summaries in one go, unless the dialog does that itself (``fc_defer_summary``)."""
        values = super().default_get(fields)
        tickets = self._find_default_tickets(values)
        if len(tickets) == 1:
            values["ticket_id"] = tickets.id
            values.pop("ticket_ids", None)
        elif tickets:
            values["ticket_ids"] = [Command.set(tickets.ids)]
        if tickets:
            values.update(self._prepare_summaries(tickets, self._find_summaries(tickets)))
        return values

    @api.model
    def _find_summaries(self, tickets):
        """:return: {ticket's id: text}, ``None`` when they come later"""
        ai = self.env["fusion.helpdesk.ai"]
        is_later = self.env.context.get("fc_defer_summary") and ai._get_client()
        return None if is_later else ai._summarise_tickets(tickets)

    @api.model
    def fetch_summaries(self, ticket_ids):
        """For the dialog that is open already.

        :return: {ticket's id: text, empty where there is none}
        """
        tickets = self.env["helpdesk.ticket"].browse(ticket_ids).exists()
        tickets.check_access("write")
        return self.env["fusion.helpdesk.ai"]._summarise_tickets(tickets[: const.MAX_BULK])

    @api.model
    def _find_default_tickets(self, values):
        context = self.env.context
        ids = context.get("default_ticket_ids") or []
        if context.get("default_ticket_id"):
            ids = [context["default_ticket_id"]]
        elif not ids and context.get("active_model") == "helpdesk.ticket":
            ids = context.get("active_ids") or []
        tickets = self.env["helpdesk.ticket"].browse(ids).exists()
        tickets.check_access("read")
        return tickets

    @api.model
    def _prepare_summaries(self, tickets, found):
        """:return: values of the single form, or of its lines"""
        state = {
            "is_fetching": found is None,
            "summary_failed": found is not None and not all(found.values()),
        }
        found = found or dict.fromkeys(tickets.ids, "")
        if len(tickets) == 1:
            return {**state, "ai_summary": found[tickets.id]}
        lines = [
            Command.create(
                {
                    "ticket_id": ticket.id,
                    "ai_summary": found[ticket.id],
                    "summary_failed": not found[ticket.id] and not state["is_fetching"],
                }
            )
            for ticket in tickets
        ]
        return {**state, "line_ids": [Command.clear(), *lines]}

    def _get_tickets(self):
        self.ensure_one()
        return self.ticket_id or self.ticket_ids or self.line_ids.ticket_id

    def action_regenerate_summary(self):
        """Ask the summariser again, even where the ticket has not changed."""
        self.ensure_one()
        tickets = self._get_tickets()
        found = self.env["fusion.helpdesk.ai"]._summarise_tickets(tickets, is_fresh=True)
        self.write(self._prepare_summaries(tickets, found))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Owner Approval"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_send(self):
        """Send the request; all rules are looked at again.

        :raise UserError: when the request may not be sent
        """
        self.ensure_one()
        tickets = self._get_tickets()
        if not tickets:
            raise UserError(self.env._("There is no ticket to ask for."))
        tickets.check_access("write")
        tickets._fc_check_bulk()
        summaries = {line.ticket_id.id: line.ai_summary for line in self.line_ids}
        if self.ticket_id:
            summaries = {self.ticket_id.id: self.ai_summary}
        tickets._fc_request_approval(summaries, self.personal_note)
        return {"type": "ir.actions.act_window_close"}
