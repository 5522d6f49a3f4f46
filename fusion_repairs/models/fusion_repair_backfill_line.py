from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain


class FusionRepairBackfillLine(models.Model):
    """One unit sold earlier, and what becomes of it. What a person set survives a second scan."""

    _name = "fusion.repair.backfill.line"
    _description = "Unit Sold Earlier"
    _order = "due_date, anchor_date, id"
    _rec_name = "product_id"

    run_id = fields.Many2one(
        "fusion.repair.backfill.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    sale_line_id = fields.Many2one("sale.order.line", index=True, ondelete="set null")
    unit_index = fields.Integer("Unit of the Line", default=1)
    partner_id = fields.Many2one("res.partner", "Client")
    product_id = fields.Many2one("product.product")
    category_id = fields.Many2one("fusion.repair.product.category", "Type")
    regime = fields.Selection([("serial", "By Serial Number"), ("line", "By Sale Line")])
    serial = fields.Char()
    serial_key = fields.Char(index="btree_not_null")
    by_device_type = fields.Boolean(help="The type came from the funding programme's.")
    interval_months = fields.Integer()
    currency_id = fields.Many2one(related="company_id.currency_id")
    fee = fields.Monetary()
    anchor_date = fields.Date("Counted From")
    anchor_source = fields.Selection(
        [
            ("delivery", "Delivery"),
            ("claims_delivery", "Delivery of the Claim"),
            ("service_start", "Start of Service"),
            ("commitment", "Promised Date"),
            ("invoice", "Invoice"),
            ("order", "Order"),
            ("today", "Today"),
        ],
    )
    action = fields.Selection(
        [("create", "Create"), ("already", "There Already"), ("skip", "Leave Out")],
        required=True,
        index=True,
    )
    reason = fields.Selection(
        [
            ("accessory", "Looks like an accessory"),
            ("no_category", "No type"),
            ("not_maintainable", "Not maintained"),
            ("missing_serial", "No serial number"),
            ("not_delivered", "Not delivered"),
            ("returned", "Returned"),
            ("opted_out", "The client said no"),
            ("duplicate_serial", "Newer sale of the same serial"),
            ("no_partner", "No client"),
            ("inactive_partner", "Client archived"),
            ("sale_cancelled", "Sale cancelled meanwhile"),
            ("failed", "Refused by the database, see the server's log"),
        ],
    )
    due_date = fields.Date("First Due")
    is_staggered = fields.Boolean(help="Overdue, or nearly: the due date was spread.")
    is_manual_category = fields.Boolean("Type Set by Hand", readonly=True)
    is_manual_skip = fields.Boolean("Left Out by Hand", readonly=True)
    is_manual_due = fields.Boolean("Date Set by Hand", readonly=True)
    contract_id = fields.Many2one("fusion.repair.maintenance.contract", readonly=True)

    _unit_uniq = models.UniqueIndex(
        "(run_id, sale_line_id, unit_index) WHERE sale_line_id IS NOT NULL",
        "This unit is in the scan already.",
    )

    def write(self, vals):
        if not self.env.context.get("fusion_repairs_scan"):
            marks = {"category_id": "is_manual_category", "due_date": "is_manual_due"}
            vals = {**vals, **{mark: True for name, mark in marks.items() if name in vals}}
            if "action" in vals:
                vals["is_manual_skip"] = vals["action"] == "skip"
        return super().write(vals)

    @api.model
    def _get_stale_domain(self):
        """:return: domain of what a second scan drops: no contract, nothing set by hand"""
        names = ("contract_id", "is_manual_category", "is_manual_skip", "is_manual_due")
        return Domain.AND(Domain(name, "=", False) for name in names)

    def _recheck(self):
        """The world went on since the scan: what must not be created any more is left out.

        :return: the lines still to create
        """
        good = self.browse()
        for run, lines in self.grouped("run_id").items():
            known = run._load_known(lines.sale_line_id, lines.mapped("serial_key"))
            for line in lines:
                partner = line.sale_line_id.order_id.partner_id
                line.partner_id = partner
                found = run._find_known(known, line.sale_line_id, line.unit_index,
                                        line.serial_key, partner)  # fmt: skip
                reason = _find_obstacle(line.sale_line_id.order_id)
                if reason:
                    line.write({"action": "skip", "reason": reason})
                elif found:
                    line.write(found)
                else:
                    good += line
        return good

    def _prepare_contract_values(self):
        months = relativedelta(months=self.interval_months)
        is_kept = not (self.is_staggered or self.is_manual_due)
        return {
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "original_sale_order_id": self.sale_line_id.order_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "interval_months": self.interval_months,
            "x_fc_maintenance_fee": self.fee,
            "x_fc_policy_category_id": self.category_id.id,
            "x_fc_source": "claims" if self.by_device_type else "backfill",
            "x_fc_source_sale_line_id": self.sale_line_id.id,
            "x_fc_unit_index": self.unit_index,
            "x_fc_device_serial": self.serial,
            "next_due_date": self.due_date,
            "x_fc_anchor_date": self.anchor_date if is_kept else self.due_date - months,
            "state": "active",
        }

    def action_leave_out(self):
        self.filtered(lambda one: one.action == "create").write({"action": "skip"})
        return True


def _find_obstacle(order):
    """:return: why a sale makes no contract any more, False where it does"""
    if not order.partner_id:
        return "no_partner"
    if not order.partner_id.active:
        return "inactive_partner"
    return order.state != "sale" and "sale_cancelled"
