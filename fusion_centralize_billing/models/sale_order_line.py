from fractions import Fraction

from odoo import fields, models

from ..services import pricing


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    x_fc_charge_id = fields.Many2one(
        "fusion.billing.charge", "Charge", copy=False, ondelete="restrict", index="btree_not_null"
    )
    x_fc_usage_period_start = fields.Datetime("Usage From", copy=False)
    x_fc_usage_period_end = fields.Datetime("Usage Until", copy=False)
    x_fc_usage_quantity = fields.Float("Usage", digits=(20, 6), copy=False)
    x_fc_usage_kind = fields.Selection(
        [
            ("usage", "Usage"),
            ("adjustment", "Adjustment"),
            ("proration", "Proration"),
            ("progress", "Invoiced Early"),
            ("credit", "Already Invoiced"),
        ],
        "Kind of Usage Line",
        copy=False,
    )
    x_fc_usage_facts = fields.Json("Figures", copy=False)

    _fc_usage_uniq = models.UniqueIndex(
        "(order_id, x_fc_charge_id, x_fc_usage_period_start) WHERE x_fc_usage_kind = 'usage'",
        "The usage of this charge and period stands on the order already.",
    )
    _fc_progress_uniq = models.UniqueIndex(
        "(order_id, x_fc_charge_id, x_fc_usage_period_start, x_fc_usage_kind)"
        " WHERE x_fc_usage_kind IN ('progress', 'credit')",
        "This period was invoiced early already.",
    )

    def _fc_is_invoiced(self):
        """:return: whether the line stands on an invoice that was not cancelled"""
        return any(line.parent_state != "cancel" for line in self.invoice_lines)

    def _fc_get_billed(self):
        """:return: untaxed amount of the line as it was billed"""
        return self.price_unit * self.product_uom_qty

    def _check_line_unlink(self):
        """A usage line that no invoice shows may go: its period is rated anew."""
        usage = self.filtered(lambda line: line.x_fc_usage_kind and not line.invoice_lines)
        return super(SaleOrderLine, self - usage)._check_line_unlink()

    def _fc_explain_usage(self):
        """How the amount of a usage line came to be, from the figures kept beside it.

        :return: ``{"result", "inputs", "rule": {"name", "version", "source"},
            "steps": [{"label", "value"}]}``, labels in the reader's language; ``{}`` for other
            lines
        """
        self.ensure_one()
        facts = self.x_fc_usage_facts
        if not facts:
            return {}
        if self.x_fc_usage_kind == "proration":
            return self._fc_explain_proration(facts)
        quantity, units, precise, total = replay(facts, self.order_id.currency_id.rounding)
        due = total - pricing.to_decimal(facts["billed"])
        included = get_quota(facts)
        steps = [
            (
                self.env._("Reported in the period (%s)", facts["aggregation"]),
                _plain(facts["aggregate"]),
            ),
            (self.env._("Rounded quantity"), _plain(quantity)),
            (self.env._("Included"), _plain(included)),
            (self.env._("Billable units"), _plain(units)),
            (self.env._("Price of a batch of %s", _plain(facts["batch"])), _plain(facts["price"])),
            (self.env._("Amount at six decimals"), str(precise)),
            (self.env._("Rounded to the currency"), str(total)),
        ]
        if Fraction(facts.get("share", 1)) != 1:
            whole = [
                (self.env._("Included in a whole period"), _plain(facts["quota"])),
                (self.env._("Part of the period under this plan"), facts["share"]),
            ]
            steps[2:2] = whole
        if self.x_fc_usage_kind == "adjustment":
            steps.append((self.env._("Already billed"), facts["billed"]))
        return {
            "result": float(due),
            "inputs": {
                "period_start": str(self.x_fc_usage_period_start),
                "period_end": str(self.x_fc_usage_period_end),
                **facts,
            },
            "rule": {"name": facts["charge"], "version": facts["model"], "source": "charge"},
            "steps": [{"label": label, "value": value} for label, value in steps],
        }

    def _fc_explain_proration(self, facts):
        """:return: the explanation of a plan change's line"""
        steps = [
            (self.env._("Price of a whole period"), _plain(facts["flat"])),
            (self.env._("Part of the period, by days"), facts["share"]),
        ]
        rounding = pricing.to_decimal(self.order_id.currency_id.rounding)
        amount = replay_proration(facts, rounding)
        steps.append((self.env._("Rounded to the currency"), str(amount)))
        return {
            "result": float(amount),
            "inputs": {
                "period_start": str(self.x_fc_usage_period_start),
                "period_end": str(self.x_fc_usage_period_end),
                **facts,
            },
            "rule": {"name": facts["text"], "version": "days", "source": "plan"},
            "steps": [{"label": label, "value": value} for label, value in steps],
        }


def replay_proration(facts, rounding):
    """Compute a plan change's line again from the figures kept beside it."""
    flat = pricing.to_decimal(facts["flat"])
    return pricing.round_to(pricing.part_of(flat, Fraction(facts["share"])), rounding)


def get_quota(facts):
    """:return: what was included, Decimal: the charge's quota, or a part of it"""
    return pricing.prorate(pricing.to_decimal(facts["quota"]), Fraction(facts.get("share", 1)))


def _plain(number):
    """:return: a number without useless zeros"""
    return f"{pricing.to_decimal(number).normalize():f}"


def replay(facts, rounding):
    """Compute a line's amount again from the figures kept beside it.

    :return: (quantity, units, amount at six decimals, amount in the currency), Decimals
    """
    number = pricing.to_decimal
    quantity = pricing.round_quantity(facts["aggregate"], facts["rounding"], facts["decimals"])
    quantity = max(quantity, quantity * 0)
    terms = pricing.Terms(
        model=facts["model"],
        quota=get_quota(facts),
        price=number(facts["price"]),
        batch=number(facts["batch"]),
        tiers=tuple(pricing.Tier(*map(number, tier)) for tier in facts["tiers"]),
        least=number(facts["least"]),
        most=number(facts["most"]),
    )
    units, precise = pricing.bill(quantity, terms)
    return quantity, units, precise, pricing.round_to(precise, number(rounding))
