from odoo import api, fields, models
from odoo.tools import SQL


class FusionHelpdeskTicketDigest(models.Model):
    """The ids of this deployment's tickets: what the badge is counted from."""

    _name = "fusion.helpdesk.ticket.digest"
    _description = "Helpdesk Ticket Digest"
    _rec_name = "central_ticket_id"

    central_ticket_id = fields.Integer(required=True)
    x_fc_client_label = fields.Char(index=True)
    partner_email = fields.Char(index=True, help="Lower case.")
    reporter_uid = fields.Integer(
        index=True, help="The reporting user of this database, 0 if unknown."
    )
    last_support_msg_id = fields.Integer(
        help="Newest message that customers see and that the client's side did not write."
    )
    is_closed = fields.Boolean()
    synced_at = fields.Datetime()

    _central_ticket_uniq = models.Constraint(
        "UNIQUE(central_ticket_id)", "A ticket has one digest row."
    )

    @api.model
    def _upsert(self, rows, label):
        """:param rows: dicts of central's ``digest``, checked
        :return: list of (reporter_uid, partner_email) of the rows that changed
        """
        self.flush_model()
        if not rows:
            return []
        now = fields.Datetime.now()
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s)",
                row["id"], label, row["partner_email"], row["reporter_uid"],
                row["last_support_msg_id"], row["is_closed"], now,
            )
            for row in rows
        )  # fmt: skip
        self.env.cr.execute(
            SQL(
                """INSERT INTO fusion_helpdesk_ticket_digest AS digest
                       (central_ticket_id, x_fc_client_label, partner_email, reporter_uid,
                        last_support_msg_id, is_closed, synced_at)
                   VALUES %s
                   ON CONFLICT (central_ticket_id) DO UPDATE
                   SET x_fc_client_label = excluded.x_fc_client_label,
                       partner_email = excluded.partner_email,
                       reporter_uid = excluded.reporter_uid,
                       last_support_msg_id = excluded.last_support_msg_id,
                       is_closed = excluded.is_closed,
                       synced_at = excluded.synced_at
                   WHERE (digest.x_fc_client_label, digest.partner_email, digest.reporter_uid,
                          digest.last_support_msg_id, digest.is_closed)
                         IS DISTINCT FROM
                         (excluded.x_fc_client_label, excluded.partner_email,
                          excluded.reporter_uid, excluded.last_support_msg_id,
                          excluded.is_closed)
                   RETURNING reporter_uid, partner_email""",
                values,
            )
        )
        changed = self.env.cr.fetchall()
        self.invalidate_model()
        return changed
