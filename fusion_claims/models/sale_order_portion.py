from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    """Who pays what: the funder's and the client's portion, and an invoice for each."""

    _inherit = "sale.order"

    x_fc_adp_portion_total = fields.Monetary(
        "ADP Portion", compute="_compute_x_fc_portions", store=True
    )
    x_fc_client_portion_total = fields.Monetary(
        "Client Portion", compute="_compute_x_fc_portions", store=True
    )
    x_fc_deduction_total = fields.Monetary(
        "Deductions", compute="_compute_x_fc_portions", store=True
    )

    x_fc_has_over_adp_price = fields.Boolean(
        "Line over the ADP Price", compute="_compute_x_fc_has_over_adp_price"
    )

    @api.depends("x_fc_sale_type", "order_line.x_fc_over_adp_price")
    def _compute_x_fc_has_over_adp_price(self):
        for order in self:
            order.x_fc_has_over_adp_price = order._fc_pipeline() == "adp" and any(
                order.order_line.mapped("x_fc_over_adp_price")
            )

    @api.depends(
        "order_line.x_fc_adp_portion",
        "order_line.x_fc_client_portion",
        "order_line.x_fc_deduction_amount",
    )
    def _compute_x_fc_portions(self):
        for order in self:
            lines = order.order_line
            order.x_fc_adp_portion_total = sum(lines.mapped("x_fc_adp_portion"))
            order.x_fc_client_portion_total = sum(lines.mapped("x_fc_client_portion"))
            order.x_fc_deduction_total = sum(lines.mapped("x_fc_deduction_amount"))

    def _fc_create_funding_invoices(self):
        """One invoice to the client and one to the ADP; a portion of 0 makes none.

        :return: draft account.move
        :raise UserError: not confirmed, devices not verified, no funder set, invoiced already
        """
        self.ensure_one()
        self._fc_check_may_invoice("adp", self.x_fc_device_verification_complete)
        portions = {
            line: line.x_fc_adp_portion for line in self.order_line if not line.display_type
        }
        has_funder_part = any(portions.values())
        funder = self._fc_get_funder("x_fc_adp_partner_id") if has_funder_part else None
        return self._fc_create_portion_moves("adp", funder, portions)

    def action_fc_create_funding_invoices(self):
        """:return: the action that shows what was created"""
        self.ensure_one()
        create = {
            "adp": self._fc_create_funding_invoices,
            "mod": self._fc_create_funder_invoice,
        }.get(self._fc_pipeline())
        if not create:
            raise UserError(self.env._("This case is invoiced like any other order."))
        moves = create()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Funding Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _fc_check_may_invoice(self, pipeline, is_ready):
        if self._fc_pipeline() != pipeline:
            raise UserError(self.env._("This action is for cases of the funder only."))
        if self.state != "sale":
            raise UserError(self.env._("Confirm the order before it is invoiced."))
        if not is_ready:
            raise UserError(
                self.env._("Tick the approved devices first (use Device Approval).")
                if pipeline == "adp"
                else self.env._("Fill in the approved amount first.")
            )
        if self._fc_get_portion_moves("client", "adp", "funder"):
            raise UserError(self.env._("Everything on %s is invoiced already.", self.name))

    def _fc_get_funder(self, field):
        """:raise UserError: the company's setting is empty"""
        funder = self.company_id.sudo()[field]
        if not funder:
            label = self.company_id._fields[field]._description_string(self.env)
            raise UserError(
                self.env._("Set “%(label)s” in the settings of %(company)s first.",
                           label=label, company=self.company_id.name)
            )  # fmt: skip
        return funder

    def _fc_create_portion_moves(self, portion, funder, portions):
        """:param portion: ``adp`` or ``funder``
        :param funder: res.partner, None when it pays nothing
        :param portions: ``{line: untaxed amount of the funder}``
        :return: draft account.move, the funder's first"""
        self.order_line._fc_check_serials_unique()
        rest = {line: line.price_subtotal - amount for line, amount in portions.items()}
        vals_list = []
        if any(portions.values()):
            vals_list.append(self._fc_prepare_portion(portion, funder, portions))
        if any(rest.values()):
            vals_list.append(self._fc_prepare_portion("client", self.partner_invoice_id, rest))
        if not vals_list:
            raise UserError(self.env._("There is nothing to invoice on %s.", self.name))
        client_lines = {line for line, amount in rest.items() if amount}
        for vals in vals_list:
            for _command, _zero, line_vals in vals["invoice_line_ids"]:
                line = self.env["sale.order.line"].browse(line_vals.pop("fc_line_id"))
                is_counted = vals["x_fc_portion"] == "client" or line not in client_lines
                line_vals["x_fc_covered_quantity"] = line.product_uom_qty if is_counted else 0
        moves = self.env["account.move"].with_context(default_move_type="out_invoice")
        return moves.create(vals_list)

    def _fc_prepare_portion(self, portion, partner, amounts):
        """:return: values of one invoice; a line's price is its portion, for quantity 1 where the
        portion cannot be divided to the cent"""
        order = self.with_context(lang=partner.lang) if partner.lang else self
        lines = []
        for line, amount in amounts.items():
            if not amount:
                continue
            line = line.with_env(order.env)
            vals = line._prepare_invoice_line(quantity=line.product_uom_qty, discount=0)
            unit = line.currency_id.round(amount / (line.product_uom_qty or 1))
            is_exact = line.currency_id.compare_amounts(unit * line.product_uom_qty, amount) == 0
            lines.append(
                Command.create(
                    {
                        **vals,
                        "quantity": line.product_uom_qty if is_exact else 1,
                        "price_unit": unit if is_exact else amount,
                        "name": line._fc_get_invoice_text(vals["name"]),
                        "extra_tax_data": False,
                        "fc_line_id": line.id,
                    }
                )
            )
        references = [self.x_fc_client_ref_1, self.x_fc_client_ref_2]
        return {
            **order._prepare_invoice(),
            "partner_id": partner.id,
            "invoice_line_ids": lines,
            "transaction_ids": [],
            "x_fc_portion": portion,
            "x_fc_claim_order_id": self.id,
            "x_fc_claim_number": self._fc_get_claim_number(),
            "ref": " ".join(
                filter(None, [self.client_order_ref or self.name, self._fc_get_claim_number(),
                              "/".join(filter(None, references))])
            ),
        }  # fmt: skip

    def _fc_get_claim_number(self):
        return (
            self.x_fc_mod_hvmp_reference if self._fc_pipeline() == "mod" else self.x_fc_claim_number
        )

    def _create_invoices(self, grouped=False, final=False, date=None):
        """:raise UserError: for an ADP order, which is split between two payers"""
        for order in self:
            if order._fc_pipeline() == "adp":
                raise UserError(
                    self.env._(
                        "%s is paid by the ADP and the client: use Create Funding Invoices.",
                        order.name,
                    )
                )
        return super()._create_invoices(grouped=grouped, final=final, date=date)
