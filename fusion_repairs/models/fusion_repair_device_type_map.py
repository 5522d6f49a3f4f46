from odoo import api, fields, models


class FusionRepairDeviceTypeMap(models.Model):
    """Which type of equipment a funding programme's device type is."""

    _name = "fusion.repair.device.type.map"
    _description = "Device Type"
    _order = "device_type"
    _rec_name = "device_type"

    device_type = fields.Char(required=True)
    category_id = fields.Many2one("fusion.repair.product.category", required=True)

    _device_type_uniq = models.UniqueIndex("(lower(device_type))", "This device type is mapped.")

    @api.model
    def _find_all(self):
        """:return: category by device type in lower case"""
        return {one.device_type.lower(): one.category_id for one in self.search([("id", ">", 0)])}
