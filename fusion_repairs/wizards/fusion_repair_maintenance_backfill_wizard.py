from odoo import fields, models


class FusionRepairMaintenanceBackfillWizard(models.TransientModel):
    _name = "fusion.repair.maintenance.backfill.wizard"
    _description = "Enrol What Was Sold Earlier"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    category_ids = fields.Many2many(
        "fusion.repair.product.category",
        "fusion_repair_backfill_wizard_category_rel",
        string="Types",
        help="Empty: all that are maintained.",
    )
    date_from = fields.Date("Sold From")
    date_to = fields.Date("Sold Until")
    delivered_only = fields.Boolean("Delivered Alone", default=True)
    stagger_weeks = fields.Integer("Spread Over (weeks)", default=8, required=True)
    max_per_day = fields.Integer("At Most per Day", default=10, required=True)
    skip_weekends = fields.Boolean("Not on Weekends", default=True)

    def _create_run(self):
        """:return: the run, not scanned"""
        self.ensure_one()
        names = ("date_from", "date_to", "delivered_only", "stagger_weeks", "max_per_day",
                 "skip_weekends")  # fmt: skip
        return self.env["fusion.repair.backfill.run"].create(
            {
                "company_id": self.company_id.id,
                "category_ids": [(6, 0, self.category_ids.ids)],
                **{name: self[name] for name in names},
            }
        )

    def action_scan(self):
        """:return: action that opens the run with what was found"""
        run = self._create_run()
        run.action_scan()
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
