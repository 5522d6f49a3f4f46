from odoo import api, models

#: What the portal shows: model, and its field of the client.
_CLIENT_FIELDS = {
    "repair.order": "partner_id",
    "maintenance.equipment": "x_fc_client_id",
    "fusion.repair.maintenance.contract": "partner_id",
    "fusion.repair.service.plan.subscription": "partner_id",
    "fusion.repair.inspection.certificate": "equipment_id.x_fc_client_id",
}


class ResUsers(models.Model):
    _inherit = "res.users"

    def _fc_is_field_only(self):
        """:return: whether this is a technician without the office's rights"""
        is_field = self.has_group("fusion_repairs.group_field")
        return is_field and not self.has_group("fusion_repairs.group_user")

    def _fc_get_portal_domain(self, model):
        """:return: domain of the records of this user's household or company"""
        self.ensure_one()
        root = self.partner_id.commercial_partner_id
        companies = self.company_ids.ids
        if model == "maintenance.equipment":
            companies = [False, *companies]
        return [
            (_CLIENT_FIELDS[model], "child_of", root.ids),
            ("company_id", "in", companies),
        ]

    @api.model
    def _fc_portal_rep_tiles(self):
        tiles = super()._fc_portal_rep_tiles()
        found = self.env["repair.order"]._fc_sales_rep_tile(self.env.user)
        counts = [
            (self.env._("Open"), found["open"]),
            (self.env._("Waiting for the client"), found["waiting_client"]),
            (self.env._("Done in 30 days"), found["done_30d"]),
        ]
        tile = {"title": self.env._("Repairs"), "url": found["url"], "counts": counts,
                "sequence": 40}  # fmt: skip
        return [*tiles, tile]
