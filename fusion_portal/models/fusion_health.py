from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        visits_sudo = self.env["fusion.assessment.visit"].sudo()
        waiting = visits_sudo.search_count(
            [("state", "=", "client_pending"), ("visit_date", "<", "today -7d")]
        )
        label = self.env._("Home visits that wait for the client for a week")
        return super()._fusion_health_checks() + [
            self._fusion_make_check(
                "fusion_portal.unsigned", label, bool(waiting), waiting, "visits"
            ),
            self._fusion_check_jobs("fusion_portal"),
        ]

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [
            self._fusion_make_invariant(
                "fusion_portal.done_is_whole", self._find_unfinished(), "visits"
            )
        ]

    def _find_unfinished(self):
        """:return: ids of completed visits with an item that is neither completed nor cancelled"""
        return self._fusion_select_ids(
            """SELECT v.id FROM fusion_assessment_visit v
                 JOIN (SELECT visit_id, state FROM fusion_assessment
                        UNION ALL
                       SELECT visit_id, state FROM fusion_accessibility_assessment) AS item
                   ON item.visit_id = v.id
                WHERE v.state = 'done' AND item.state NOT IN ('completed', 'cancelled')
                GROUP BY v.id"""
        )
