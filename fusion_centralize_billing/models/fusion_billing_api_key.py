import re
import secrets
import string
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import consteq

from odoo.addons.fusion_base.tools.cursor import own_cursor
from odoo.addons.fusion_base.tools.signing import hash_token, new_token

from .. import const

ALPHABET = string.ascii_lowercase + string.digits
ABSENT_HASH = hash_token("")  # compared where no key has the prefix: equal time for all
READ = ("key_hash", "service_id", "scope", "revoked_at", "expires_at", "last_used_at")


class FusionBillingApiKey(models.Model):
    """A key of an app. Only the hash of its 256 random bits is kept."""

    _name = "fusion.billing.api.key"
    _description = "Billing API Key"
    _order = "id desc"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="service_id.company_id")
    name = fields.Char(required=True)
    prefix = fields.Char(required=True, size=8, readonly=True, copy=False)
    key_hash = fields.Char(required=True, copy=False, groups="base.group_no_one")
    scope = fields.Selection(
        [("all", "Everything"), ("usage", "Usage only"), ("read", "Read only")],
        required=True,
        default="all",
    )
    expires_at = fields.Datetime("Expires")
    revoked_at = fields.Datetime("Revoked", readonly=True, copy=False)
    last_used_at = fields.Datetime("Last Used", readonly=True, copy=False)
    is_unused = fields.Boolean(
        "Unused",
        compute="_compute_is_unused",
        help="Valid, and not used for 60 days: an open door that nobody needs.",
    )
    last_used_ip = fields.Char("Last Address", readonly=True, copy=False)

    _prefix_uniq = models.UniqueIndex("(prefix)")

    @api.model
    def _issue(self, service, name, scope, expires_at):
        prefix = "".join(secrets.choice(ALPHABET) for _letter in range(8))
        raw = f"fbk_{prefix}_{new_token()}"
        self.sudo().create(
            {
                "service_id": service.id,
                "name": name,
                "prefix": prefix,
                "key_hash": hash_token(raw),
                "scope": scope,
                "expires_at": expires_at,
            }
        )
        return raw

    @api.model
    def _authenticate(self, raw):
        """Found by its prefix, compared in constant time whether there is one or not."""
        match = re.fullmatch(const.KEY_PATTERN, raw or "")
        prefix = match[1] if match else ""
        key = self.sudo().search_fetch([("prefix", "=", prefix)], READ, limit=1)
        is_same = consteq(hash_token(raw or ""), key.key_hash or ABSENT_HASH)
        return key if match and is_same and key._is_valid() else key.browse()

    @api.depends("last_used_at", "revoked_at", "expires_at", "service_id.active")
    def _compute_is_unused(self):
        since = fields.Datetime.now() - timedelta(days=const.KEY_UNUSED_DAYS)
        for key in self:
            known = key.last_used_at or key.create_date
            key.is_unused = key._is_valid() and bool(known) and known < since

    def _is_valid(self):
        return bool(
            self.service_id.active
            and not self.revoked_at
            and (not self.expires_at or self.expires_at > fields.Datetime.now())
        )

    def _note_use(self, address):
        """At most once a minute, beside the request and only if nobody holds the row: pushes that
        run at the same moment must not wait for each other."""
        last = self.last_used_at
        if last and (fields.Datetime.now() - last).total_seconds() < const.KEY_USED_EVERY_S:
            return
        with own_cursor(self.env) as cr:
            cr.execute(
                """UPDATE fusion_billing_api_key
                      SET last_used_at = now() AT TIME ZONE 'utc', last_used_ip = %s
                    WHERE id IN (SELECT id FROM fusion_billing_api_key
                                  WHERE id = %s FOR UPDATE SKIP LOCKED)""",
                [(address or "")[:45], self.id],
            )

    def action_revoke(self):
        """From now on every request with this key is refused."""
        self.write({"revoked_at": fields.Datetime.now()})
        return True
