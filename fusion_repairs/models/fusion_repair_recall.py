from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .. import const
from ..services.serial import is_between, make_sort_key
from .maintenance_equipment import make_serial_key


class FusionRepairRecall(models.Model):
    """A manufacturer calls units back: which ones, and how far the campaign is."""

    _name = "fusion.repair.recall"
    _description = "Recall Campaign"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Title", required=True, help="For the office, e.g. Swivel lock of SL-100.")
    reference = fields.Char("Manufacturer's Number")
    manufacturer_id = fields.Many2one("res.partner", "Manufacturer")
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, required=True,
        help="Gets the calls to make.",
    )  # fmt: skip
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    is_stop = fields.Boolean(
        "Stop Using", tracking=True,
        help="The units are marked Do Not Use until their job is done.",
    )  # fmt: skip
    hazard = fields.Text(
        "What Is Wrong", translate=True, help="Clients read this. One or two plain sentences."
    )
    remedy = fields.Text("What We Do", translate=True, help="Clients read this, too.")
    visit_minutes = fields.Integer("Minutes per Unit", default=60, required=True)
    clients_per_day = fields.Integer(
        default=20, required=True, help="So many clients a day are told, so that visits can follow."
    )
    reply_days = fields.Integer(
        "Days to Answer", default=14, required=True,
        help="Who has not booked after so many days is to be called.",
    )  # fmt: skip
    product_ids = fields.Many2many("product.product", string="Products")
    category_ids = fields.Many2many("fusion.repair.product.category", string="Types")
    serial_from = fields.Char("Serial From")
    serial_to = fields.Char("Serial To")
    sold_from = fields.Date()
    sold_to = fields.Date("Sold Until")
    line_ids = fields.One2many("fusion.repair.recall.line", "recall_id", "Units", copy=False)
    unit_count = fields.Integer("Number of Units", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    call_count = fields.Integer("To Call", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Share of the units that are done.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _figures = models.Constraint(
        "CHECK (visit_minutes BETWEEN 15 AND 240 AND clients_per_day >= 1 AND reply_days >= 1)",
        "A visit takes 15 to 240 minutes; a client and a day are the least.",
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        groups = self.env["fusion.repair.recall.line"]._read_group(
            [("recall_id", "in", self.ids)], ["recall_id", "state"], ["__count"]
        )
        found = {(recall.id, state): count for recall, state, count in groups}
        for recall in self:
            states = {state: found.get((recall.id, state), 0) for state in const.RECALL_STATES}
            recall.unit_count = sum(states.values())
            recall.done_count = states["done"]
            recall.call_count = states["unreachable"]
            recall.progress = 100 * states["done"] / (recall.unit_count or 1)

    @api.constrains("serial_from", "serial_to", "sold_from", "sold_to")
    def _check_ranges(self):
        for recall in self:
            first, last = recall._get_serial_range()
            if first and last and make_sort_key(first) > make_sort_key(last):
                raise ValidationError(self.env._("The first serial number is above the last."))
            if recall.sold_from and recall.sold_to and recall.sold_from > recall.sold_to:
                raise ValidationError(self.env._("The first day of sale is after the last."))

    # -- Units ------------------------------------------------------------------------------------

    def action_find_units(self):
        """Add the units that match. A draft forgets those that do not match any more, save what
        somebody settled; a running campaign only grows.

        :return: action that says how many there are
        :raise UserError: without a criterion, or when the campaign has ended
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        if not self._has_criteria():
            raise UserError(
                self.env._("Choose products, types, serial numbers or days of sale first.")
            )
        units = self._find_units()
        if self.state == "draft":
            stale = self.line_ids.filtered(
                lambda line: line.equipment_id not in units and not line.settled_reason
            )
            stale.sudo().unlink()
        added = self.line_ids.create(
            [
                {"recall_id": self.id, "equipment_id": unit.id}
                for unit in units - self.line_ids.equipment_id
            ]
        )
        if self.state == "running":
            added._mark_units()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if units else "warning",
                "message": self._describe_search(len(units), len(added)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _describe_search(self, found, added):
        if not found:
            return self.env._(
                "No unit of the register matches. Look at the criteria; units of earlier sales "
                "come into the register with Enrol Earlier Sales."
            )
        return self.env._(
            "Units that match: %(found)s, new ones: %(added)s.", found=found, added=added
        )

    def _has_criteria(self):
        names = ("product_ids", "category_ids", "sold_from", "sold_to")
        return any(self[name] for name in names) or any(self._get_serial_range())

    def _get_serial_range(self):
        """:return: keys of the first and the last serial number, empty: open"""
        return make_serial_key(self.serial_from), make_serial_key(self.serial_to)

    def _find_units(self):
        """:return: the clients' units that match all criteria; archived ones are scrapped"""
        units = self.env["maintenance.equipment"].search(self._get_unit_domain(), order="id")
        first, last = self._get_serial_range()
        if not first and not last:
            return units
        return units.filtered(lambda unit: is_between(unit.x_fc_serial_key, first, last))

    def _get_unit_domain(self):
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("x_fc_is_client_unit", "=", True)
            & Domain("x_fc_client_id", "!=", False)
        )
        if self.product_ids:
            domain &= Domain("x_fc_product_id", "in", self.product_ids.ids)
        if self.category_ids:
            domain &= Domain("x_fc_repair_category_id", "in", self.category_ids.ids)
        return domain & self._get_sale_domain()

    def _get_sale_domain(self):
        """The day of the order in the company's zone; without one, the day it was installed."""
        sold = installed = Domain.TRUE
        ordered_on = "x_fc_sale_line_id.order_id.date_order"
        if self.sold_from:
            sold &= Domain(ordered_on, ">=", self._get_midnight(self.sold_from))
            installed &= Domain("x_fc_install_date", ">=", self.sold_from)
        if self.sold_to:
            after = self._get_midnight(self.sold_to + timedelta(days=1))
            sold &= Domain(ordered_on, "<", after)
            installed &= Domain("x_fc_install_date", "<=", self.sold_to)
        if not self.sold_from and not self.sold_to:
            return Domain.TRUE
        return sold | (Domain("x_fc_sale_line_id", "=", False) & installed)

    def _get_midnight(self, day):
        """:return: naive UTC"""
        local = self.company_id._fc_tz().localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    # -- States -----------------------------------------------------------------------------------

    def action_start(self):
        """The first clients are told within the hour; units that must stop are marked at once.

        :raise UserError: without units, or without the text for the clients
        """
        for recall in self:
            if recall.state != "draft":
                raise UserError(self.env._("This campaign has begun already."))
            if not recall.line_ids:
                raise UserError(self.env._("Find the units first."))
            if not (recall.hazard or "").strip():
                raise UserError(self.env._("Say what is wrong; clients read it."))
            recall.state = "running"
            recall.line_ids._mark_units()
        return True

    def action_close(self):
        """No more messages; links that were not used end. Visits that are booked stay, and so do
        the marks of units that nobody looked at.
        """
        self._check_open()
        self.state = "closed"
        self.line_ids._end_links()
        return True

    def action_cancel(self):
        """It was a mistake: as closing, and units that it marked are free again."""
        self._check_open()
        self.state = "cancelled"
        self.line_ids._end_links()
        self.line_ids._free_units()
        return True

    def _check_open(self):
        if self.filtered(lambda recall: recall.state not in ("draft", "running")):
            raise UserError(self.env._("This campaign has ended."))

    # -- Lists ------------------------------------------------------------------------------------

    def action_view_units(self):
        return self._view_lines({})

    def action_view_calls(self):
        return self._view_lines({"search_default_to_call": 1})

    def _view_lines(self, context):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("fusion_repairs.action_recall_lines"),
            "domain": [("recall_id", "=", self.id)],
            "context": context,
        }
