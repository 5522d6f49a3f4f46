from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionRepairProductCategory(models.Model):
    """A type of equipment: whether and how it is maintained, who may work on it."""

    _name = "fusion.repair.product.category"
    _description = "Equipment Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Lower case, e.g. stair_lift.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    image = fields.Image(max_width=512, max_height=512)
    color = fields.Integer()
    equipment_class = fields.Selection(
        [("standard", "Standard"), ("lift_elevating", "Lift and Elevating")],
        required=True,
        default="standard",
        help="Chooses the rate card.",
    )
    safety_critical = fields.Boolean(help="A passed visit issues an inspection certificate.")
    maintenance_category_id = fields.Many2one("maintenance.equipment.category", copy=False)
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id, required=True
    )
    x_fc_maintenance_enabled = fields.Boolean("Maintenance")
    x_fc_maintenance_interval_months = fields.Integer("Interval (months)", default=6)
    x_fc_maintenance_fee = fields.Monetary("Fee", help="Flat fee of a visit, before tax.")
    x_fc_maintenance_duration_hours = fields.Float("Duration", default=1.0)
    x_fc_maintenance_skill_id = fields.Many2one(
        "hr.skill", "Skill for Maintenance", help="Empty: any technician."
    )
    x_fc_repair_skill_ids = fields.Many2many("hr.skill", string="Skills for Repairs")
    x_fc_maintenance_service_product_id = fields.Many2one(
        "product.product", "Service Product", domain=[("type", "=", "service")]
    )
    x_fc_identity_regime = fields.Selection(
        [("serial", "By Serial Number"), ("line", "By Sale Line")],
        "Identity",
        required=True,
        default="line",
        help="How a unit sold earlier is recognized.",
    )
    x_fc_certificate_validity_months = fields.Integer("Certificate Valid (months)", default=12)
    intake_template_id = fields.Many2one("fusion.repair.intake.template", "Intake Questions")
    symptom_ids = fields.One2many("fusion.repair.symptom", "category_id", "Symptoms")
    flowchart_ids = fields.One2many("fusion.repair.flowchart", "category_id")
    checklist_item_ids = fields.One2many("fusion.repair.checklist.template.item", "category_id")

    _code_uniq = models.Constraint("UNIQUE (code)", "Another category has this code.")
    _interval_not_negative = models.Constraint(
        "CHECK (x_fc_maintenance_interval_months >= 0)", "An interval cannot be negative."
    )

    @api.constrains(
        "x_fc_maintenance_enabled", "x_fc_maintenance_fee", "x_fc_maintenance_duration_hours",
        "x_fc_maintenance_interval_months", "x_fc_certificate_validity_months",
    )  # fmt: skip
    def _check_policy(self):
        for category in self:
            if category.x_fc_maintenance_enabled and category.x_fc_maintenance_interval_months < 1:
                raise ValidationError(
                    self.env._("%(name)s: maintenance needs an interval.", name=category.name)
                )
            if category.x_fc_maintenance_fee < 0:
                raise ValidationError(self.env._("A fee cannot be negative."))
            if not 0.25 <= category.x_fc_maintenance_duration_hours <= 8:
                raise ValidationError(self.env._("A visit lasts from a quarter hour to 8 hours."))
            if category.x_fc_certificate_validity_months < 1:
                raise ValidationError(self.env._("A certificate is valid for at least a month."))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean(vals) for vals in vals_list]
        categories = super().create(vals_list)
        for category in categories.filtered(lambda one: not one.maintenance_category_id):
            category.maintenance_category_id = (
                self.env["maintenance.equipment.category"].sudo().create({"name": category.name})
            )
        return categories

    def write(self, vals):
        return super().write(self._clean(vals))

    def copy_data(self, default=None):
        return [
            {**vals, "code": f"{category.code}_copy", **(default or {})}
            for category, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model
    def _clean(self, vals):
        """The database would refuse a negative interval first, with a rougher message."""
        if vals.get("x_fc_maintenance_interval_months", 0) < 0:
            raise ValidationError(self.env._("An interval cannot be negative."))
        return {**vals, "code": vals["code"].strip().lower()} if vals.get("code") else vals

    def _get_questions(self, online=False):
        """:param online: those for clients alone
        :return: questions of the own published template, else of one for this type, else of one
            for all types
        """
        templates = self.env["fusion.repair.intake.template"].sudo().search(
            [("published", "=", True), ("category_id", "in", [False, *self.ids])],
            order="category_id, version desc, id desc",
        )  # fmt: skip
        own = self.intake_template_id.filtered("published")
        of_type = templates.filtered("category_id")
        questions = (own or of_type or templates)[:1].question_ids
        return questions.filtered("client_visible") if online else questions

    def action_apply_policy(self):
        """:return: action that shows which contracts would change, to choose from"""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["fusion.repair.policy.apply"]._make(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply to Contracts"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "new",
        }

    def _get_service_product(self):
        """:return: what a visit is sold as"""
        own = self.x_fc_maintenance_service_product_id
        return own or self.env.ref("fusion_repairs.product_maintenance_visit")
