from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const


class FusionRepairIntakeWizard(models.TransientModel):
    """A report taken on the phone. A draft is kept for 30 days, however the window was left."""

    _name = "fusion.repair.intake.wizard"
    _description = "Report a Problem"
    _transient_max_hours = const.DRAFT_HOURS

    search_text = fields.Char("Find the Client", help="Phone, e-mail, name or serial number.")
    found_partner_ids = fields.Many2many("res.partner", compute="_compute_found_partner_ids")
    partner_id = fields.Many2one("res.partner", "Client")
    new_name = fields.Char("Name")
    new_email = fields.Char("E-mail")
    new_phone = fields.Char("Phone")
    new_street = fields.Char("Street")
    twin_warning = fields.Char(compute="_compute_twin_warning")
    equipment_id = fields.Many2one("maintenance.equipment", "Unit")
    category_id = fields.Many2one(
        "fusion.repair.product.category", "Type",
        compute="_compute_category_id", store=True, readonly=False,
    )  # fmt: skip
    product_id = fields.Many2one("product.product", "Product")
    serial = fields.Char("Serial")
    symptom_id = fields.Many2one("fusion.repair.symptom", "Symptom")
    problem = fields.Text("Problem")
    phone = fields.Char("Phone at the Place", compute="_compute_phone", store=True, readonly=False)
    source = fields.Selection(
        [
            ("phone", "Phone"),
            ("email", "E-mail"),
            ("sales_rep", "Sales Representative"),
            ("technician", "Technician"),
            ("helpdesk", "Helpdesk"),
        ],
        "Reported By",
        required=True,
        default="phone",
    )
    answer_ids = fields.One2many(
        "fusion.repair.intake.wizard.answer", "wizard_id", "Questions",
        compute="_compute_answer_ids", store=True, readonly=False,
    )  # fmt: skip
    attachment_ids = fields.Many2many("ir.attachment", string="Photos")
    advice = fields.Text(compute="_compute_advice")
    open_repair_id = fields.Many2one("repair.order", compute="_compute_open_repair_id")
    history_html = fields.Html(compute="_compute_history_html", sanitize=False)

    @api.depends("search_text")
    def _compute_found_partner_ids(self):
        for wizard in self:
            wizard.found_partner_ids = self.env["repair.order"]._fc_look_up(wizard.search_text)

    @api.onchange("search_text")
    def _onchange_search_text(self):
        """One match is the client; of several the office picks."""
        if len(self.found_partner_ids) == 1 and not self.partner_id:
            self.partner_id = self.found_partner_ids

    @api.depends("new_email", "new_phone", "partner_id")
    def _compute_twin_warning(self):
        repairs = self.env["repair.order"]
        for wizard in self:
            twins = repairs._fc_look_up(wizard.new_email) | repairs._fc_look_up(wizard.new_phone)
            names = not wizard.partner_id and ", ".join(twins.mapped("name"))
            wizard.twin_warning = names and self.env._(
                "We know this e-mail or phone: %(names)s.", names=names
            )

    @api.depends("equipment_id", "product_id")
    def _compute_category_id(self):
        for wizard in self:
            known = (
                wizard.equipment_id.x_fc_repair_category_id
                or wizard.product_id.x_fc_repair_category_id
            )
            wizard.category_id = known or wizard.category_id

    @api.depends("partner_id")
    def _compute_phone(self):
        for wizard in self:
            wizard.phone = wizard.partner_id.phone or wizard.phone

    @api.depends("category_id")
    def _compute_answer_ids(self):
        """What was answered already stays, as long as the question is still asked."""
        for wizard in self:
            questions = wizard.category_id._get_questions()
            kept = wizard.answer_ids.filtered_domain([("question_id", "in", questions.ids)])
            missing = (questions - kept.question_id).filtered(lambda one: one.kind != "photo")
            wizard.answer_ids = [Command.unlink(one.id) for one in wizard.answer_ids - kept] + [
                Command.create({"question_id": question.id}) for question in missing
            ]

    @api.depends("answer_ids.value", "answer_ids.question_id")
    def _compute_advice(self):
        for wizard in self:
            unsafe = wizard.answer_ids.filtered(lambda one: one.question_id._is_unsafe(one.value))
            texts = unsafe.question_id.mapped(
                lambda question: question.advice or self.env._("The unit must not be used.")
            )
            wizard.advice = "\n".join(texts)

    @api.depends("equipment_id")
    def _compute_open_repair_id(self):
        for wizard in self:
            wizard.open_repair_id = self.env["repair.order"]._fc_find_open_twin(wizard.equipment_id)

    @api.depends("partner_id")
    def _compute_history_html(self):
        for wizard in self:
            wizard.history_html = wizard.partner_id and self.env["ir.qweb"]._render(
                "fusion_repairs.intake_history", wizard.partner_id._fc_get_service_history()
            )

    @api.depends("partner_id", "new_name")
    def _compute_display_name(self):
        for wizard in self:
            name = wizard.partner_id.name or wizard.new_name
            wizard.display_name = name or self.env._("New report")

    def action_open_known(self):
        """:return: action that opens the open job of the same unit"""
        return self._open(self.open_repair_id)

    def action_create_repair(self):
        """:return: action that opens the job
        :raise UserError: naming what is missing; the draft stays
        """
        self.ensure_one()
        repair = self.env["repair.order"]._fc_create_from_intake(self._prepare_vals())
        self.unlink()
        return self._open(repair)

    def _prepare_vals(self):
        contact = {
            "name": self.new_name,
            "email": self.new_email,
            "phone": self.new_phone,
            "street": self.new_street,
        }
        if not self.partner_id and not (self.new_name or "").strip():
            raise UserError(self.env._("Choose the client, or enter the name of a new one."))
        return {
            "partner_id": self.partner_id.id,
            "partner": contact,
            "equipment_id": self.equipment_id.id,
            "category_id": self.category_id.id,
            "product_id": self.product_id.id,
            "serial": self.serial,
            "symptom_id": self.symptom_id.id,
            "problem": self.problem,
            "phone": self.phone or self.new_phone,
            "source": self.source,
            "answers": [(one.question_id.id, one.value) for one in self.answer_ids],
            "attachments": [(one.name, one.raw) for one in self.attachment_ids],
        }

    def _open(self, repair):
        return {
            "type": "ir.actions.act_window",
            "res_model": repair._name,
            "res_id": repair.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }
