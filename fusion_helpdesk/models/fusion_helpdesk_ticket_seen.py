from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor


class FusionHelpdeskTicketSeen(models.Model):
    """How far a user has read a ticket of central. No content of the ticket is kept."""

    _name = "fusion.helpdesk.ticket.seen"
    _description = "Helpdesk Ticket Read Mark"
    _rec_name = "central_ticket_id"

    user_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
    )
    central_ticket_id = fields.Integer(required=True, index=True)
    last_seen_message_id = fields.Integer(default=0)

    _user_ticket_uniq = models.Constraint(
        "UNIQUE(user_id, central_ticket_id)", "A ticket has one read mark per user."
    )

    @api.model
    def _mark_seen(self, central_ticket_id, last_message_id):
        """Remember the newest message that the current user has seen; never goes back.

        In a cursor of its own: two tabs must not make each other fail to serialize.

        :return: True
        """
        self.flush_model()
        query = SQL(
            """INSERT INTO fusion_helpdesk_ticket_seen AS seen
                   (user_id, central_ticket_id, last_seen_message_id,
                    create_uid, create_date, write_uid, write_date)
               VALUES (%(uid)s, %(ticket)s, %(message)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
               ON CONFLICT (user_id, central_ticket_id) DO UPDATE
               SET last_seen_message_id = excluded.last_seen_message_id,
                   write_date = excluded.write_date
               WHERE seen.last_seen_message_id < excluded.last_seen_message_id""",
            uid=self.env.uid,
            ticket=central_ticket_id,
            message=last_message_id or 0,
            now=fields.Datetime.now(),
        )
        with own_cursor(self.env, read_committed=True) as cr:
            cr.execute(query)
        self.invalidate_model()
        return True

    @api.model
    def _seen_map(self, central_ticket_ids):
        """:return: {ticket id: newest message id seen} of the current user"""
        domain = [
            ("user_id", "=", self.env.uid),
            ("central_ticket_id", "in", list(central_ticket_ids)),
        ]
        rows = self.search_fetch(domain, ["central_ticket_id", "last_seen_message_id"])
        return {row.central_ticket_id: row.last_seen_message_id for row in rows}

    def write(self, vals):
        """A mark never goes back, whoever writes it."""
        if "last_seen_message_id" not in vals:
            return super().write(vals)
        newest = vals["last_seen_message_id"] or 0
        older = self.filtered(lambda row: row.last_seen_message_id < newest)
        rest = {name: value for name, value in vals.items() if name != "last_seen_message_id"}
        super(FusionHelpdeskTicketSeen, older).write(vals)
        return super(FusionHelpdeskTicketSeen, self - older).write(rest)
