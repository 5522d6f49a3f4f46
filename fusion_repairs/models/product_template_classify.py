import re

from odoo import api, fields, models


class ProductTemplateClassify(models.Model):
    """Which type a product is, guessed from its name; a person accepts it."""

    _inherit = "product.template"

    x_fc_proposed_category_id = fields.Many2one(
        "fusion.repair.product.category", "Proposed Type", compute="_compute_x_fc_proposal"
    )
    x_fc_is_likely_accessory = fields.Boolean(
        "Perhaps an Accessory", compute="_compute_x_fc_proposal"
    )

    @api.depends("name", "x_fc_repair_category_id", "x_fc_maintenance_mode")
    @api.depends_context("lang")
    def _compute_x_fc_proposal(self):
        types = self.env["fusion.repair.product.category"].search([("code", "!=", False)])
        # The longest name first: a power wheelchair is more than a wheelchair.
        named = sorted(((one, _split(one.name)) for one in types), key=lambda pair: -len(pair[1]))
        accessories = self.env["fusion.repair.backfill.run"].sudo()._find_accessories(self)
        for product in self:
            words = _split(product.name)
            fits = [one for one, needed in named if needed and needed <= words]
            is_open = not product.x_fc_repair_category_id
            product.x_fc_proposed_category_id = fits[0] if fits and is_open else False
            product.x_fc_is_likely_accessory = product in accessories

    def action_fc_accept_proposal(self):
        """:return: True"""
        for product in self.filtered("x_fc_proposed_category_id"):
            product.x_fc_repair_category_id = product.x_fc_proposed_category_id
        return True

    def action_fc_exclude(self):
        self.write({"x_fc_maintenance_mode": "excluded"})
        return True


def _split(name):
    """:return: set of the words of a name, without a plural s"""
    return {word.rstrip("s") for word in re.findall(r"\w+", (name or "").lower())}
