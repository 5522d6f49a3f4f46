from odoo import api, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        warehouses._fc_make_field_repairs()
        return warehouses

    def _fc_make_field_repairs(self):
        """One operation type per warehouse for jobs at the client's home: the unit stands with the
        client before and after, so company stock is left alone."""
        customers = self.env.ref("stock.stock_location_customers")
        for warehouse in self:
            if warehouse._fc_find_field_repairs():
                continue
            repairs = warehouse.repair_type_id
            self.env["stock.picking.type"].sudo().create(
                {
                    "name": self.env._("Field Repairs"),
                    "code": "repair_operation",
                    "sequence_code": "FR",
                    "warehouse_id": warehouse.id,
                    "company_id": warehouse.company_id.id,
                    "default_location_src_id": warehouse.lot_stock_id.id,
                    "default_location_dest_id": repairs.default_location_dest_id.id,
                    "default_remove_location_dest_id": repairs.default_remove_location_dest_id.id,
                    "default_recycle_location_dest_id": repairs.default_recycle_location_dest_id.id,
                    "default_product_location_src_id": customers.id,
                    "default_product_location_dest_id": customers.id,
                    "sequence": repairs.sequence + 1,
                }
            )

    def _fc_find_field_repairs(self):
        """:return: the operation type of this warehouse for jobs at home"""
        domain = [("code", "=", "repair_operation"), ("sequence_code", "=", "FR")]
        return self.env["stock.picking.type"].search(
            domain + [("warehouse_id", "=", self.id)], limit=1
        )
