from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const
from ..services import health_card
from .pipelines import MOD


class ResPartner(models.Model):
    _inherit = "res.partner"

    x_fc_is_authorizer = fields.Boolean("Authorizer", index=True)
    x_fc_authorizer_number = fields.Char("ADP Registration Number")
    x_fc_health_card_number = fields.Char("Health Card Number", groups=const.HEALTH, copy=False)
    x_fc_health_card_version = fields.Char(
        "Health Card Version", size=2, groups=const.HEALTH, copy=False
    )
    x_fc_date_of_birth = fields.Date("Date of Birth", groups=const.HEALTH, copy=False)
    x_fc_health_card_masked = fields.Char(
        "Health Card",
        compute="_compute_x_fc_health_card_masked",
        compute_sudo=True,
        groups=const.CLAIMS_USER,
    )
    x_fc_odsp_member_id = fields.Char("ODSP Member ID", groups=const.HEALTH, copy=False)

    @api.depends("x_fc_health_card_number")
    def _compute_x_fc_health_card_masked(self):
        for partner in self:
            partner.x_fc_health_card_masked = health_card.mask(
                partner.x_fc_health_card_number or ""
            )

    @api.model
    def _fc_validate_health_card(self, number):
        """:param number: as typed, with blanks or dashes
        :return: ten digits
        :raise ValidationError: it cannot be one; the number is not repeated, messages are logged
        """
        try:
            return health_card.normalize(number)
        except ValueError:
            raise ValidationError(
                self.env._(
                    "This is no Ontario health card number: it has ten digits, and the last one is "
                    "a check digit. Please look at the card again."
                )
            ) from None

    def _fc_prepare_health_vals(self, vals):
        vals = dict(vals)
        if vals.get("x_fc_health_card_number"):
            vals["x_fc_health_card_number"] = self._fc_validate_health_card(
                vals["x_fc_health_card_number"]
            )
        if vals.get("x_fc_health_card_version"):
            version = vals["x_fc_health_card_version"].strip().upper()
            if not (version.isascii() and version.isalpha() and len(version) <= 2):
                raise ValidationError(
                    self.env._("The version of a health card is one or two letters.")
                )
            vals["x_fc_health_card_version"] = version
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._fc_prepare_health_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._fc_prepare_health_vals(vals))

    def _fc_mod_lifetime_used(self, exclude_order=None):
        """:param exclude_order: sale.order records that do not count
        :return: what March of Dimes has paid, or approved, for this person's homes; for
            information only"""
        self.ensure_one()
        counted = [state.key for state in MOD.states]
        first, last = counted.index("funding_approved"), counted.index("case_closed")
        counted = [key for key in counted[first : last + 1] if key != "funding_denied"]
        domain = [
            ("partner_id", "child_of", self.commercial_partner_id.id),
            ("x_fc_sale_type", "in", MOD.sale_types),
            ("x_fc_mod_status", "in", counted),
            ("state", "!=", "cancel"),
        ]
        if exclude_order:
            domain.append(("id", "not in", exclude_order.ids))
        orders_sudo = self.env["sale.order"].sudo().search(domain)
        return sum(
            order.x_fc_mod_payment_amount or order.x_fc_mod_approved_amount for order in orders_sudo
        )
