import logging
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch
from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const
from .maintenance_equipment import make_serial_key

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    x_fc_contract_ids = fields.One2many(
        "fusion.repair.maintenance.contract", "original_sale_order_id", "Maintenance Contracts"
    )
    x_fc_contract_count = fields.Integer(
        "Number of Contracts", compute="_compute_x_fc_contract_count"
    )

    @api.depends("x_fc_contract_ids")
    def _compute_x_fc_contract_count(self):
        for order in self:
            order.x_fc_contract_count = len(order.x_fc_contract_ids)

    def action_confirm(self):
        result = super().action_confirm()
        self._fc_answer_quotes("approved")
        self._spawn_maintenance_contracts()
        return result

    def _fc_answer_quotes(self, answer):
        """The client's answer to the order is the one to the quotes of its jobs."""
        open_quotes = self.sudo().repair_order_ids.filtered(
            lambda job: job.x_fc_quote_state in ("draft", "sent")
        )
        open_quotes.x_fc_quote_state = answer

    def _action_cancel(self):
        result = super()._action_cancel()
        self._fc_answer_quotes("declined")
        self._fc_get_contracts().filtered(
            lambda one: one.state != "cancelled" and "done" not in one.visit_ids.mapped("state")
        ).action_cancel("sale_cancelled")
        return result

    def action_fc_view_contracts(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("fusion_repairs.action_contracts"),
            "domain": [("original_sale_order_id", "=", self.id)],
            "context": {},
        }

    def _fc_get_contracts(self):
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        return contracts_sudo.search([("x_fc_source_sale_line_id", "in", self.order_line.ids)])

    def _fc_maintenance_anchor_date(self, line):
        """:return: local date from which the unit's maintenance is counted"""
        return self._fc_find_anchor(line)[0]

    def _fc_find_anchor(self, line):
        """:return: ``(date, source)``, the source being ``delivery``, ``claims_delivery``,
        ``service_start``, ``commitment``, ``invoice``, ``order`` or ``today``
        """
        facts = line._fc_claims_facts()
        order = line.order_id
        ways = (
            (lambda: max(line._fc_get_delivered().mapped("date"), default=False), "delivery"),
            (lambda: facts["delivery_date"], "claims_delivery"),
            (lambda: facts["service_start"], "service_start"),
            (lambda: order.commitment_date, "commitment"),
            (line._fc_get_invoice_date, "invoice"),
            (lambda: order.date_order, "order"),
            (order.company_id._fc_today, "today"),
        )
        moment, source = next((found, name) for find, name in ways if (found := find()))
        return _make_date(moment, order.company_id._fc_tz()), source

    def _spawn_maintenance_contracts(self):
        """Make the contracts of the units sold; those that are there stay. A fault never stops the
        sale: it is posted on the order, and the nightly job tries again.

        :return: created contracts
        """
        created = self.env["fusion.repair.maintenance.contract"].sudo()
        if self.env.context.get("fusion_repairs_no_spawn"):
            return created
        for order in self.filtered(lambda order: order.state == "sale"):
            lines = order.order_line.filtered(lambda line: line._fc_is_unit())
            try:
                with self.env.cr.savepoint():
                    created += order._fc_spawn(lines)
            except OperationalError:
                raise
            except Exception:  # row boundary: the good lines of the order still get theirs
                _logger.warning("Enrolment of %s failed, line by line now", order, exc_info=True)
                created += order._fc_spawn_each(lines)
        return created

    def _fc_spawn_all(self):
        self._spawn_maintenance_contracts()
        self._fc_spawn_labor_warranties()
        self._fc_spawn_plan_subscriptions()

    def _fc_spawn_each(self, lines):
        created = self.env["fusion.repair.maintenance.contract"].sudo()
        for line in lines:
            try:
                with self.env.cr.savepoint():
                    created += self._fc_spawn(line)
            except OperationalError:
                raise
            except Exception:  # row boundary: the sale goes on
                _logger.exception("Enrolment of %s failed", line)
                self.sudo().message_post(
                    body=self.env._(
                        "No maintenance contract for “%(line)s” yet. It is tried again tonight.",
                        line=line.name,
                    )
                )
        return created

    def _fc_spawn(self, lines):
        policies = {line: line.product_id.product_tmpl_id._fc_get_maintenance_policy()
                    for line in lines.sudo()}  # fmt: skip
        policies = {line: policy for line, policy in policies.items() if policy["interval"] > 0}
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        if not policies:
            return contracts_sudo
        self._fc_revive(policies)
        units = [unit for line in policies for unit in self._fc_list_units(line)]
        known = self._fc_load_known(units)
        drafts = []
        for unit in units:
            values = self._fc_decide(unit, policies[unit["line"]], known)
            if values:
                drafts.append((unit, values))
        created = contracts_sudo.with_context(mail_create_nosubscribe=True).create(
            [values for _unit, values in drafts]
        )
        for contract, (unit, _values) in zip(created, drafts, strict=True):
            self._fc_raise_questions(contract, unit)
        return created

    def _fc_revive(self, policies):
        """The sale is confirmed again: what its cancelling ended comes back as it was."""
        line_ids = [line.id for line in policies]
        for contract in self.env["fusion.repair.maintenance.contract"].sudo().search(
            [
                ("x_fc_source_sale_line_id", "in", line_ids),
                ("x_fc_cancel_reason", "=", "sale_cancelled"),
                ("state", "=", "cancelled"),
            ]
        ):  # fmt: skip
            if not contract._find_live_twin():
                state = contract.state_before_cancel or "active"
                contract.write({"state": state, "x_fc_cancel_reason": False})

    def _fc_list_units(self, line):
        """:return: list of ``{"line", "index", "serial", "question"}``"""
        serials = line._fc_get_serials()
        count = line._fc_count_units(serials)
        most = self.env["fusion.repair.parameter"]._get_number("max_units_per_line")
        question = "many" if count > most else ""
        if question:
            count, serials = 1, serials[:1]
        return [
            {
                "line": line,
                "index": number + 1,
                "serial": serials[number] if number < len(serials) else False,
                "question": question,
            }
            for number in range(count)
        ]

    def _fc_load_known(self, units):
        """:return: ``{"lines": {(line id, index)}, "serials": {key: [contract]}}`` of contracts
        that are live or that the client ended
        """
        keys = [make_serial_key(unit["serial"]) for unit in units if unit["serial"]]
        is_live = Domain("state", "in", const.LIVE) & Domain("active", "=", True)
        is_ended = Domain("state", "=", "cancelled")
        is_ended &= Domain("x_fc_cancel_reason", "!=", "sale_cancelled")
        ours = Domain("x_fc_source_sale_line_id", "in", [unit["line"].id for unit in units])
        ours |= Domain("x_fc_serial_key", "in", keys)
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        found = contracts_sudo.with_context(active_test=False).search(
            Domain("company_id", "=", self.company_id.id) & (is_live | is_ended) & ours, order="id"
        )
        known = {"lines": set(), "serials": {}}
        for contract in found:
            known["lines"].add((contract.x_fc_source_sale_line_id.id, contract.x_fc_unit_index))
            if contract.x_fc_serial_key:
                known["serials"].setdefault(contract.x_fc_serial_key, []).append(
                    (contract, contract.partner_id, contract.product_id)
                )
        return known

    def _fc_decide(self, unit, policy, known):
        """:return: values of the unit's contract, None when it has or must not have one"""
        line = unit["line"]
        client = line.order_id.partner_id.commercial_partner_id
        if (line.id, unit["index"]) in known["lines"]:
            return None
        key = make_serial_key(unit["serial"])
        holders = known["serials"].get(key, []) if key else []
        same_client = [one for one in holders if one[1].commercial_partner_id == client]
        if same_client:
            self._fc_claim(same_client[-1][0], unit)
            return None
        live = [one for one in holders if not one[0] or one[0].state != "cancelled"]
        values = self._fc_prepare_contract_values(unit, policy)
        if live:
            values["x_fc_device_serial"] = False
            unit["question"] = "serial"
            holder = live[-1]
            if holder[2] == line.product_id and holder[0]:
                unit["question"] = "owner"
                values.update(state="draft", x_fc_takes_over_id=holder[0].id)
        elif key:
            known["serials"].setdefault(key, []).append(
                (None, line.order_id.partner_id, line.product_id)
            )
        return values

    def _fc_claim(self, contract, unit):
        """A live contract that came without a sale learns from which sale its unit is."""
        if not contract or contract.state == "cancelled" or contract.x_fc_source_sale_line_id:
            return
        contract.write(
            {"x_fc_source_sale_line_id": unit["line"].id, "x_fc_unit_index": unit["index"]}
        )

    def _fc_prepare_contract_values(self, unit, policy):
        line, order = unit["line"], unit["line"].order_id
        anchor = order._fc_maintenance_anchor_date(line)
        return {
            "partner_id": order.partner_id.id,
            "product_id": line.product_id.id,
            "original_sale_order_id": order.id,
            "company_id": order.company_id.id,
            "currency_id": order.company_id.currency_id.id,
            "interval_months": policy["interval"],
            "x_fc_maintenance_fee": policy["fee"],
            "x_fc_policy_category_id": policy["category"].id,
            "x_fc_source": "sale",
            "x_fc_source_sale_line_id": line.id,
            "x_fc_unit_index": unit["index"],
            "x_fc_device_serial": unit["serial"],
            "x_fc_anchor_date": anchor,
            "next_due_date": anchor + relativedelta(months=policy["interval"]),
            "state": "active",
        }

    def _fc_raise_questions(self, contract, unit):
        summaries = {
            "many": self.env._("Many units on one line: one contract was made"),
            "owner": self.env._("Unit changed owner?"),
            "serial": self.env._("Same serial"),
        }
        if unit["question"]:
            contract._raise_activity("mail.mail_activity_data_todo", summaries[unit["question"]])

    @api.model
    @api.private
    def cron_enrol_missed(self):
        """Orders of the last days whose enrolment failed.

        :return: ``{"done", "skipped", "failed"}``
        """
        since = fields.Datetime.now() - timedelta(days=const.ENROL_DAYS)
        orders = self.search([("state", "=", "sale"), ("date_order", ">=", since)])
        failed = []
        done = run_batch(
            orders,
            lambda order: order._fc_spawn_all(),
            on_failure=lambda order, _error: failed.append(order.id),
        )
        skipped = len(orders) - done - len(failed)
        return {"done": done, "skipped": skipped, "failed": len(failed)}


def _make_date(moment, tz):
    """:return: the local date; exactly midnight UTC was entered as a bare date"""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if moment.time() == time.min else to_local(moment, tz).date()
