from odoo import models

from odoo.addons.fusion_tasks.services.openings import to_local


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def write(self, vals):
        promised = {}
        if "date_planned" in vals:
            promised = {line: line._fc_get_arrival() for line in self if line._fc_is_promised()}
        result = super().write(vals)
        for line, day in promised.items():
            if line._fc_get_arrival() > day:
                line._fc_tell_late(day)
        return result

    def _fc_is_promised(self):
        """A vendor has said when; a draft is only a wish."""
        jobs = self.sudo().move_dest_ids.repair_id
        return bool(self.date_planned and jobs and self.state in ("sent", "purchase"))

    def _fc_get_arrival(self):
        """:return: the company's local day"""
        return to_local(self.date_planned, self.company_id._fc_tz()).date()

    def _fc_tell_late(self, promised):
        for repair in self.sudo().move_dest_ids.repair_id:
            office = repair.with_context(lang=repair._fc_get_coordinator().lang)
            office._fc_tell_late_part(self.product_id, promised, self._fc_get_arrival())
