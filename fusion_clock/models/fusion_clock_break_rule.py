from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..services.break_policy import BreakTiers

_TIERS = ("break1_after_hours", "break1_minutes", "break2_after_hours", "break2_minutes")


class FusionClockBreakRule(models.Model):
    _name = "fusion.clock.break.rule"
    _description = "Statutory Break Rule"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    country_id = fields.Many2one(
        "res.country", default=lambda self: self.env.company.country_id, index="btree_not_null"
    )
    state_id = fields.Many2one(
        "res.country.state",
        "Province",
        domain="[('country_id', '=?', country_id)]",
        index="btree_not_null",
        help="The companies of this province use the rule. Empty: not tied to a province.",
    )
    is_default = fields.Boolean(
        "Default", help="Serves every company whose province has no active rule."
    )
    break1_after_hours = fields.Float("First Break After (h)", default=5.0)
    break1_minutes = fields.Float("First Break (min)", default=30.0)
    break2_after_hours = fields.Float("Second Break After (h)", default=10.0)
    break2_minutes = fields.Float("Second Break (min)", default=30.0)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    source = fields.Char(help="Statute and section.")
    source_note = fields.Text(help="What of the figures is policy or interpretation.")
    needs_review = fields.Boolean(help="A figure is to be confirmed before the rule is used.")

    is_company_suggestion = fields.Boolean(
        compute="_compute_is_company_suggestion",
        help="The archived rule of the current company's province, while it has no active one.",
    )

    @api.depends("active", "state_id")
    @api.depends_context("company")
    def _compute_is_company_suggestion(self):
        suggested = self._fclk_archived_for(self.env.company)
        for rule in self:
            rule.is_company_suggestion = rule == suggested

    @api.constrains("is_default", "active")
    def _check_is_default(self):
        if not any(rule.is_default and rule.active for rule in self):
            return
        defaults = self.search([("is_default", "=", True)])
        if len(defaults) > 1:
            raise ValidationError(
                self.env._(
                    "Only one active rule can be the default. These are: %(rules)s.",
                    rules=", ".join(defaults.mapped("name")),
                )
            )

    @api.constrains(*_TIERS)
    def _check_tiers(self):
        for rule in self:
            if min(rule[name] for name in _TIERS) < 0:
                raise ValidationError(
                    self.env._("Hours and minutes of a break rule cannot be negative.")
                )
            if rule.break2_minutes > 0 and rule.break2_after_hours <= rule.break1_after_hours:
                raise ValidationError(
                    self.env._("The second break must begin after more hours than the first.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def action_activate(self):
        """Switch archived rules on; buttons that show a rule under review ask first."""
        self.check_access("write")
        self.filtered(lambda rule: not rule.active).active = True
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_recompute_from(self, date):
        """Apply this rule as it is now to closed, unlocked attendances from a local date on, of
        the employees whom it serves.

        :return: number of attendances
        """
        self.ensure_one()
        self.check_access("write")
        attendances = self._get_attendances_from(date)
        for name in ("x_fclk_break_minutes", "x_fclk_net_hours"):
            self.env.add_to_compute(attendances._fields[name], attendances)
        attendances.flush_recordset()
        return len(attendances)

    def _get_attendances_from(self, date):
        """:return: hr.attendance (sudo) that :meth:`action_recompute_from` would touch"""
        companies = self.env.companies
        employees = (
            self.env["hr.employee"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "in", companies.ids)])
            .filtered(lambda employee: employee._fclk_break_rule_id() == self.id)
        )
        rows = (
            self.env["hr.attendance"]
            .sudo()
            .search(
                [
                    ("employee_id", "in", employees.ids),
                    ("date", ">=", fields.Date.to_date(date)),
                    ("check_out", "!=", False),
                ]
            )
        )
        periods = self.env["fusion.clock.period"]
        return rows.filtered(
            lambda row: not periods._find_lock(row.employee_id.company_id, row.date)
        )

    def break_minutes_for(self, worked_hours):
        """:param worked_hours: elapsed hours at work
        :return: unpaid minutes; no rule takes nothing off"""
        return self._get_tiers().minutes_for(worked_hours)

    def _get_tiers(self):
        return BreakTiers(*(self[name] for name in _TIERS)) if self else BreakTiers()

    @api.model
    @tools.ormcache("state_id")
    def _fclk_rule_id_for(self, state_id):
        """:return: id of the rule that serves a province (False: none), or False"""
        rules = self.sudo().search([("active", "=", True)])
        local = rules.filtered(lambda rule: state_id and rule.state_id.id == state_id)
        return (local or rules.filtered("is_default"))[:1].id

    @api.model
    @tools.ormcache("rule_id")
    def _fclk_rule_snapshot(self, rule_id):
        """:return: what an attendance keeps of the rule it was computed with"""
        rule = self.sudo().browse(rule_id)
        return {"rule_id": rule.id, "rule": rule.name, "source": rule.source or ""} | {
            name: rule[name] for name in _TIERS
        }

    @api.model
    def _fclk_archived_for(self, company):
        """:return: the archived rule of a company's province while none is active, else empty"""
        if not company.state_id:
            return self.browse()
        rules = self.with_context(active_test=False).search(
            [("state_id", "=", company.state_id.id)]
        )
        return rules[:1] if not any(rules.mapped("active")) else self.browse()
