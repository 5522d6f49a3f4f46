from odoo import fields, models


class FusionLoginNote(models.Model):
    """Why a sealed event reads otherwise than it was sealed: an administrator anonymised it.

    ``mac`` covers the other columns; ``payload_hash`` is SHA-256 of the event as it reads now, so
    a later change of the same event is found again.
    """

    _name = "fusion.login.note"
    _description = "Anonymised Login Event"
    _log_access = False

    event_id = fields.Integer(required=True)
    payload_hash = fields.Char(size=64, required=True)
    actor_uid = fields.Integer(required=True)
    noted_at = fields.Datetime(required=True)
    mac = fields.Char(size=64, required=True)

    _event_uniq = models.UniqueIndex("(event_id)")
