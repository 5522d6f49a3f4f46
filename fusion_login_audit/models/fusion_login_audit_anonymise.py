import hashlib
import hmac as hmac_lib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import hmac

from odoo.addons.fusion_base.tools import chain

from .. import const
from .fusion_login_audit_seal import get_key, get_payload, read_columns


def _digest(payload):
    return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()


def _sign(event_id, payload_hash, actor_uid, noted_at):
    items = {"event_id": event_id, "payload_hash": payload_hash, "actor_uid": actor_uid,
             "noted_at": noted_at}  # fmt: skip
    return chain.seal(chain.GENESIS, chain.make_payload(items.items()), get_key())


class FusionLoginAudit(models.Model):
    """Taking the name off the events of a user who is gone, without breaking the chain."""

    _inherit = "fusion.login.audit"

    def action_anonymise(self):
        """Replace the login of a deleted user's events by a keyed hash, and keep a signed note.

        The same login always gets the same hash, so that events still belong together. Nothing is
        sealed anew; the action is an event of its own.

        :raise AccessError: for anybody but a system administrator
        :raise UserError: an event belongs to a user who still exists
        """
        self.check_access("read")
        if any(event.user_id or not event.user_ref for event in self):
            raise UserError(
                self.env._("Only events of deleted users can be anonymised: delete the user first.")
            )
        rest = self.filtered(lambda event: not event.attempted_login.startswith(const.ANONYMOUS))
        for user_ref in dict.fromkeys(event.user_ref for event in rest):
            rest.filtered(lambda event, ref=user_ref: event.user_ref == ref)._fc_anonymise()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _fc_anonymise(self):
        """Events of one deleted user."""
        for login in dict.fromkeys(event.attempted_login for event in self):
            digest = hmac(self.env(su=True), "fusion_login_audit.anonymise", login)
            alias = const.ANONYMOUS + digest[:16]
            query = "UPDATE fusion_login_audit SET attempted_login = %s WHERE id IN %s"
            events = self.filtered(lambda event, login=login: event.attempted_login == login)
            self.env.cr.execute(SQL(query, alias, tuple(events.ids)))
            query = "UPDATE fusion_login_alert SET attempted_login = %s WHERE attempted_login = %s"
            self.env.cr.execute(SQL(query, alias, login))
        self._fc_write_notes()
        self.env["res.users"]._fc_record_event(
            "success",
            alias,
            event_type="anonymised",
            durable=False,
            user_ref=self[0].user_ref,
            actor_uid=self.env.uid,
            detail=f"{len(self)} events",
        )
        self.env["fusion.login.alert"].invalidate_model(flush=False)
        self._fc_forget()

    def _fc_write_notes(self):
        """Events without a seal need none: they are sealed as they read now."""
        now, notes = fields.Datetime.now(), []
        for row in read_columns(self.env.cr, SQL("id IN %s AND seal_no IS NOT NULL",
                                                 tuple(self.ids))):  # fmt: skip
            digest = _digest(get_payload(row))
            notes.append(
                (row[0], digest, self.env.uid, now, _sign(row[0], digest, self.env.uid, now))
            )
        if notes:
            self.env.cr.execute_values(
                """INSERT INTO fusion_login_note
                          (event_id, payload_hash, actor_uid, noted_at, mac) VALUES %s""",
                notes,
            )

    @api.model
    def _fc_is_excused(self, event_id, payload):
        """:return: whether a note with a good mac says that the event reads so"""
        self.env.cr.execute(
            SQL(
                """SELECT payload_hash, actor_uid, noted_at, mac FROM fusion_login_note
                    WHERE event_id = %s""",
                event_id,
            )
        )
        for payload_hash, actor_uid, noted_at, mac in self.env.cr.fetchall():
            expected = _sign(event_id, payload_hash, actor_uid, noted_at)
            return hmac_lib.compare_digest(expected, mac) and payload_hash == _digest(payload)
        return False
