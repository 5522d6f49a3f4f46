from odoo import fields, models
from odoo.tools import SQL

from .. import const


class FusionRepairQuality(models.Model):
    """One row for each job that was done, maintenance apart: whether the unit stayed in order, how
    long it took, and why somebody had to come again."""

    _name = "fusion.repair.quality"
    _description = "Quality of Repairs"
    _auto = False
    _order = "done_on desc, id desc"
    _rec_name = "repair_id"
    _depends = {
        "repair.order": [
            "company_id",
            "state",
            "x_fc_category_id",
            "x_fc_done_on",
            "x_fc_equipment_id",
            "x_fc_intake_source",
            "x_fc_repair_type",
            "x_fc_symptom_id",
        ],
        "fusion.technician.task": [
            "completed_at",
            "status",
            "technician_id",
            "x_fc_outcome",
            "x_fc_repair_id",
        ],
    }

    repair_id = fields.Many2one("repair.order", "Job", readonly=True)
    equipment_id = fields.Many2one("maintenance.equipment", "Unit", readonly=True)
    category_id = fields.Many2one("fusion.repair.product.category", "Type", readonly=True)
    symptom_id = fields.Many2one("fusion.repair.symptom", readonly=True)
    technician_id = fields.Many2one(
        "res.users", readonly=True, help="Who came first: the first visit is the one that counts."
    )
    done_on = fields.Datetime(readonly=True)
    first_time_fix = fields.Float(
        "Fixed the First Time (%)",
        aggregator="avg",
        digits=(5, 1),
        readonly=True,
        help="100 when the unit had no return visit and no other job in the 30 days after, else 0.",
    )
    days_to_done = fields.Float("Days to Done", aggregator="avg", digits=(7, 1), readonly=True)
    reason = fields.Selection(
        [
            ("needs_parts", "Needed parts"),
            ("needs_repair", "Needed a repair"),
            ("again", "Another job within 30 days"),
        ],
        "Reason of the Return",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        """A job without a unit cannot come back: its ``first_time_fix`` is empty, not 0."""
        return SQL(
            """SELECT r.id, r.id AS repair_id, r.company_id, r.x_fc_equipment_id AS equipment_id,
                      r.x_fc_category_id AS category_id, r.x_fc_symptom_id AS symptom_id,
                      (SELECT task.technician_id FROM fusion_technician_task task
                        WHERE task.x_fc_repair_id = r.id AND task.status = 'completed'
                        ORDER BY task.completed_at, task.id LIMIT 1) AS technician_id,
                      r.x_fc_done_on AS done_on, back.reason,
                      CASE WHEN r.x_fc_equipment_id IS NULL THEN NULL
                           WHEN back.reason IS NULL THEN 100.0 ELSE 0.0 END AS first_time_fix,
                      EXTRACT(EPOCH FROM r.x_fc_done_on - r.create_date) / 86400 AS days_to_done
                 FROM repair_order r
                 LEFT JOIN LATERAL (
                      (SELECT task.x_fc_outcome AS reason FROM fusion_technician_task task
                        WHERE task.x_fc_repair_id = r.id AND task.status = 'completed'
                          AND task.x_fc_outcome IN ('needs_parts', 'needs_repair')
                        ORDER BY task.completed_at, task.id LIMIT 1)
                      UNION ALL
                      (SELECT 'again' FROM repair_order again
                        WHERE again.x_fc_equipment_id = r.x_fc_equipment_id
                          AND again.id != r.id AND again.state != 'cancel'
                          AND again.x_fc_repair_type IS DISTINCT FROM 'maintenance'
                          AND again.x_fc_intake_source IS DISTINCT FROM 'recall'
                          AND again.create_date > r.x_fc_done_on
                          AND again.create_date <= r.x_fc_done_on + make_interval(days => %s)
                        LIMIT 1)
                      LIMIT 1) AS back ON TRUE
                WHERE r.state = 'done' AND r.x_fc_repair_type IS DISTINCT FROM 'maintenance'
                  AND r.x_fc_intake_source IS DISTINCT FROM 'recall'""",
            const.RETURN_DAYS,
        )
