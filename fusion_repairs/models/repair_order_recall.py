from odoo import fields, models


class RepairOrderRecall(models.Model):
    """The job of a recall: when it is done, so are its units."""

    _inherit = "repair.order"

    x_fc_recall_line_ids = fields.One2many(
        "fusion.repair.recall.line", "repair_id", "Recalled Units", readonly=True
    )

    def action_repair_done(self):
        """A unit that the recall stopped may be used again."""
        result = super().action_repair_done()
        done = self.sudo().filtered(lambda job: job.state == "done")
        done.x_fc_recall_line_ids._free_units()
        return result
