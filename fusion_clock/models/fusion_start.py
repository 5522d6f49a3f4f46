from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        user = self.env.user
        if self.env["hr.employee"]._fclk_get_own():
            links.append({"label": self.env._("My clock"), "url": "/my/clock", "sequence": 9})
        kiosk = user.has_group("fusion_clock.group_fusion_clock_kiosk")
        if kiosk and self.env["ir.config_parameter"]._fclk_get_bool("enable_nfc_kiosk"):
            label = self.env._("Card kiosk")
            links.append({"label": label, "url": "/fusion_clock/kiosk/nfc", "sequence": 10})
        if user.has_group("fusion_clock.group_fusion_clock_team_lead"):
            label = self.env._("Attendances")
            links.append({"label": label, "url": "/odoo/attendances", "sequence": 11})
            label = self.env._("Clock dashboard")
            links.append({"label": label, "url": "/odoo/clock-dashboard", "sequence": 12})
            label = self.env._("Shift planner")
            links.append({"label": label, "url": "/odoo/shift-planner", "sequence": 13})
        if self.env["fusion.clock.board"]._may_see():
            label = self.env._("Who is in")
            links.append({"label": label, "url": "/fusion_clock/board", "sequence": 14})
        return links
