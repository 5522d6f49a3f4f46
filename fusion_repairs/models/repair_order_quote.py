from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_tasks.services.openings import to_local

from ..services.quote import billable_minutes


class RepairOrderQuote(models.Model):
    """Rate card and coverage make the price; tax, signature and payment are those of the order."""

    _inherit = "repair.order"

    def _fc_compute_quote(self):
        """Replace the automatic lines; those added by hand stay.

        :return: all lines of the quote; without a rate none is automatic, and
            ``x_fc_quote_note`` says which rate is missing
        """
        self.ensure_one()
        company, when = self.company_id, self._fc_get_visit_start()
        rates = self.env["fusion.repair.callout.rate"]
        equipment_class = self.x_fc_category_id.equipment_class or "standard"
        rate = rates._match(equipment_class, when, company)
        day = to_local(when, company._fc_tz()).date()
        self.write({"x_fc_callout_rate_id": rate.id, "x_fc_rate_band": rate and
                    rates._find_band(when, company), "x_fc_quote_note": False})  # fmt: skip
        if not rate:
            classes = dict(rates._fields["equipment_class"]._description_selection(self.env))
            self.x_fc_quote_note = self.env._(
                "No rate for %(type)s on %(day)s.", type=classes[equipment_class], day=day
            )
            self._fc_keep_quote_lines([])
            return self.x_fc_quote_line_ids
        lines = self._fc_list_charges(rate) + self._fc_list_parts()
        self._fc_apply_coverage(lines, day)
        self._fc_keep_quote_lines(lines)
        if self.x_fc_quote_state in ("none", "declined"):
            self.x_fc_quote_state = "draft"
        return self.x_fc_quote_line_ids

    def _fc_get_visit_start(self):
        """:return: naive UTC: the start of the planned visit, else now"""
        tasks = self._fc_get_tasks().filtered(
            lambda task: task.datetime_start and task.status not in ("cancelled", "no_show")
        )
        return tasks.sorted("datetime_start")[:1].datetime_start or fields.Datetime.now()

    def _fc_list_charges(self, rate):
        minutes = self.x_fc_estimated_minutes
        if self.state == "done" and self.x_fc_labour_minutes:
            minutes = self.x_fc_labour_minutes
        billed = billable_minutes(
            minutes, rate.included_minutes, rate.increment_minutes, rate.minimum_minutes
        )
        charges = [
            {
                "kind": "callout",
                "sequence": 10,
                "description": rate.product_callout_id.name,
                "product_id": rate.product_callout_id.id,
                "qty": 1,
                "unit_price": rate.callout_fee,
            }
        ]
        if billed:
            charges.append(
                {
                    "kind": "labour",
                    "sequence": 20,
                    "description": self.env._("Labour, %(minutes)s minutes", minutes=billed),
                    "product_id": rate.product_labour_id.id,
                    "qty": billed / 60,
                    "unit_price": rate.hourly_rate,
                }
            )
        return charges + self._fc_list_travel(rate)

    def _fc_list_travel(self, rate):
        home, site = self.company_id.partner_id, self.x_fc_site_id or self.partner_id
        places = [(place.partner_latitude, place.partner_longitude) for place in (home, site)]
        if not all(any(place) for place in places):
            self.x_fc_quote_note = self.env._(
                "Travel is not in the price: the distance is unknown."
            )
            return []
        _minutes, km = self.env["fusion.tasks.travel"]._minutes(*places)
        billed = max(0.0, km - rate.included_km)
        if not billed or not rate.km_rate:
            return []
        return [
            {
                "kind": "travel",
                "sequence": 30,
                "description": self.env._("Travel, %(km)s km", km=f"{billed:.1f}"),
                "product_id": rate.product_travel_id.id,
                "qty": billed,
                "unit_price": rate.km_rate,
            }
        ]

    def _fc_list_parts(self):
        pricelist = self.partner_id.with_company(self.company_id).property_product_pricelist
        moves = self.move_ids.filtered(
            lambda move: move.repair_line_type == "add" and move.state != "cancel"
        )
        return [
            {
                "kind": "part",
                "sequence": 40,
                "description": move.product_id.display_name,
                "product_id": move.product_id.id,
                "qty": move.product_uom_qty,
                "unit_price": pricelist._get_product_price(
                    move.product_id, move.product_uom_qty, uom=move.product_uom,
                    currency=self.company_id.currency_id,
                ) if pricelist else move.product_id.lst_price,
                "move_id": move.id,
            }
            for move in moves
        ]  # fmt: skip

    # -- Coverage ---------------------------------------------------------------------------------

    def _fc_apply_coverage(self, lines, day):
        """Recall, manufacturer, labour warranty, plan: a line covered whole stays so."""
        if self.x_fc_recall_line_ids:
            kinds = ["callout", "labour", "travel", "part"]
            _cover(lines, kinds, 100, self.env._("Recall"))
        if self.under_warranty:
            _cover(lines, ["part"], 100, self.env._("Manufacturer's warranty"))
        warranty = self.env["fusion.repair.labor.warranty"].sudo()._find_for(self, day)
        self.x_fc_labor_warranty_id = warranty
        if warranty:
            kinds = ["labour", "callout"] if warranty.covers_callout else ["labour"]
            _cover(lines, kinds, 100, self.env._("Labour warranty"))
        plan = self._fc_find_plan(day).plan_id
        if plan:
            name = self.env._("Plan %(plan)s", plan=plan.name)
            if plan.covers_callout:
                _cover(lines, ["callout"], 100, name)
            _cover(lines, ["labour"], plan.labour_discount, name)
            _cover(lines, ["part"], plan.parts_discount, name)

    def _fc_find_plan(self, day):
        """:return: the plan that this job uses already, else one with a visit left"""
        subscriptions = self.env["fusion.repair.service.plan.subscription"].sudo()
        own = self.x_fc_plan_subscription_id.sudo()
        return own or subscriptions.with_company(self.company_id)._find_for(
            self.partner_id, self.x_fc_category_id, day
        )

    # -- Lines ------------------------------------------------------------------------------------

    def _fc_keep_quote_lines(self, values_list):
        """The same charge keeps its row, and with it its line of the order."""
        known = {(line.kind, line.move_id.id): line
                 for line in self.x_fc_quote_line_ids if line.is_automatic}  # fmt: skip
        for values in values_list:
            values = {"discount": 0, "covered_by": False, "move_id": False, **values}
            line = known.pop((values["kind"], values["move_id"]), None)
            if line:
                line.write(values)
            else:
                self.x_fc_quote_line_ids.create(
                    {**values, "repair_id": self.id, "is_automatic": True}
                )
        for line in known.values():
            _drop(line.sudo().sale_line_id)
            line.unlink()

    def _fc_push_quote_to_sale(self):
        """Write the order's lines, one per quote line; again changes only what differs.

        The order may be another seller's, so rights on the job decide.

        :return: the order
        :raise UserError: when the client already confirmed it
        """
        self.ensure_one()
        self.check_access("write")
        self = self.sudo()
        if not self.sale_order_id:
            self.action_create_sale_order()
        order = self.sale_order_id
        if order.state not in ("draft", "sent"):
            raise UserError(self.env._("%(order)s is confirmed already.", order=order.name))
        for line in self.x_fc_quote_line_ids:
            values = line._prepare_sale_values()
            target = line.sale_line_id or line.move_id.sale_line_id
            if target:
                target.write(values)
                line.sale_line_id = target
            else:
                line.sale_line_id = order.order_line.create(
                    {**values, "order_id": order.id, "sequence": line.sequence}
                )
        return order

    def action_fc_compute_quote(self):
        for repair in self:
            repair._fc_compute_quote()
        return True

    def action_fc_send_quote(self):
        """Mail the client the price with a link to answer it.

        :raise UserError: when there is nothing to price
        """
        for repair in self:
            repair._fc_compute_quote()
            if not repair.x_fc_quote_line_ids:
                raise UserError(repair.x_fc_quote_note or self.env._("There is nothing to price."))
            order = repair._fc_push_quote_to_sale()
            order.filtered(lambda one: one.state == "draft").action_quotation_sent()
            repair.write({"x_fc_quote_state": "sent", "x_fc_quote_sent_on": fields.Datetime.now()})
            url = f"{repair.get_base_url()}{order.get_portal_url()}"
            repair._mail_client("email_template_quote", quote_url=url)
        return True

    def _email_quote(self, quote_url=None):
        """:return: Markup"""
        rows = [
            (line.description, self._fc_get_line_text(line)) for line in self.x_fc_quote_line_ids
        ]
        money = {"total": self.x_fc_quote_total, "taxed": self.x_fc_quote_taxed_total}
        texts = {name: self._format_money(amount) for name, amount in money.items()}
        rows += [
            (self.env._("Total before tax"), texts["total"]),
            (self.env._("Total with tax"), texts["taxed"]),
            (self.env._("Valid until"), self.x_fc_quote_expires
             and self._format_day(self.x_fc_quote_expires)),
            (self.env._("Questions"), self.company_id.phone),
        ]  # fmt: skip
        return self._email_build(
            self.env._("The price of your repair"),
            self.env._(
                "Please look at the price and tell us with the button whether we may begin."
            ),
            sections=[(self.env._("Your repair"), rows)],
            button_url=quote_url,
            button_text=self.env._("See and approve"),
        )

    def _fc_get_line_text(self, line):
        amount = self._format_money(line.subtotal)
        if not line.covered_by:
            return amount
        return self.env._("%(amount)s (%(cover)s)", amount=amount, cover=line.covered_by)

    def _get_mail_currency(self):
        return self.x_fc_currency_id


def _cover(lines, kinds, percent, name):
    """:param percent: taken off; a line that something covers whole stays as it is"""
    for line in lines:
        if percent and line["kind"] in kinds and line.get("discount", 0) < 100:
            line["discount"] = max(percent, line.get("discount", 0))
            line["covered_by"] = name


def _drop(sale_line):
    """A line of an order that is not confirmed goes; a confirmed one stays as history."""
    if sale_line and sale_line.order_id.state in ("draft", "sent"):
        sale_line.unlink()
