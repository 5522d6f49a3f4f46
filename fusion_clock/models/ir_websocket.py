from odoo import models


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Leads, managers and kiosks hear when somebody of their companies clocks."""
        channels = super()._build_bus_channel_list(channels)
        if self.env.uid:
            channels.extend(self.env["fusion.clock.board"]._get_channels())
        return channels
