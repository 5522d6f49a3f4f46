from odoo import fields, models

from odoo.addons.fusion_base.tools.signing import hash_token, new_token


class ResUsers(models.Model):
    """The link of the person's calendar feed. Only the hash of its token is kept."""

    _inherit = "res.users"

    x_fclk_ics_token = fields.Char(
        "Calendar Feed", copy=False, readonly=True, groups=fields.NO_ACCESS
    )

    _x_fclk_ics_token_idx = models.UniqueIndex(
        "(x_fclk_ics_token) WHERE x_fclk_ics_token IS NOT NULL"
    )

    def _fclk_renew_feed(self):
        """Make a new link; the one before stops working.

        :return: the link's address on this server, shown once
        """
        self.ensure_one()
        token = new_token()
        self.sudo().x_fclk_ics_token = hash_token(token)
        return f"{self.get_base_url()}/my/clock/schedule.ics?token={token}"

    def _fclk_find_by_feed(self, token):
        """:return: the active user (sudo) of a feed's token, or empty"""
        users = self.sudo()
        if not isinstance(token, str) or not token:
            return users.browse()
        return users.search([("x_fclk_ics_token", "=", hash_token(token))], limit=1)
