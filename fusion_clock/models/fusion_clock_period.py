from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

MANAGER_GROUP = "fusion_clock.group_fusion_clock_manager"


class FusionClockPeriod(models.Model):
    """A pay period: reviewed, approved, then locked, after which its hours stand."""

    _name = "fusion.clock.period"
    _description = "Pay Period"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _rec_name = "display_name"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date_from = fields.Date("From", required=True, tracking=True)
    date_to = fields.Date("To", required=True, tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("approved", "Approved"), ("locked", "Locked")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
    )
    attendance_count = fields.Integer(compute="_compute_review")
    open_count = fields.Integer("Still Clocked In", compute="_compute_review")
    pending_count = fields.Integer("Awaiting Explanation", compute="_compute_review")
    net_hours = fields.Float("Net Hours", compute="_compute_review")

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A period ends on or after the day it begins."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "This period overlaps another one of the company.",
    )

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for period in self:
            period.display_name = f"{period.date_from} – {period.date_to}"

    @api.depends("date_from", "date_to", "company_id")
    def _compute_review(self):
        for period in self:
            domain = period._get_attendance_domain()
            attendances = self.env["hr.attendance"].sudo()
            [[count, hours]] = attendances._read_group(
                domain, aggregates=["__count", "x_fclk_net_hours:sum"]
            )
            period.attendance_count = count
            period.net_hours = hours or 0.0
            period.open_count = attendances.search_count([*domain, ("check_out", "=", False)])
            period.pending_count = attendances.search_count(
                [*domain, ("x_fclk_pending_reason", "=", True)]
            )

    def _get_attendance_domain(self):
        return [
            ("employee_id.company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if {"date_from", "date_to", "company_id"} & set(vals):
            self._check_open()
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_open()

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _check_open(self):
        for period in self:
            if period.state == "locked":
                raise UserError(
                    self.env._("Unlock the period %(period)s first.", period=period.display_name)
                )

    # -- actions ----------------------------------------------------------------------------

    def action_approve(self):
        """The hours were reviewed; they can still change until the period is locked."""
        self._check_manager()
        for period in self:
            if period.state != "open":
                raise UserError(self.env._("Only an open period can be approved."))
        self.write({"state": "approved"})

    def action_lock(self):
        """From now on nobody changes attendances, penalties and schedules of these days."""
        self._check_manager()
        for period in self:
            if period.state == "locked":
                continue
            if period.open_count:
                raise UserError(
                    self.env._(
                        "%(count)s attendances of this period are still open. Close them first: "
                        "a locked attendance cannot be clocked out.",
                        count=period.open_count,
                    )
                )
            period.state = "locked"
            period._log(self.env._("Locked"))

    def action_reopen(self):
        """Take an approval back."""
        self._check_manager()
        self._check_open()
        self.write({"state": "open"})

    def action_open_unlock(self):
        """:return: the dialog that asks why"""
        return self.env["fusion.clock.reason"]._open(self, self.env._("Unlock the Period"))

    def action_unlock(self, reason=None):
        """:param reason: required, kept in the log and the chatter"""
        self._check_manager()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the period is unlocked."))
        for period in self:
            if period.state != "locked":
                raise UserError(self.env._("This period is not locked."))
            period.state = "open"
            period._log(reason)
            period.message_post(body=self.env._("Unlocked: %(reason)s", reason=reason))

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a clock manager approves and locks periods."))
        self.check_access("write")

    def _log(self, message):
        self.env["fusion.clock.activity.log"].with_company(self.company_id)._fclk_log(
            "period_locked",
            company_id=self.company_id.id,
            message=message,
            details={"from": str(self.date_from), "to": str(self.date_to), "state": self.state},
        )

    # -- the lock ---------------------------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _get_locked_ranges(self, company_id):
        """:return: tuple of (first day, last day) of the locked periods"""
        periods = self.sudo().search([("company_id", "=", company_id), ("state", "=", "locked")])
        return tuple((period.date_from, period.date_to) for period in periods)

    @api.model
    def _find_lock(self, company, day):
        """:return: (first day, last day) of the locked period that holds a local date, or None"""
        for first, last in self._get_locked_ranges(company.id):
            if day and first <= day <= last:
                return first, last
        return None

    @api.model
    def _check_unlocked(self, pairs):
        """:param pairs: (res.company, local date) of what is about to change
        :raise UserError: naming the locked period"""
        for company, day in pairs:
            if lock := self._find_lock(company, day):
                raise UserError(
                    self.env._(
                        "The period %(start)s to %(end)s is locked: its hours stand. A clock "
                        "manager can unlock it.",
                        start=lock[0],
                        end=lock[1],
                    )
                )
