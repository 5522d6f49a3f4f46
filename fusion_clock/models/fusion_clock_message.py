from odoo import api, fields, models, tools
from odoo.fields import Domain


class FusionClockMessage(models.Model):
    """A few words that somebody, or everybody, reads at the kiosk after the next tap."""

    _name = "fusion.clock.message"
    _description = "Kiosk Message"
    _order = "date_from desc, id desc"
    _rec_name = "body"

    body = fields.Char("Message", required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    employee_ids = fields.Many2many(
        "hr.employee",
        "fclk_message_employee_rel",
        string="For",
        domain="[('company_id', '=', company_id)]",
        help="Each of them reads it once. Empty: shown to everybody on the idle screen.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Until")
    seen_ids = fields.Many2many(
        "hr.employee", "fclk_message_seen_rel", string="Seen By", readonly=True, copy=False
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A message ends on or after its first day.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) != {"seen_ids"}:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache("company_id")
    def _get_personal_ids(self, company_id):
        """:return: ids of the active messages to named people; a tap without any costs nothing"""
        rows = self.sudo().search([("company_id", "=", company_id), ("employee_ids", "!=", False)])
        return tuple(rows.ids)

    @api.model
    def _read_for(self, employee, today):
        """The unread messages of one person, which are read with this.

        :param employee: hr.employee (sudo)
        :param today: local date
        :return: list of texts
        """
        ids = self._get_personal_ids(employee.company_id.id)
        if not ids:
            return []
        rows = self.sudo().search(
            self._get_current_domain(today)
            & Domain("id", "in", ids)
            & Domain("employee_ids", "in", employee.ids)
            & Domain("seen_ids", "not in", employee.ids)
        )
        rows.write({"seen_ids": [fields.Command.link(employee.id)]})
        return rows.mapped("body")

    @api.model
    def _get_board(self, company):
        """:return: texts for everybody, shown on the idle screen"""
        today = fields.Date.context_today(self)
        domain = self._get_current_domain(today) & Domain("company_id", "=", company.id)
        return self.sudo().search(domain & Domain("employee_ids", "=", False)).mapped("body")

    @api.model
    def _get_current_domain(self, today):
        return Domain("date_from", "<=", today) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        )
