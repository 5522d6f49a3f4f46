from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Device types come with funded sales; without them their map has nothing to map."""
        hidden = super()._load_menus_blacklist()
        if not self.env["sale.order.line"]._fc_has_device_types():
            hidden.append(self.env.ref("fusion_repairs.menu_device_types").id)
        return hidden
