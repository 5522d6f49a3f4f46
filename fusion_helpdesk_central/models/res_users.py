from odoo import api, models

from .. import rpc_target


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """A bot may call the gateway, and no other model, whatever that model allows.

        Access rights alone leave the methods that check none (``fields_get``, ``default_get``).

        :raise AccessError: for a bot that calls anything else
        """
        done = super()._check_uid_passwd(uid, passwd)
        if not rpc_target.is_gateway():
            self.env["fusion.helpdesk.client.key"]._refuse_bot(uid)
        return done
