from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        overdue = contracts_sudo.search_count(
            [
                ("state", "=", "active"),
                ("next_due_date", "<", "today -30d"),
                ("visit_ids", "not any", [("state", "in", ("scheduled", "in_progress"))]),
            ]
        )
        label = self.env._("Units overdue for 30 days without a booked visit")
        return super()._fusion_health_checks() + [
            self._fusion_make_check(
                "fusion_repairs.overdue", label, bool(overdue), overdue, "contracts"
            ),
            self._fusion_check_jobs("fusion_repairs"),
        ]

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [
            self._fusion_make_invariant(
                "fusion_repairs.plan_visits_counted", self._find_miscounted_plans(), "plans"
            ),
            self._fusion_make_invariant(
                "fusion_repairs.visit_has_its_time", self._find_drifted_visits(), "visits"
            ),
        ]

    def _find_miscounted_plans(self):
        """:return: ids of sold plans whose visits used are not those that were booked on them"""
        return self._fusion_select_ids(
            """SELECT s.id FROM fusion_repair_service_plan_subscription s
                 LEFT JOIN fusion_repair_service_plan_burn b
                   ON b.subscription_id = s.id AND b.state = 'burned'
                GROUP BY s.id HAVING s.visits_used <> COUNT(b.id)"""
        )

    def _find_drifted_visits(self):
        """:return: ids of booked visits on another day than their job"""
        return self._fusion_select_ids(
            """SELECT v.id FROM fusion_repair_maintenance_visit v
                 JOIN fusion_technician_task t ON t.id = v.technician_task_id
                WHERE v.state = 'scheduled' AND t.scheduled_date IS NOT NULL
                  AND v.visit_date IS DISTINCT FROM t.scheduled_date"""
        )
