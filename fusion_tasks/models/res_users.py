from odoo import api, fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = "res.users"

    x_fc_is_technician = fields.Boolean("Technician")
    x_fc_repair_skills = fields.Many2many(
        "hr.skill",
        string="Skills",
        compute="_compute_x_fc_repair_skills",
        inverse="_inverse_x_fc_repair_skills",
        search="_search_x_fc_repair_skills",
        help="Skills of the employee that are valid today.",
    )
    x_fc_start_partner_id = fields.Many2one(
        "res.partner",
        "Day Starts At",
        groups="fusion_tasks.group_manager",
        help="Empty: the employee's work address, else the company's.",
    )
    x_fc_brief_on = fields.Date("Day Last Sent", readonly=True, copy=False)
    x_fc_max_tasks_per_day = fields.Integer("Most Tasks a Day", help="0: no limit.")

    @api.depends("x_fc_is_technician")
    def _compute_x_fc_repair_skills(self):
        rows = self._fc_get_skill_rows()
        for user in self:
            mine = rows.filtered(lambda row, user=user: row.employee_id.user_id == user)
            user.x_fc_repair_skills = mine.skill_id

    def _inverse_x_fc_repair_skills(self):
        """A new skill gets its type's default level; one taken away ends yesterday."""
        for user in self:
            rows = user._fc_get_skill_rows()
            wanted = user.x_fc_repair_skills
            rows.filtered(lambda row, wanted=wanted: row.skill_id not in wanted)._fc_end()
            employee = user.sudo().employee_ids[:1]
            self.env["hr.employee.skill"].sudo().create(
                [
                    {
                        "employee_id": employee.id,
                        "skill_type_id": skill.skill_type_id.id,
                        "skill_id": skill.id,
                        "skill_level_id": skill._fc_get_default_level().id,
                        "valid_from": fields.Date.today(),
                    }
                    for skill in (wanted - rows.skill_id if employee else [])
                ]
            )

    def _search_x_fc_repair_skills(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self.env["hr.employee.skill"].sudo()
        today = fields.Date.today()
        found = rows.search(Domain("skill_id", "in", value) & rows._fc_valid_on(today))
        return [("id", "in", found.employee_id.user_id.ids)]

    @api.model
    def _fc_portal_rep_tiles(self):
        """Hook: what a sales representative sees on the portal's home.

        :return: list of ``{"title", "url", "counts": [(label, number)], "sequence"}``
        """
        return []

    def _fc_get_skill_rows(self):
        rows = self.env["hr.employee.skill"].sudo()
        mine = Domain("employee_id.user_id", "in", self.ids)
        return rows.search(mine & rows._fc_valid_on(fields.Date.today()))

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._fc_ensure_employee()
        return users

    def write(self, vals):
        result = super().write(vals)
        if vals.get("x_fc_is_technician"):
            self._fc_ensure_employee()
        if vals.get("active") is False or vals.get("x_fc_is_technician") is False:
            self.env["fusion.technician.task"]._alert_left(self)
        return result

    def _fc_ensure_employee(self):
        """Working hours, leaves and skills hang on the employee."""
        missing = self.sudo().filtered(
            lambda user: (
                user.x_fc_is_technician and user.company_id not in user.employee_ids.company_id
            )
        )
        self.env["hr.employee"].sudo().create(
            [
                {"name": user.name, "user_id": user.id, "company_id": user.company_id.id}
                for user in missing
            ]
        )
