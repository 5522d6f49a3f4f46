from odoo import fields, models

from ..services.wire import cents, show_date, show_moment


class SaleOrder(models.Model):
    """The subscription as the API shows it, and what the API does with it."""

    _inherit = "sale.order"

    def _fc_api_values(self):
        """:return: the API's subscription object"""
        self.ensure_one()
        status = self._fc_get_status()
        link = self.x_fc_billing_service_id._find_link(self.partner_id)
        plan = self._fc_get_catalogue_plan()
        line = self._fc_get_flat_line()
        periods = self._fc_get_periods()
        begin = self._fc_get_first_moment() if periods else None
        start, end = periods.at(fields.Datetime.now()) if periods else (None, None)
        change = self._fc_get_scheduled_change()
        is_running = status in ("active", "paused")
        return {
            "id": self.x_fc_billing_uuid,
            "lago_id": self.x_fc_billing_uuid,
            "external_id": self.x_fc_billing_external_id or None,
            "external_customer_id": link.external_id or None,
            "name": self.client_order_ref or "",
            "plan_code": self.x_fc_billing_plan_code or None,
            "interval": plan._get_interval() if plan else None,
            "status": status,
            "plan_amount_cents": cents(line.price_unit if line else 0, self.currency_id),
            "plan_amount_currency": self.currency_id.name,
            "started_at": show_moment(begin) if status != "pending" else None,
            "subscription_at": show_moment(begin),
            "ending_at": show_date(self.end_date),
            "terminated_at": show_moment(self.x_fc_terminated_at),
            "canceled_at": show_moment(self.write_date) if status == "canceled" else None,
            "next_plan_code": change.plan_code or None,
            "plan_change_date": show_date(change.date_start),
            "previous_plan_code": self._fc_get_previous_plan_code(),
            "current_billing_period_started_at": show_moment(start) if is_running else None,
            "current_billing_period_ending_at": show_moment(end) if is_running else None,
            "next_invoice_date": show_date(self.next_invoice_date) if is_running else None,
            "deployment_id": self.x_fc_nexacloud_deployment_id or None,
            "created_at": show_moment(self.create_date),
        }

    def _fc_get_catalogue_plan(self):
        return (
            self.env["fusion.billing.plan"]
            .sudo()
            .search(
                [
                    ("service_id", "=", self.x_fc_billing_service_id.id),
                    ("code", "=", self.x_fc_billing_plan_code),
                    ("plan_id", "=", self.plan_id.id),
                ],
                limit=1,
            )
        )

    def _fc_get_flat_line(self):
        flat = self.order_line.filtered("recurring_invoice")
        return (flat.filtered("product_uom_qty") or flat)[:1]

    def _fc_skip_past_periods(self):
        """A start in the past is not billed backwards: the first invoice is for the period that
        runs now."""
        number = self._fc_get_periods().number_at(fields.Datetime.now())
        if number > 0:
            self.next_invoice_date = self._fc_get_periods().day(number)

    def _fc_preview_invoice(self, now=None):
        """What the next invoice would be, by the code that makes it; nothing stays written.

        :param now: naive UTC: the usage counted until then, default the present
        :return: the API's invoice object, without ids and number
        """
        self.ensure_one()
        _start, end = self._fc_billing_period(now)
        with self.env.cr.savepoint() as savepoint:
            self._fc_rate_usage(end)
            self._fc_apply_plan(self._fc_local_day(end))
            move = self._create_recurring_invoice(in_advance=True)
            values = move._fc_api_values() if move else {}
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        for key in ("id", "lago_id", "number"):
            values.pop(key, None)
        return {**values, "fees": [{**fee, "id": None} for fee in values.get("fees", ())]}

    def _fc_invoice_rest(self):
        """After the end: invoice usage that no invoice shows, posted.

        :return: account.move, empty when there is nothing
        """
        self._fc_rate_usage()
        waiting = self.order_line.filtered(
            lambda line: line.x_fc_usage_kind and not line._fc_is_invoiced()
        )
        if not waiting:
            return self.env["account.move"]
        asked = self.with_context(raise_if_nothing_to_invoice=False)
        move = asked._create_invoices(grouped=True, final=True)
        if move:
            move.action_post()
        return move
