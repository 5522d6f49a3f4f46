import hmac
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.signing import hash_token

from .. import const


class FusionHelpdeskApprovalLink(models.Model):
    """Every link ever mailed to an owner; the only place that knows tokens, as hashes."""

    _name = "fusion.helpdesk.approval.link"
    _description = "Approval Link"
    _order = "id desc"
    _rec_name = "email"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, ondelete="cascade", index=True)
    token_hash = fields.Char(required=True, groups="base.group_no_one")
    kind = fields.Selection(
        [("initial", "First mail"), ("reminder", "Reminder"), ("renewed", "Renewed")],
        required=True,
    )
    email = fields.Char()
    expires_at = fields.Datetime(help="Empty: never.")
    used_at = fields.Datetime()
    revoked_at = fields.Datetime()
    revoke_reason = fields.Selection(
        [("decided", "Decided"), ("superseded", "Asked again"), ("withdrawn", "Withdrawn")]
    )
    decision = fields.Selection([("approve", "Approve"), ("reject", "Reject")])
    decided_ip = fields.Char("Address")
    decided_user_agent = fields.Char("Browser")
    shown_text = fields.Text("Text Shown")
    shown_sha256 = fields.Char("Text's SHA-256")

    _token_hash_uniq = models.UniqueIndex("(token_hash)")

    @api.model
    def _find(self, token):
        """:return: the link of a token, sudo, maybe empty; compared in constant time"""
        given = hash_token(token or "")
        link_sudo = self.sudo().search([("token_hash", "=", given)], limit=1)
        is_same = hmac.compare_digest(given, link_sudo.token_hash or "")
        return link_sudo if is_same else link_sudo.browse()

    def _is_expired(self):
        self.ensure_one()
        return bool(self.expires_at and self.expires_at < fields.Datetime.now())

    def _revoke(self, reason):
        """End the links that are still open."""
        is_open = self.filtered(lambda link: not link.used_at and not link.revoked_at)
        is_open.write({"revoked_at": fields.Datetime.now(), "revoke_reason": reason})

    @api.autovacuum
    def _gc_links(self):
        """Remove what was used or revoked more than 400 days ago."""
        before = fields.Datetime.now() - timedelta(days=const.LINK_KEEP_DAYS)
        self.sudo().search(["|", ("used_at", "<", before), ("revoked_at", "<", before)]).unlink()
