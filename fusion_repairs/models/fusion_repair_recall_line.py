from odoo import api, fields, models

from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const


class FusionRepairRecallLine(models.Model):
    """A unit of a recall: told, booked, done, or to be called. The units of a client and place that
    ask for the same skills are one message and one visit."""

    _name = "fusion.repair.recall.line"
    _description = "Recalled Unit"
    _inherit = ["fusion.repair.mail.mixin"]
    _order = "recall_id desc, id"
    _rec_name = "equipment_id"
    _check_company_auto = True

    recall_id = fields.Many2one("fusion.repair.recall", "Recall", required=True, index=True)
    equipment_id = fields.Many2one(
        "maintenance.equipment", "Unit", required=True, index=True, check_company=True
    )
    partner_id = fields.Many2one(
        related="equipment_id.x_fc_client_id", string="Client", store=True, index="btree_not_null"
    )
    x_fc_contact_phone = fields.Char("Phone", related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    product_id = fields.Many2one(related="equipment_id.x_fc_product_id", string="Product")
    serial = fields.Char(related="equipment_id.x_fc_serial")
    sold_on = fields.Date(compute="_compute_sold_on", compute_sudo=True)
    state = fields.Selection(
        [
            ("to_notify", "To Notify"),
            ("notified", "Notified"),
            ("booked", "Booked"),
            ("done", "Done"),
            ("unreachable", "To Call"),
        ],
        compute="_compute_state",
        compute_sudo=True,
        store=True,
        index=True,
    )
    notified_on = fields.Date(readonly=True)
    unreachable_reason = fields.Selection(
        [
            ("no_email", "No e-mail address"),
            ("no_answer", "No answer"),
            ("failed", "The message failed"),
        ],
        "Why to Call",
        readonly=True,
    )
    settled_reason = fields.Selection(
        [
            ("not_affected", "Not affected"),
            ("elsewhere", "Done elsewhere"),
            ("scrapped", "Scrapped or returned"),
            ("declined", "The client declines"),
        ],
        "Done Without a Visit",
    )
    done_on = fields.Date(compute="_compute_state", compute_sudo=True, store=True)
    repair_id = fields.Many2one("repair.order", "Job", readonly=True, index="btree_not_null")
    is_marked = fields.Boolean(
        "Marked by the Recall", readonly=True, help="This recall made the unit Do Not Use."
    )
    recall_state = fields.Selection(related="recall_id.state", string="State of the Recall")
    company_id = fields.Many2one(related="recall_id.company_id", store=True, index=True)

    _one_per_unit = models.UniqueIndex(
        "(recall_id, equipment_id)", "The unit is in this recall already."
    )

    @api.depends("equipment_id.x_fc_sale_line_id.order_id.date_order")
    def _compute_sold_on(self):
        for line in self:
            ordered = line.equipment_id.x_fc_sale_line_id.order_id.date_order
            local = ordered and to_local(ordered, line.company_id._fc_tz())
            line.sold_on = local.date() if local else line.equipment_id.x_fc_install_date

    @api.depends(
        "repair_id.x_fc_service_state", "notified_on", "unreachable_reason", "settled_reason"
    )
    def _compute_state(self):
        for line in self:
            line.state = line._find_state()
            ended = line.done_on or line.company_id._fc_today()
            line.done_on = line.state == "done" and ended

    def _find_state(self):
        """:return: the first state whose condition holds; a visit that is not planned, or not any
        more, leaves the unit with those who were told
        """
        job = self.repair_id.x_fc_service_state
        is_under_way = job and job not in ("new", "to_schedule", "cancelled")
        rules = (
            (self.settled_reason or job == "done", "done"),
            (is_under_way, "booked"),
            (self.unreachable_reason, "unreachable"),
            (self.notified_on, "notified"),
        )
        return next((state for holds, state in rules if holds), "to_notify")

    def write(self, vals):
        result = super().write(vals)
        if vals.get("settled_reason") in const.RECALL_HARMLESS:
            self._free_units()
        elif "settled_reason" in vals:
            self.filtered(lambda line: line.recall_state == "running")._mark_units()
        return result

    # -- Household --------------------------------------------------------------------------------

    def _get_household_key(self):
        """:return: what units share when they are one message and one visit"""
        return self.partner_id.id, self._get_site().id, tuple(self._get_skills().ids)

    def _find_speakers(self, limit):
        """:return: the first line of each household, so many at most, in the order given"""
        found = {}
        for line in self:
            if len(found) >= limit:
                break
            found.setdefault(line._get_household_key(), line)
        return self.browse([line.id for line in found.values()])

    def _get_household(self):
        """:return: the lines of this recall that are told and booked together with this one: those
        that are open
        """
        self.ensure_one()
        lines = self.search(
            [
                ("recall_id", "=", self.recall_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "not in", ("done", "booked")),
            ],
            order="id",
        )
        key = self._get_household_key()
        return lines.filtered(lambda line: line._get_household_key() == key) or self

    def _get_site(self):
        return self.equipment_id.sudo()._fc_get_site()

    def _get_skills(self):
        return self.equipment_id.sudo().x_fc_repair_category_id.x_fc_repair_skill_ids

    # -- Mark -------------------------------------------------------------------------------------

    def _mark_units(self):
        """Units of a recall that says stop are not used, and their story says why. A unit that is
        stopped for another reason than a recall is left to that."""
        lines = self.filtered(lambda line: line.recall_id.is_stop and line.state != "done")
        lines = lines.filtered(
            lambda line: (
                not line.equipment_id.sudo().x_fc_do_not_use
                or any(line.equipment_id.sudo().x_fc_recall_line_ids.mapped("is_marked"))
            )
        )
        units_sudo = lines.equipment_id.sudo()
        units_sudo.with_context(tracking_disable=True).x_fc_do_not_use = True
        lines.sudo().is_marked = True
        for recall, marked in lines.grouped("recall_id").items():
            text = self.env._("Do not use: recall %(recall)s.", recall=recall.name)
            units = marked.equipment_id.sudo()
            units._message_log_batch(bodies={unit.id: text for unit in units})

    def _free_units(self):
        """Take back the mark of this recall, unless there is another reason for it."""
        for line in self.sudo().filtered("is_marked"):
            line.is_marked = False
            if not line._is_stopped_otherwise():
                line.equipment_id.x_fc_do_not_use = False

    def _is_stopped_otherwise(self):
        unit = self.equipment_id
        others = self.search_count(
            [
                ("equipment_id", "=", unit.id),
                ("id", "!=", self.id),
                ("is_marked", "=", True),
                ("state", "!=", "done"),
            ],
            limit=1,
        )
        unsafe = unit.x_fc_repair_ids.filtered(
            lambda job: job.x_fc_safety_flag and job.state not in ("done", "cancel")
        )
        return bool(others or unsafe)

    # -- Message ----------------------------------------------------------------------------------

    def _notify(self):
        """Mail the client once for all units at home, or leave it to a call."""
        lines = self._get_household().filtered(lambda line: line.state == "to_notify")
        if not self._can_be_mailed():
            lines.unreachable_reason = "no_email"
            return
        lines.notified_on = self.company_id._fc_today()
        self._mail_client(
            "email_template_recall",
            readers=self._mail_get_readers() | lines._get_caregivers(),
            booking_url=self._get_booking_url(),
        )
        note = self._in_office_words().env._(
            "Recall %(recall)s: message sent to %(client)s.",
            recall=self.recall_id.name, client=self.partner_id.name,
        )  # fmt: skip
        units = lines.equipment_id.sudo()
        units._message_log_batch(bodies={unit.id: note for unit in units})

    def _can_be_mailed(self):
        """A recall is no reminder: who stopped those is told all the same."""
        client = self.partner_id
        return bool(client.active and client.email_normalized and not client.sudo().is_blacklisted)

    def _get_caregivers(self):
        contracts = self.equipment_id.sudo().x_fc_contract_ids
        return contracts.filtered(lambda one: one.state in const.LIVE).x_fc_contact_partner_id

    def _get_mail_currency(self):
        return self.company_id.currency_id

    def _get_unit_names(self):
        """:return: the units at home as the client knows them"""
        names = [line.equipment_id.sudo()._fc_get_model_name() for line in self._get_household()]
        return ", ".join(dict.fromkeys(names))

    def _email_recall(self, booking_url=None):
        """:return: Markup; rendering writes nothing"""
        recall = self.recall_id
        stop = recall.is_stop and self.env._("Please do not use it until we have seen it.")
        sections = [
            (
                line.equipment_id.sudo()._fc_get_model_name(),
                [
                    (self.env._("Serial number"), line.serial),
                    (self.env._("Place"), line.equipment_id.sudo().x_fc_location_note),
                ],
            )
            for line in self._get_household()
        ]
        rows = [
            (self.env._("What we do"), recall.remedy),
            (self.env._("Your cost"), self.env._("None")),
            (self.env._("Recall number"), recall.reference),
            (self.env._("Questions"), self.company_id.sudo().phone),
        ]
        return self._email_build(
            self.env._("Safety recall: %(unit)s", unit=self._get_unit_names()),
            " ".join(filter(None, (stop, recall.hazard))),
            sections=[*sections, (self.env._("Your visit"), rows)],
            email_type="urgent" if stop else "attention",
            button_url=booking_url or "/repairs/maintenance/book/preview",
            button_text=self.env._("Choose a time"),
        )

    # -- Office -----------------------------------------------------------------------------------

    def action_send_again(self):
        """The next wave tells the client again, e.g. once there is an address."""
        self.filtered(lambda line: line.state in ("notified", "unreachable")).write(
            {"notified_on": False, "unreachable_reason": False}
        )
        return True

    def action_make_job(self):
        """:return: action that opens the job of these units, e.g. while the client is on the phone
        :raise UserError: when the campaign does not run
        """
        self.ensure_one()
        self.check_access("write")
        job = self._make_job()
        return {
            "type": "ir.actions.act_window",
            "res_model": job._name,
            "res_id": job.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
