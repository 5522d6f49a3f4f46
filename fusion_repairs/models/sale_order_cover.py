import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import models

_logger = logging.getLogger(__name__)


class SaleOrderCover(models.Model):
    """What a sale brings beside contracts: labour warranties of its units and prepaid plans; and
    what the client's answer to a quote means for the job."""

    _inherit = "sale.order"

    def action_confirm(self):
        result = super().action_confirm()
        self._fc_spawn_labor_warranties()
        self._fc_spawn_plan_subscriptions()
        self._fc_note_quote_answer("approved")
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._fc_note_quote_answer("declined")
        subscriptions = self.env["fusion.repair.service.plan.subscription"].sudo()
        subscriptions.search(
            [("sale_line_id", "in", self.order_line.ids), ("visits_used", "=", 0)]
        ).action_cancel()
        return result

    def _fc_note_quote_answer(self, answer):
        """The office's own test of a confirmed order is no answer to a quote that nobody made."""
        jobs = self.sudo().repair_order_ids.filtered(
            lambda job: job.x_fc_quote_state in ("draft", "sent")
        )
        jobs.write({"x_fc_quote_state": answer})

    def _fc_spawn_labor_warranties(self):
        """One per unit whose product comes with free labour; those that are there stay.

        :return: created warranties
        """
        warranties = self.env["fusion.repair.labor.warranty"].sudo()
        lines = self._fc_list_confirmed_lines().filtered(
            lambda line: line.product_id.x_fc_labor_warranty_months > 0
        )
        units = self.env["maintenance.equipment"].sudo()
        known = {
            (unit.x_fc_sale_line_id, unit.x_fc_unit_index): unit
            for unit in units.search([("x_fc_sale_line_id", "in", lines.ids)])
        }
        return self._fc_spawn_missing(
            lines,
            warranties,
            lambda line, index, serial: self._fc_prepare_warranty_values(
                line, index, serial, known.get((line, index), units)
            ),
        )

    def _fc_spawn_plan_subscriptions(self):
        """One per plan sold; those that are there stay.

        :return: created subscriptions
        """
        lines = self._fc_list_confirmed_lines()
        plans = self.env["fusion.repair.service.plan"].sudo().search(
            [("product_id", "in", lines.product_id.ids)]
        )  # fmt: skip
        by_product = {plan.product_id: plan for plan in plans}
        subscriptions = self.env["fusion.repair.service.plan.subscription"].sudo()
        return self._fc_spawn_missing(
            lines.filtered(lambda line: line.product_id in by_product),
            subscriptions,
            lambda line, index, _serial: self._fc_prepare_plan_values(
                line, index, by_product[line.product_id]
            ),
        )

    def _fc_list_confirmed_lines(self):
        if self.env.context.get("fusion_repairs_no_spawn"):
            return self.env["sale.order.line"]
        lines = self.filtered(lambda order: order.state == "sale").order_line
        return lines.filtered(lambda line: line._fc_is_unit())

    def _fc_spawn_missing(self, lines, records, prepare):
        """:param records: empty set of the model to create, with ``sale_line_id``, ``unit_index``
        :param prepare: called with line, index and serial, gives the values of a unit
        """
        known = {
            (one.sale_line_id.id, one.unit_index)
            for one in records.with_context(active_test=False).search(
                [("sale_line_id", "in", lines.ids)]
            )
        }
        limit = self.env["fusion.repair.parameter"]._get_number("max_units_per_line")
        wanted = {}
        for line in lines:
            serials = line._fc_get_serials()
            count = min(line._fc_count_units(serials), limit)
            missing = [index for index in range(1, count + 1) if (line.id, index) not in known]
            wanted[line] = [(index, (serials + [False] * count)[index - 1]) for index in missing]
        return self._fc_create_together(records, wanted, prepare)

    def _fc_create_together(self, records, wanted, prepare):
        """All at once; where that fails line by line, so that one bad line takes no other along.

        :param wanted: {line: [(index, serial)]}
        """
        try:
            with self.env.cr.savepoint():
                return records.create(
                    [
                        prepare(line, index, serial)
                        for line, units in wanted.items()
                        for index, serial in units
                    ]
                )
        except OperationalError:
            raise
        except Exception:  # row boundary: the sale goes on, the nightly job tries again
            if len(wanted) < 2:
                _logger.exception("%s of %s not made", records._description, list(wanted))
                return records
        created = records
        for line, units in wanted.items():
            created += self._fc_create_together(records, {line: units}, prepare)
        return created

    def _fc_prepare_warranty_values(self, line, index, serial, unit):
        order = line.order_id
        start = order._fc_maintenance_anchor_date(line)
        months = relativedelta(months=line.product_id.x_fc_labor_warranty_months)
        return {
            "partner_id": order.partner_id.id,
            "product_id": line.product_id.id,
            "equipment_id": unit.id,
            "serial": serial or unit.x_fc_serial,
            "sale_line_id": line.id,
            "unit_index": index,
            "date_start": start,
            "date_end": start + months - timedelta(days=1),
            "company_id": order.company_id.id,
        }

    def _fc_prepare_plan_values(self, line, index, plan):
        order = line.order_id
        start = order._fc_maintenance_anchor_date(line)
        return {
            "plan_id": plan.id,
            "partner_id": order.partner_id.id,
            "date_start": start,
            "date_end": start + relativedelta(months=plan.period_months) - timedelta(days=1),
            "sale_line_id": line.id,
            "unit_index": index,
            "company_id": order.company_id.id,
        }
