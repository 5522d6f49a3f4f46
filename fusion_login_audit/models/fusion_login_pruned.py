from odoo import fields, models


class FusionLoginPruned(models.Model):
    """A run of chain numbers that retention removed; ``mac`` proves that retention did it."""

    _name = "fusion.login.pruned"
    _description = "Removed Login Events"
    _log_access = False

    first_seal = fields.Integer(required=True)
    last_seal = fields.Integer(required=True)
    last_hash = fields.Char(size=64, required=True)
    cutoff = fields.Datetime(required=True)
    removed_at = fields.Datetime(required=True)
    mac = fields.Char(size=64, required=True)

    _first_uniq = models.UniqueIndex("(first_seal)")
