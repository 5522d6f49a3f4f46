from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.card_uid import normalize_uid

CLOCK_GROUPS = "hr.group_hr_user,fusion_clock.group_fusion_clock_team_lead"


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    x_fclk_enable_clock = fields.Boolean(
        "Clocking Enabled",
        default=True,
        groups=CLOCK_GROUPS,
        help="Off: no kiosk, no portal clock and no automatic reminders for this person.",
    )
    x_fclk_nfc_card_uid = fields.Char(
        "Card UID", copy=False, groups=CLOCK_GROUPS, help="Number of the door card, as hex bytes."
    )
    x_fclk_shift_id = fields.Many2one(
        "fusion.clock.shift",
        "Recurring Shift",
        groups=CLOCK_GROUPS,
        domain="[('company_id', '=', company_id)]",
    )
    x_fclk_location_ids = fields.Many2many(
        "fusion.clock.location",
        "fclk_employee_location_rel",
        "employee_id",
        "location_id",
        string="Clock Locations",
        groups=CLOCK_GROUPS,
        domain="[('company_id', '=', company_id)]",
        help="Where this person may clock. Empty: any location of the company.",
    )
    x_fclk_send_reminders = fields.Boolean("Reminders", default=True, groups=CLOCK_GROUPS)
    x_fclk_exempt_penalties = fields.Boolean("Exempt from Penalties", groups=CLOCK_GROUPS)
    x_fclk_break_rule_id = fields.Many2one(
        "fusion.clock.break.rule",
        "Break Rule",
        groups="fusion_clock.group_fusion_clock_manager",
        help="For this person instead of the province's, for example in a federally regulated "
        "trade. Hours that are recorded already keep their break.",
    )
    x_fclk_last_tap_at = fields.Datetime("Last Tap", copy=False, readonly=True, groups=CLOCK_GROUPS)
    x_fclk_pin_failures = fields.Integer(
        "Wrong PINs", copy=False, readonly=True, groups=CLOCK_GROUPS
    )
    x_fclk_pin_locked_until = fields.Datetime(
        "PIN Locked Until", copy=False, readonly=True, groups=CLOCK_GROUPS
    )
    x_fclk_pending_reason = fields.Boolean(
        "Awaiting Explanation", compute="_compute_x_fclk_pending_reason", groups=CLOCK_GROUPS
    )

    _x_fclk_nfc_card_uid_uniq = models.UniqueIndex(
        "(x_fclk_nfc_card_uid) WHERE x_fclk_nfc_card_uid IS NOT NULL",
        "This card is already assigned to another employee. Unenrol it there first.",
    )

    def _compute_x_fclk_pending_reason(self):
        groups = (
            self.env["hr.attendance"]
            .sudo()
            ._read_group(
                [("employee_id", "in", self.ids), ("x_fclk_pending_reason", "=", True)],
                ["employee_id"],
            )
        )
        waiting = {employee.id for (employee,) in groups}
        for employee in self:
            employee.x_fclk_pending_reason = employee.id in waiting

    @api.depends("attendance_ids")
    def _compute_last_attendance_id(self):
        """Core orders by check_in alone: two attendances of one second tie, the person is seen as
        clocked in forever and no tap gets through. The newer row wins here."""
        for employee in self:
            employee.last_attendance_id = self.env["hr.attendance"].search(
                [("employee_id", "in", employee.ids)], order="check_in desc, id desc", limit=1
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._fclk_prepare_card_vals(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._fclk_prepare_card_vals(vals)
        if vals.get("active") is False:
            self._fclk_remove_cards()
        return super().write(vals)

    @api.model
    def _fclk_normalize_uid(self, text):
        """:return: canonical card number (``04:A2:B5:62:C1:80``) or False"""
        return normalize_uid(text)

    @api.model
    def _fclk_prepare_card_vals(self, vals):
        """Any write path stores the canonical form, and NULL for no card."""
        if "x_fclk_nfc_card_uid" not in vals:
            return vals
        text = vals["x_fclk_nfc_card_uid"]
        uid = normalize_uid(text)
        if text and not uid:
            raise ValidationError(
                self.env._("A card number has 4 to 10 bytes written as hexadecimal digits.")
            )
        return {**vals, "x_fclk_nfc_card_uid": uid}

    def action_fclk_clear_card(self):
        """Take the card off this employee, for example because it was lost."""
        self.check_access("write")
        self._fclk_remove_cards()

    def _fclk_remove_cards(self):
        log = self.env["fusion.clock.activity.log"]
        for employee in self.sudo().filtered("x_fclk_nfc_card_uid"):
            log._fclk_log("unenroll", employee, card_uid=employee.x_fclk_nfc_card_uid)
            employee.x_fclk_nfc_card_uid = False

    def _get_fclk_break_rule(self):
        """:return: the employee's own break rule, else the one of the company (sudo), maybe
        empty"""
        self.ensure_one()
        return self.env["fusion.clock.break.rule"].sudo().browse(self._fclk_break_rule_id() or [])

    def _fclk_break_rule_id(self):
        """:return: id of the rule, or False; no query once the caches are warm"""
        employee = self.sudo()
        if employee.x_fclk_break_rule_id.active:
            return employee.x_fclk_break_rule_id.id
        rules = self.env["fusion.clock.break.rule"]
        return rules._fclk_rule_id_for(employee.company_id.x_fclk_state_id.id)

    @api.model
    def _fclk_scope(self):
        """:return: the employees (sudo) whom the current user may plan and see: a manager all of
        the active companies, a team lead the direct reports, anybody else none"""
        user = self.env.user
        employees = self.sudo()
        if user.has_group("fusion_clock.group_fusion_clock_manager"):
            return employees.search([("company_id", "in", self.env.companies.ids)])
        if user.has_group("fusion_clock.group_fusion_clock_team_lead"):
            return employees.search(
                [
                    ("parent_id.user_id", "=", user.id),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        return employees.browse()
