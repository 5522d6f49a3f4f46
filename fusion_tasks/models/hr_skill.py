from odoo import models


class HrSkill(models.Model):
    _inherit = "hr.skill"

    def _fc_get_default_level(self):
        levels = self.skill_type_id.skill_level_ids
        return levels.filtered("default_level")[:1] or levels[:1]
