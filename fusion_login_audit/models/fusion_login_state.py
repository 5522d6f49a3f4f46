from odoo import api, fields, models
from odoo.tools import SQL


class FusionLoginState(models.Model):
    """One row: how far the export came, when the web lookup may go on, where the chain ends."""

    _name = "fusion.login.state"
    _description = "Login Audit State"
    _log_access = False

    export_seal_no = fields.Integer()
    export_error = fields.Char(size=255)
    export_failures = fields.Integer(help="Faults in a row; they lengthen the wait.")
    export_retry_at = fields.Datetime()
    geo_retry_at = fields.Datetime()
    head_seal_no = fields.Integer()
    head_hash = fields.Char(size=64)

    @api.model
    def _fc_get(self):
        """:return: the one row, sudo"""
        state_sudo = self.sudo().search([], limit=1)
        return state_sudo or self.sudo().create({})

    @api.model
    def _fc_get_head(self):
        """:return: (seal_no, hash) of the last seal made; (0, 64 zeros) before the first"""
        self.env.cr.execute(
            SQL("SELECT head_seal_no, head_hash FROM fusion_login_state ORDER BY id LIMIT 1")
        )
        row = self.env.cr.fetchone()
        return (row[0], row[1]) if row and row[0] else (0, "0" * 64)
