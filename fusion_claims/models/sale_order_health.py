from odoo import models
from odoo.exceptions import AccessError, UserError

from .. import const


class SaleOrder(models.Model):
    """The health details of a case's client, for who runs the case: rights on contacts would open
    every contact of the company."""

    _inherit = "sale.order"

    def action_fc_client_health(self):
        """:return: the dialog's action"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Client's Health Details"),
            "res_model": "fusion_claims.client.health.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sale_order_id": self.id},
        }

    def _fc_get_health_client(self):
        """:return: res.partner (sudo)
        :raise AccessError: not the user's case, or no right to health information
        :raise UserError: a sale without a funder has no use for them"""
        self.ensure_one()
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(const.HEALTH):
            raise AccessError(self.env._("Health information is for those who run cases."))
        if not self._fc_pipeline():
            raise UserError(self.env._("%s has no funding pipeline.", self.name))
        return self.partner_id.sudo()

    def _fc_get_client_health(self):
        """:return: ``{field of const.CLIENT_HEALTH: value}``; a look that is logged"""
        client_sudo = self._fc_get_health_client()
        self.env["fusion.phi.access.log"]._log(client_sudo, "view", "health details")
        return {name: client_sudo[name] for name in const.CLIENT_HEALTH}

    def _fc_set_client_health(self, vals):
        """Write what has changed; the case notes which details, never what they say.

        :param vals: of fields of const.CLIENT_HEALTH, others are left out
        """
        client_sudo = self._fc_get_health_client()
        vals = client_sudo._fc_prepare_health_vals(
            {name: vals[name] for name in const.CLIENT_HEALTH if name in vals}
        )
        changed = {
            name: value for name, value in vals.items() if (value or False) != client_sudo[name]
        }
        if not changed:
            return
        client_sudo.write(changed)
        labels = [client_sudo._fields[name]._description_string(self.env) for name in changed]
        self._message_log(
            body=self.env._(
                "Health details of %(name)s changed: %(details)s",
                name=client_sudo.name,
                details=", ".join(labels),
            )
        )
