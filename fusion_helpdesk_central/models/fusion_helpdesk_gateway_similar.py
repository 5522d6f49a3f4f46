from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from .. import const
from .fusion_helpdesk_gateway import GatewayError


class FusionHelpdeskGateway(models.AbstractModel):
    """Open tickets of one's own company that look alike, and "me too" instead of a duplicate."""

    _inherit = "fusion.helpdesk.gateway"

    @api.model
    @api.readonly
    def similar_tickets(self, payload):
        return self._serve("similar_tickets", payload)

    @api.model
    def subscribe(self, payload):
        return self._serve("subscribe", payload, is_write=True)

    def _get_features(self):
        return [*super()._get_features(), "similar", "subscribe"]

    def _get_company_domain(self, call):
        """The whole deployment, or one's own tickets where its people may not see each other's."""
        tickets = self.env["helpdesk.ticket"]
        identity = {**call.identity, "all": call.key.allow_all_scope}
        closed = Domain(tickets._fc_closed_path(), "=", False)
        return tickets._fc_scope_domain(call.key, identity) & closed

    def _do_similar_tickets(self, call):
        query = call.text("query", limit=const.MAX_NAME).strip()
        if len(query) < const.SIMILAR_MIN:
            return {"tickets": []}
        lang = self._find_lang(call.identity["lang"])
        found = self._find_similar(self._get_company_domain(call), query)
        return {
            "tickets": [
                {
                    "id": ticket.id,
                    "ref": ticket.ticket_ref or "",
                    "subject": ticket.name or "",
                    "stage": ticket.stage_id.name or "",
                }
                for ticket in found.with_context(lang=lang)
            ]
        }

    def _find_similar(self, domain, query):
        """Likest subjects first, by trigrams where PostgreSQL has them, else by the words."""
        tickets = self.env["helpdesk.ticket"]
        if not self.env.registry.has_trigram:
            words = [word for word in query.split() if len(word) >= const.SIMILAR_MIN]
            likes = [Domain("name", "ilike", escape_psql(word)) for word in words]
            return tickets.search(domain & Domain.OR(likes), limit=const.SIMILAR_LIMIT)
        inside = tickets._search(domain)
        name = tickets._field_to_sql(inside.table, "name", inside)
        likeness = SQL("word_similarity(%s, %s)", query, name)
        inside.add_where(SQL("%s >= %s", likeness, const.SIMILAR_LIKENESS))
        inside.order = SQL("%s DESC, %s DESC", likeness, SQL.identifier(inside.table, "id"))
        inside.limit = const.SIMILAR_LIMIT
        return tickets.browse(inside)

    def _do_subscribe(self, call):
        """Let the reporter follow a colleague's ticket. Nothing is posted."""
        ticket = self.env["helpdesk.ticket"].search(
            self._get_company_domain(call) & Domain("id", "=", call.integer("ticket_id")), limit=1
        )
        if not ticket:
            raise GatewayError("not_found", "There is no such ticket.")
        email = call.identity["email"]
        if not email:
            raise GatewayError("invalid", "Following a ticket needs an e-mail address.")
        partner = ticket._fc_find_contact(email, call.identity["name"])
        if partner.partner_share:
            ticket.message_subscribe(partner.ids)
        return {}
