import secrets
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .. import const
from .maintenance_equipment import make_serial_key


def new_cycle():
    return secrets.token_urlsafe(16)


class FusionRepairMaintenanceContract(models.Model):
    """One maintained unit of a client: when it is due, at what fee."""

    _name = "fusion.repair.maintenance.contract"
    _description = "Maintenance Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
        "fusion.repair.mail.mixin",
    ]
    _order = "next_due_date, id"
    _check_company_auto = True

    name = fields.Char("Reference", readonly=True, copy=False, default="/")
    partner_id = fields.Many2one("res.partner", "Client", required=True, index=True)
    product_id = fields.Many2one("product.product", required=True)
    equipment_id = fields.Many2one(
        "maintenance.equipment", "Unit", index="btree_not_null", copy=False, check_company=True
    )
    lot_id = fields.Many2one("stock.lot", "Lot", copy=False)
    original_sale_order_id = fields.Many2one(
        "sale.order", "Sold By", index="btree_not_null", copy=False
    )
    interval_months = fields.Integer("Interval (months)", default=6, required=True)
    last_service_date = fields.Date("Last Service", copy=False)
    next_due_date = fields.Date("Next Due", required=True, index=True, tracking=True)
    x_fc_anchor_date = fields.Date(
        "Cadence Starts",
        compute="_compute_x_fc_anchor_date",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Due dates are whole intervals after this day.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    x_fc_cancel_reason = fields.Selection(
        [
            ("client_request", "The client asked for it"),
            ("deceased", "The client died"),
            ("sold_or_scrapped", "Unit sold or scrapped"),
            ("sale_cancelled", "Sale cancelled"),
            ("duplicate", "Duplicate"),
            ("other", "Other"),
        ],
        "Reason",
        copy=False,
        tracking=True,
    )
    state_before_cancel = fields.Char(copy=False, readonly=True)
    last_reminder_band = fields.Selection(
        [("30", "30 days"), ("7", "7 days"), ("1", "1 day")],
        "Last Reminder",
        copy=False,
        readonly=True,
    )
    last_reminder_date = fields.Date("Reminded On", copy=False, readonly=True)
    booking_cycle = fields.Char(
        default=lambda self: new_cycle(), copy=False, readonly=True, groups="base.group_system",
        help="Links of an earlier cycle are dead.",
    )  # fmt: skip
    booking_repair_id = fields.Many2one("repair.order", "Booked Job", copy=False, readonly=True)
    visit_ids = fields.One2many("fusion.repair.maintenance.visit", "contract_id", "Visits")
    open_visit_id = fields.Many2one(
        "fusion.repair.maintenance.visit",
        compute="_compute_open_visit_id",
        store=True,
        index="btree_not_null",
    )
    visit_count = fields.Integer(compute="_compute_visit_count")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    x_fc_maintenance_fee = fields.Monetary("Fee", tracking=True, help="Before tax.")
    x_fc_source = fields.Selection(
        [("sale", "Sale"), ("backfill", "Backfill"), ("claims", "Claims"), ("manual", "By Hand")],
        "Source",
        required=True,
        default="manual",
        index=True,
        copy=False,
    )
    x_fc_source_sale_line_id = fields.Many2one(
        "sale.order.line", "Sale Line", index="btree_not_null", copy=False, ondelete="set null"
    )
    x_fc_unit_index = fields.Integer("Unit of the Line", default=1, copy=False)
    x_fc_device_serial = fields.Char("Serial", index="btree_not_null", copy=False, tracking=True)
    x_fc_serial_key = fields.Char(
        "Serial Key",
        compute="_compute_x_fc_serial_key",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    x_fc_policy_category_id = fields.Many2one("fusion.repair.product.category", "Type")
    x_fc_preferred_technician_id = fields.Many2one(
        "res.users", "Preferred Technician", domain=[("x_fc_is_technician", "=", True)]
    )
    x_fc_contact_partner_id = fields.Many2one(
        "res.partner", "Caregiver", help="Gets a copy of the reminders."
    )
    x_fc_takes_over_id = fields.Many2one(
        "fusion.repair.maintenance.contract",
        "Takes Over",
        copy=False,
        readonly=True,
        help="Contract of the earlier owner of what looks like the same unit.",
    )
    x_fc_notes = fields.Text("Notes")
    before_roll = fields.Json(
        copy=False, help="Dates before the last roll, for a manager to undo it."
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    is_overdue_date = fields.Boolean(compute="_compute_is_overdue")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    _interval_positive = models.Constraint(
        "CHECK (interval_months >= 1)", "The interval is at least one month."
    )
    _live_serial_uniq = models.UniqueIndex(
        "(company_id, x_fc_serial_key) WHERE state != 'cancelled' AND active "
        "AND x_fc_serial_key IS NOT NULL AND x_fc_serial_key != ''",
        "Another live contract holds this serial number.",
    )
    _live_line_uniq = models.UniqueIndex(
        "(x_fc_source_sale_line_id, x_fc_unit_index) WHERE state != 'cancelled' AND active "
        "AND x_fc_source_sale_line_id IS NOT NULL",
        "Another live contract holds this unit of the sale.",
    )
    _due_idx = models.Index("(state, next_due_date) WHERE active")

    @api.depends("next_due_date", "interval_months")
    def _compute_x_fc_anchor_date(self):
        for contract in self:
            months = relativedelta(months=contract.interval_months)
            is_known = contract.x_fc_anchor_date or not contract.next_due_date
            if not is_known:
                contract.x_fc_anchor_date = contract.next_due_date - months
            else:
                contract.x_fc_anchor_date = contract.x_fc_anchor_date

    @api.depends("x_fc_device_serial")
    def _compute_x_fc_serial_key(self):
        for contract in self:
            contract.x_fc_serial_key = make_serial_key(contract.x_fc_device_serial) or False

    @api.depends("visit_ids.state")
    def _compute_open_visit_id(self):
        for contract in self:
            is_open = contract.visit_ids.filtered(lambda visit: visit.state in const.OPEN_VISIT)
            contract.open_visit_id = is_open[:1]

    @api.depends("visit_ids")
    def _compute_visit_count(self):
        for contract in self:
            contract.visit_count = len(contract.visit_ids)

    @api.depends("next_due_date", "company_id", "state")
    def _compute_is_overdue(self):
        for contract in self:
            due, today = contract.next_due_date, contract.company_id._fc_today()
            contract.is_overdue_date = bool(due and due < today)
            contract.is_overdue = contract.state == "active" and contract.is_overdue_date

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for contract in self:
            contract.access_url = f"/my/equipment/{contract.equipment_id.id}"
        return result

    @api.constrains("x_fc_maintenance_fee")
    def _check_fee(self):
        if self.filtered(lambda contract: contract.x_fc_maintenance_fee < 0):
            raise ValidationError(self.env._("A fee cannot be negative."))

    @api.constrains("state", "x_fc_cancel_reason")
    def _check_cancel_reason(self):
        if self.filtered(lambda one: one.state == "cancelled" and not one.x_fc_cancel_reason):
            raise ValidationError(self.env._("Say why the contract is cancelled."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_interval(vals)
        self._fill_names([vals for vals in vals_list if vals.get("name", "/") == "/"])
        self.flush_model(["state", "active", "x_fc_serial_key"])  # what the unique indexes look at
        contracts = super().create(vals_list)
        contracts._fill_equipment()
        return contracts

    def write(self, vals):
        self._check_interval(vals)
        return super().write(vals)

    @api.model
    def _check_interval(self, vals):
        """The database would refuse first, with a rougher message."""
        if vals.get("interval_months", 1) < 1:
            raise ValidationError(self.env._("The interval is at least one month."))

    @api.model
    def _fill_names(self, vals_list):
        """All numbers of a batch in one query."""
        if not vals_list:
            return
        sequence = self.env.ref("fusion_repairs.sequence_contract").sudo()
        query = SQL(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            f"ir_sequence_{sequence.id:03d}",
            len(vals_list),
        )
        for vals, (number,) in zip(vals_list, self.env.execute_query(query), strict=True):
            vals["name"] = sequence.get_next_char(number)

    def action_view_visits(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("fusion_repairs.action_visits"),
            "domain": [("contract_id", "=", self.id)],
            "context": {},
        }

    # -- Unit -------------------------------------------------------------------------------------

    def _fill_equipment(self):
        """Find each contract's unit, by serial and product or by sale line, or make it. A contract
        that waits to take over a unit gets that one later."""
        missing = self.filtered(lambda one: not one.equipment_id and not one.x_fc_takes_over_id)
        if not missing:
            return
        units_sudo = self.env["maintenance.equipment"].sudo()
        known = units_sudo.search(
            [
                ("company_id", "in", missing.company_id.ids),
                "|",
                ("x_fc_sale_line_id", "in", missing.x_fc_source_sale_line_id.ids),
                (
                    "x_fc_serial_key",
                    "in",
                    [key for key in missing.mapped("x_fc_serial_key") if key],
                ),
            ]
        )
        by_identity = {identity: unit for unit in known for identity in _identities_of_unit(unit)}
        fresh = self.browse()
        for contract in missing:
            found = [by_identity[one] for one in contract._get_identities() if one in by_identity]
            if found:
                contract.equipment_id = found[0].id
            else:
                fresh += contract
        # Core would read the followers of the category for each unit; the contract has the story.
        quiet = units_sudo.with_context(tracking_disable=True)
        made = quiet.create([contract._prepare_equipment_values() for contract in fresh])
        for contract, unit in zip(fresh, made, strict=True):
            contract.equipment_id = unit.id

    def _get_identities(self):
        """:return: what the unit may be recognized by, the surest first"""
        identities = []
        if self.x_fc_serial_key:
            identities.append((self.company_id.id, self.x_fc_serial_key, self.product_id.id))
        if self.x_fc_source_sale_line_id:
            identities.append((self.x_fc_source_sale_line_id.id, self.x_fc_unit_index))
        return identities

    def _prepare_equipment_values(self):
        return {
            "name": self.product_id.name,
            "company_id": self.company_id.id,
            "category_id": self.x_fc_policy_category_id.maintenance_category_id.id,
            "x_fc_is_client_unit": True,
            "x_fc_client_id": self.partner_id.id,
            "x_fc_site_id": self.original_sale_order_id.partner_shipping_id.id,
            "x_fc_product_id": self.product_id.id,
            "x_fc_lot_id": self.lot_id.id,
            "x_fc_repair_category_id": self.x_fc_policy_category_id.id,
            "x_fc_serial": self.x_fc_device_serial,
            "x_fc_install_date": self.x_fc_anchor_date,
            "x_fc_sale_line_id": self.x_fc_source_sale_line_id.id,
            "x_fc_unit_index": self.x_fc_unit_index,
        }

    def _get_unit_name(self):
        """:return: the units' names"""
        names = [one.equipment_id.x_fc_product_id.name or one.product_id.name for one in self]
        return ", ".join(names)

    # -- States -----------------------------------------------------------------------------------

    def action_activate(self):
        """:raise UserError: when another live contract holds the unit"""
        for contract in self:
            if contract.state not in ("draft", "cancelled"):
                continue
            if contract.state == "cancelled":
                contract._check_may_revive()
            contract.write({"state": "active", "x_fc_cancel_reason": False})
        return True

    def _check_may_revive(self):
        if not (self.env.su or self.env.user.has_group("fusion_repairs.group_manager")):
            raise AccessError(self.env._("Only a manager brings a cancelled contract back."))
        other = self._find_live_twin()
        if other:
            raise UserError(
                self.env._("%(other)s already holds this unit.", other=other.display_name)
            )

    def _find_live_twin(self):
        """:return: another live contract of the same unit, by either identity"""
        domain = [("id", "=", 0)]
        if self.x_fc_serial_key:
            domain = ["|", ("x_fc_serial_key", "=", self.x_fc_serial_key), *domain]
        if self.x_fc_source_sale_line_id:
            line = [
                ("x_fc_source_sale_line_id", "=", self.x_fc_source_sale_line_id.id),
                ("x_fc_unit_index", "=", self.x_fc_unit_index),
            ]
            domain = ["|", "&", *line, *domain]
        live = [("company_id", "=", self.company_id.id), ("state", "in", const.LIVE)]
        return self.search([*live, ("id", "!=", self.id), *domain], limit=1)

    def action_pause(self):
        self._leave_households()
        self.filtered(lambda one: one.state == "active").write({"state": "paused"})
        self._rotate_cycle()
        return True

    def action_resume(self):
        """A due date that has passed stays; the form offers to move it."""
        self.filtered(lambda one: one.state == "paused").write({"state": "active"})
        return True

    def action_resume_later(self):
        """Resume, with a due date in the past moved far enough for no reminder to go at once."""
        for contract in self.filtered(lambda one: one.state == "paused"):
            today = contract.company_id._fc_today()
            if contract.next_due_date < today:
                contract.next_due_date = today + timedelta(days=const.RESUME_DAYS)
        return self.action_resume()

    def action_cancel(self, reason="other"):
        """:param reason: a value of ``x_fc_cancel_reason``"""
        self._leave_households()
        for contract in self.filtered(lambda one: one.state != "cancelled"):
            if contract.open_visit_id:
                contract.open_visit_id.action_cancel()
            contract.write(
                {
                    "state_before_cancel": contract.state,
                    "state": "cancelled",
                    "x_fc_cancel_reason": reason,
                }
            )
        self._rotate_cycle()
        return True

    def action_take_over(self):
        """The unit changed its owner: end the earlier contract, and take serial and unit over."""
        for contract in self.filtered("x_fc_takes_over_id"):
            old = contract.x_fc_takes_over_id
            unit, serial = old.equipment_id, old.x_fc_device_serial
            old.action_cancel("sold_or_scrapped")
            old.flush_recordset()
            unit.sudo().write(
                {
                    "x_fc_client_id": contract.partner_id.id,
                    "x_fc_site_id": contract.original_sale_order_id.partner_shipping_id.id,
                }
            )
            contract.write(
                {
                    "equipment_id": unit.id,
                    "x_fc_device_serial": serial,
                    "x_fc_takes_over_id": False,
                }
            )
            contract.action_activate()
        return True

    def _rotate_cycle(self):
        """All links mailed so far are dead from now on."""
        for contract in self.sudo():
            contract.booking_cycle = new_cycle()

    def _get_coordinator(self):
        """:return: who looks after this contract in the office"""
        return self.company_id.sudo().x_fc_service_user_id or self.create_uid or self.env.user

    def _raise_activity(self, xmlid, summary="", note=""):
        """:return: the open activity of that type; there is one at most per contract"""
        self.ensure_one()
        kind = self.env.ref(xmlid)
        contract_sudo = self.sudo()
        known = contract_sudo.activity_ids.filtered(lambda one: one.activity_type_id == kind)
        return known[:1] or contract_sudo.activity_schedule(
            xmlid,
            date_deadline=self.company_id._fc_today(),
            summary=summary,
            note=note,
            user_id=self._get_coordinator().id,
        )

    # -- Cycle ------------------------------------------------------------------------------------

    @api.private
    def roll_next_due_date(self, completion_date=None):
        """Begin the next cycle.

        :param completion_date: local date of the visit, default the company's today
        :return: True
        """
        for contract in self:
            done = fields.Date.to_date(completion_date) or contract.company_id._fc_today()
            dates = ("next_due_date", "x_fc_anchor_date", "last_service_date")
            contract.write(
                {
                    "before_roll": {name: str(contract[name] or "") for name in dates},
                    **contract._get_next_dates(done),
                    "last_service_date": done,
                    "last_reminder_band": False,
                    "last_reminder_date": False,
                    "booking_repair_id": False,
                }
            )
            contract._rotate_cycle()
            contract.message_post(
                body=self.env._(
                    "Serviced on %(done)s, next due on %(due)s.",
                    done=done,
                    due=contract.next_due_date,
                )
            )
        return True

    def action_undo_roll(self):
        """Back to the dates before the last roll; the links mailed since are dead.

        :raise UserError: when there is nothing to undo
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("fusion_repairs.group_manager")):
            raise AccessError(self.env._("Only a manager undoes a finished cycle."))
        if not self.before_roll:
            raise UserError(self.env._("There is no finished cycle to undo."))
        dates = {name: value or False for name, value in self.before_roll.items()}
        self.write({**dates, "before_roll": False})
        self.visit_ids.filtered("rolled_forward")[:1].rolled_forward = False
        self._rotate_cycle()
        return True

    def _get_next_dates(self, done):
        """On time, the cadence of the anchor stays, so that month ends do not drift; a visit later
        than the tolerance starts a new cadence.

        :return: ``{"next_due_date", "x_fc_anchor_date"}``
        """
        due, anchor, months = self.next_due_date, self.x_fc_anchor_date, self.interval_months
        half = ((due + relativedelta(months=months)) - due).days / 2
        limit = self.env["fusion.repair.parameter"]._get_number("roll_late_days")
        if done > due + timedelta(days=min(limit, half)):
            anchor = due = done
        after, step = max(due, done), 1
        while anchor + relativedelta(months=step * months) <= after:
            step += 1
        return {
            "next_due_date": anchor + relativedelta(months=step * months),
            "x_fc_anchor_date": anchor,
        }


def _identities_of_unit(unit):
    if unit.x_fc_serial_key:
        yield unit.company_id.id, unit.x_fc_serial_key, unit.x_fc_product_id.id
    if unit.x_fc_sale_line_id:
        yield unit.x_fc_sale_line_id.id, unit.x_fc_unit_index
