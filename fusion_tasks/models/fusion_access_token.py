from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL, mute_logger

from odoo.addons.fusion_base.tools.signing import hash_token, new_token


class FusionAccessToken(models.Model):
    """Links for people without a login. Only the hash of a token is kept, beside its scope."""

    _name = "fusion.access.token"
    _description = "Access Token"
    _rec_name = "scope"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    scope = fields.Char(required=True)
    token_hash = fields.Char(required=True, help="SHA-256, hex.")
    cycle = fields.Char(help="What the link belongs to; all links of a cycle are revoked together.")
    expires_at = fields.Datetime(required=True)
    revoked_at = fields.Datetime()
    last_used_at = fields.Datetime()
    use_count = fields.Integer()

    _token_hash_uniq = models.Constraint("UNIQUE (token_hash)", "Two tokens have the same hash.")
    _record = models.Index("(res_model, res_id)")

    @api.model
    def _issue(self, record, scope, cycle="", days=60):
        """:param days: lifetime, fractions allowed
        :return: the raw token, which is stored nowhere
        """
        record.ensure_one()
        raw = new_token()
        self.sudo().create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "scope": scope,
                "token_hash": hash_token(raw),
                "cycle": cycle,
                "expires_at": fields.Datetime.now() + timedelta(days=days),
            }
        )
        return raw

    @api.model
    def _resolve(self, raw, scope, is_use=False):
        """Reading counts nothing, because mail scanners follow links.

        :param is_use: count it: the reader acts, rather than looks
        :return: ``(record, reason)``; reason is ``ok``, ``unknown``, ``expired`` or ``revoked``;
        the record comes without rights of the reader (sudo), and is None unless ``ok`` or
        ``expired``
        """
        token = self.sudo().search(
            [("token_hash", "=", hash_token(str(raw or ""))), ("scope", "=", scope)]
        )
        record = token and token._get_record()
        if not record:
            return None, "unknown"
        if token.revoked_at:
            return None, "revoked"
        if token.expires_at <= fields.Datetime.now():
            return record, "expired"
        if is_use:
            token._count_use()
        return record, "ok"

    @api.model
    def _revoke(self, record, scope=None, cycle=None):
        """:param scope: only links of this scope; likewise ``cycle``
        :return: number of links that worked until now
        """
        domain = [
            ("res_model", "=", record._name),
            ("res_id", "in", record.ids),
            ("revoked_at", "=", False),
            ("expires_at", ">", fields.Datetime.now()),
        ]
        domain += [("scope", "=", scope)] if scope is not None else []
        domain += [("cycle", "=", cycle)] if cycle is not None else []
        tokens = self.sudo().search(domain)
        tokens.revoked_at = fields.Datetime.now()
        return len(tokens)

    def _get_record(self):
        """:return: what the link leads to, None when that is gone"""
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists() or None

    def _count_use(self):
        """Whoever opens the link at the same moment neither waits nor fails; one of them counts."""
        self.flush_recordset()
        count = SQL(
            """UPDATE fusion_access_token SET use_count = COALESCE(use_count, 0) + 1,
                      last_used_at = %s
                WHERE id = (SELECT id FROM fusion_access_token WHERE id = %s
                            FOR UPDATE SKIP LOCKED)""",
            fields.Datetime.now(),
            self.id,
        )
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(count)
        except SerializationFailure:
            return
        self.invalidate_recordset(["use_count", "last_used_at"])

    @api.autovacuum
    def _gc_tokens(self):
        limit = fields.Datetime.now() - timedelta(days=365)
        self.search([("expires_at", "<", limit)], limit=1000).unlink()
