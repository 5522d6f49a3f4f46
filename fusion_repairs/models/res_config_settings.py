from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const

_FIELD = "x_fc_repairs_"


class ResConfigSettings(models.TransientModel):
    """Core deletes the parameter of a 0 or False, and "missing" means the default here: so the
    texts are written by hand, never with ``config_parameter``."""

    _inherit = "res.config.settings"

    x_fc_repairs_enable_email_notifications = fields.Boolean("Send E-mails to Clients")
    x_fc_repairs_followup_unbooked_enabled = fields.Boolean("Call Who Did Not Book")
    x_fc_repairs_followup_unbooked_days = fields.Integer("Days After the Reminder")
    x_fc_repairs_followup_overdue_enabled = fields.Boolean("Call Who Is Overdue")
    x_fc_repairs_followup_overdue_days = fields.Integer("Days After the Due Date")
    x_fc_repairs_household_booking = fields.Boolean("One Visit per Household")
    x_fc_repairs_rating_enabled = fields.Boolean("Ask Clients After Jobs")
    x_fc_repairs_booking_lead_hours = fields.Integer("Earliest (hours from now)")
    x_fc_repairs_booking_horizon_days = fields.Integer("Latest (days from now)")
    x_fc_repairs_booking_slots_per_day = fields.Integer("Times per Day")
    x_fc_repairs_booking_token_days = fields.Integer("Links Work (days)")
    x_fc_repairs_client_change_cutoff_hours = fields.Integer("Change Until (hours before)")
    x_fc_repairs_max_client_moves = fields.Integer("Moves per Visit")
    x_fc_repairs_roll_late_days = fields.Integer("Cadence Kept Until (days late)")
    x_fc_repairs_max_units_per_line = fields.Integer("Units per Sale Line")
    x_fc_repairs_backfill_inline_limit = fields.Integer("Backfill at Once up to (lines)")
    x_fc_repairs_invoice_on_completion = fields.Selection(
        [("none", "Do not invoice"), ("draft", "Draft invoice"), ("post", "Posted invoice")],
        "Invoice of a Visit's Fee",
    )

    x_fc_repairs_no_show_fee_product_id = fields.Many2one(
        "product.product", "Fee When the Client Is Absent", domain=[("type", "=", "service")]
    )

    @api.model
    def get_values(self):
        values = super().get_values()
        parameters = self.env["fusion.repair.parameter"]
        values.update({_FIELD + key: parameters._get_number(key) for key in const.NUMBERS})
        values.update({_FIELD + key: parameters._is_on(key) for key in const.SWITCHES})
        values[_FIELD + "invoice_on_completion"] = parameters._get_invoicing()
        values[_FIELD + "no_show_fee_product_id"] = parameters._get_no_show_product().id
        return values

    def set_values(self):
        """:raise UserError: on a figure out of its bounds; nothing is saved"""
        result = super().set_values()
        if self.env.is_system():
            self._fc_check_repair_figures()
            parameters = self.env["ir.config_parameter"].sudo()
            for key in (*const.NUMBERS, *const.SWITCHES, "invoice_on_completion"):
                parameters.set_param(f"fusion_repairs.{key}", str(self[_FIELD + key]))
            product = self[_FIELD + "no_show_fee_product_id"]
            parameters.set_param("fusion_repairs.no_show_fee_product_id", str(product.id or 0))
        return result

    def _fc_check_repair_figures(self):
        for key, (_default, lowest, highest) in const.NUMBERS.items():
            if not lowest <= self[_FIELD + key] <= highest:
                label = self._fields[_FIELD + key]._description_string(self.env)
                raise UserError(
                    self.env._(
                        "“%(figure)s” is between %(lowest)s and %(highest)s.",
                        figure=label, lowest=lowest, highest=highest,
                    )
                )  # fmt: skip
