from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from .. import const
from ..services.openings import to_local

#: What only a dispatcher may change.
PLAN_FIELDS = {
    "technician_id",
    "helper_ids",
    "datetime_start",
    "datetime_end",
    "duration_hours",
    "company_id",
    "partner_id",
    "address_id",
    "allow_overlap",
    "overlap_reason",
    "active",
}
BOOKING_FIELDS = {*PLAN_FIELDS, "status"}


class FusionTechnicianTask(models.Model):
    _name = "fusion.technician.task"
    _description = "Technician Task"
    _inherit = [
        "rating.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "fusion.email.builder.mixin",
    ]
    _order = "datetime_start, id"
    _rec_name = "summary"
    _rec_names_search = ["summary", "name"]

    name = fields.Char("Reference", copy=False, readonly=True, default="/")
    summary = fields.Char(required=True, tracking=True)
    task_type = fields.Selection(
        [
            ("repair", "Repair"),
            ("maintenance", "Maintenance"),
            ("delivery", "Delivery"),
            ("pickup", "Pickup"),
            ("installation", "Installation"),
            ("assessment", "Assessment"),
            ("troubleshoot", "Troubleshooting"),
            ("inspection", "Inspection"),
            ("other", "Other"),
        ],
        "Type",
        required=True,
        default="other",
    )
    status = fields.Selection(
        [
            ("draft", "To Schedule"),
            ("scheduled", "Scheduled"),
            ("en_route", "On the Way"),
            ("in_progress", "In Progress"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
            ("no_show", "Client Absent"),
        ],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Raised"), ("2", "High"), ("3", "Urgent")], default="0"
    )
    technician_id = fields.Many2one(
        "res.users",
        domain=[("x_fc_is_technician", "=", True)],
        index=True,
        tracking=True,
        copy=False,
    )
    helper_ids = fields.Many2many(
        "res.users", string="Helpers", domain=[("x_fc_is_technician", "=", True)], copy=False
    )
    datetime_start = fields.Datetime("Start", tracking=True, copy=False)
    datetime_end = fields.Datetime("End", copy=False)
    duration_hours = fields.Float(
        "Duration", compute="_compute_duration_hours", store=True, readonly=False, default=1.0
    )
    scheduled_date = fields.Date("Date", compute="_compute_local_times", store=True, index=True)
    time_start = fields.Float("Start Time", compute="_compute_local_times", store=True)
    time_end = fields.Float("End Time", compute="_compute_local_times", store=True)
    window_minutes = fields.Integer(
        "Arrival Window (min)",
        default=lambda self: self.env["fusion.tasks.travel"]._get_number("window_minutes"),
    )
    partner_id = fields.Many2one("res.partner", "Client", index="btree_not_null")
    address_id = fields.Many2one(
        "res.partner",
        "Address",
        compute="_compute_address_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    latitude = fields.Float(
        digits=(10, 7), compute="_compute_place", store=True, readonly=False, precompute=True
    )
    longitude = fields.Float(
        digits=(10, 7), compute="_compute_place", store=True, readonly=False, precompute=True
    )
    contact_phone = fields.Char(
        "Phone", compute="_compute_contact_phone", store=True, readonly=False, precompute=True
    )
    access_notes = fields.Text(help="Gate code, pets, parking. For the assigned staff only.")
    skill_ids = fields.Many2many("hr.skill", string="Required Skills")
    travel_before = fields.Integer("Travel Before (min)", readonly=True, copy=False)
    travel_after = fields.Integer("Travel After (min)", readonly=True, copy=False)
    route_sequence = fields.Integer(copy=False)
    calendar_event_id = fields.Many2one(
        "calendar.event", "Calendar Event", ondelete="set null", copy=False, readonly=True
    )
    booking_ids = fields.One2many(
        "fusion.technician.booking", "task_id", groups=fields.NO_ACCESS, copy=False
    )
    allow_overlap = fields.Boolean(copy=False, tracking=True)
    overlap_reason = fields.Char(copy=False)
    schedule_warning = fields.Char(compute="_compute_schedule_warning")
    en_route_at = fields.Datetime("Left At", readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    on_time_share = fields.Float(
        "On Time", compute="_compute_on_time_share", store=True, aggregator="avg",
        help="1 when work began before the arrival window had passed, else 0.",
    )  # fmt: skip
    completed_at = fields.Datetime(readonly=True, copy=False)
    eta = fields.Datetime("Expected At", readonly=True, copy=False)
    cancel_reason = fields.Text(copy=False)
    no_show_reason = fields.Text("Absence Reason", copy=False)
    completion_notes = fields.Text(copy=False)
    photo_ids = fields.One2many("fusion.technician.task.photo", "task_id", "Photos")
    revision = fields.Integer(
        readonly=True, copy=False, help="Rises with every change of time, people, place or status."
    )
    res_model = fields.Char("Source Model", copy=False)
    res_id = fields.Many2oneReference("Source Record", model_field="res_model", copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    active = fields.Boolean(default=True)
    color = fields.Integer()

    _times = models.Constraint(
        "CHECK ((datetime_start IS NULL) = (datetime_end IS NULL) AND "
        "(datetime_end IS NULL OR datetime_end > datetime_start))",
        "A task has both times or none, and ends after it begins.",
    )
    _source = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("datetime_start", "datetime_end")
    def _compute_duration_hours(self):
        """Elapsed time, which a change of the clock does not alter."""
        for task in self.filtered(lambda task: task.datetime_start and task.datetime_end):
            seconds = (task.datetime_end - task.datetime_start).total_seconds()
            task.duration_hours = seconds / 3600

    @api.depends("datetime_start", "datetime_end", "company_id")
    def _compute_local_times(self):
        for task in self:
            tz = task.company_id._fc_tz()
            start = task.datetime_start and to_local(task.datetime_start, tz)
            end = task.datetime_end and to_local(task.datetime_end, tz)
            task.scheduled_date = start and start.date()
            task.time_start = start and start.hour + start.minute / 60
            task.time_end = end and end.hour + end.minute / 60

    @api.depends("started_at", "datetime_start", "window_minutes")
    def _compute_on_time_share(self):
        for task in self:
            is_known = task.started_at and task.datetime_start
            late = is_known and task.started_at - task.datetime_start
            task.on_time_share = bool(is_known) and late <= timedelta(minutes=task.window_minutes)

    @api.depends("partner_id")
    def _compute_address_id(self):
        for task in self:
            partner = task.partner_id
            task.address_id = partner and partner.address_get(["delivery"])["delivery"]

    @api.depends("address_id.partner_latitude", "address_id.partner_longitude")
    def _compute_place(self):
        for task in self.filtered("address_id"):
            task.latitude = task.address_id.partner_latitude
            task.longitude = task.address_id.partner_longitude

    @api.depends("partner_id")
    def _compute_contact_phone(self):
        for task in self:
            task.contact_phone = task._tidy_phone(task.partner_id.phone)

    @api.depends(
        "datetime_start", "datetime_end", "technician_id", "status", "latitude", "longitude",
        "skill_ids",
    )  # fmt: skip
    def _compute_schedule_warning(self):
        for task in self:
            task.schedule_warning = task._get_schedule_warning()

    @api.constrains("datetime_start", "datetime_end", "duration_hours")
    def _check_duration(self):
        for task in self:
            if not 0 < task.duration_hours <= const.MAX_DURATION_HOURS:
                raise ValidationError(self.env._("A task lasts more than 0 and at most 24 hours."))

    @api.constrains("status", "technician_id", "datetime_start")
    def _check_is_planned(self):
        for task in self.filtered(lambda task: task.status not in ("draft", "cancelled")):
            if not (task.technician_id and task.datetime_start):
                raise ValidationError(
                    self.env._("A scheduled task needs a technician, a start and an end.")
                )

    @api.constrains("allow_overlap", "overlap_reason")
    def _check_overlap_reason(self):
        if self.filtered(lambda task: task.allow_overlap and not task.overlap_reason):
            raise ValidationError(self.env._("Say why this task may overlap another one."))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._complete_values(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_both_times(vals.get("datetime_start"), vals.get("datetime_end"))
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("fusion.technician.task")
            if vals.get("technician_id") and vals.get("datetime_start"):
                vals.setdefault("status", "scheduled")
        tasks = super().create(vals_list)
        tasks._sync_bookings()
        return tasks

    def write(self, vals):
        self._check_may_write(vals)
        if "duration_hours" in vals and "datetime_end" not in vals and len(self) > 1:
            return all([task.write(vals) for task in self])
        vals = self._complete_values(vals)
        if {"datetime_start", "datetime_end"} & vals.keys():
            for task in self:
                self._check_both_times(
                    vals.get("datetime_start", task.datetime_start),
                    vals.get("datetime_end", task.datetime_end),
                )
        before = self._check_steps(vals["status"]) if "status" in vals else {}
        result = super().write(vals)
        if BOOKING_FIELDS & vals.keys():
            self._sync_bookings()
            self._raise_revision()
        for task, old in before.items():
            task._stamp(old)
            task._on_status_changed(old, task.status)
        return result

    def _raise_revision(self):
        for task in self:
            task.revision += 1

    @api.model
    def _complete_values(self, vals):
        """:return: a copy of ``vals`` in which a length has become an end where there is a start,
        and a phone number is tidy
        """
        vals = dict(vals)
        if vals.get("contact_phone"):
            vals["contact_phone"] = self._tidy_phone(vals["contact_phone"])
        known = self.datetime_start if len(self) == 1 else False
        start = fields.Datetime.to_datetime(vals.get("datetime_start", known))
        is_open = "datetime_end" not in vals if self else not vals.get("datetime_end")
        hours = vals.get("duration_hours", 0.0 if self else 1.0)
        if start and is_open and hours:
            vals["datetime_end"] = start + timedelta(hours=hours)
        if start and vals.get("datetime_end"):
            end = fields.Datetime.to_datetime(vals["datetime_end"])
            vals["duration_hours"] = (end - start).total_seconds() / 3600
        return vals

    def _tidy_phone(self, number):
        """:return: E.164 where ``phone_validation`` and its library can read the number; what
        they cannot read is kept as it was typed
        """
        can_read = number and hasattr(self, "_phone_format")
        country = (self.company_id[:1] or self.env.company).country_id
        return can_read and self._phone_format(number=number, country=country) or number

    def _check_both_times(self, start, end):
        """Said here, because the database would refuse first, with a rougher message."""
        start, end = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(end)
        if bool(start) != bool(end) or (start and end <= start):
            raise ValidationError(
                self.env._("A task has both times or none, and ends after it begins.")
            )

    def _check_may_write(self, vals):
        if self.env.su or self.env.user.has_group("fusion_tasks.group_dispatcher"):
            return
        if self._get_plan_fields() & vals.keys():
            raise AccessError(
                self.env._("Only a dispatcher changes who goes where and when. Ask yours.")
            )

    def _get_plan_fields(self):
        return PLAN_FIELDS | {"res_model", "res_id"}

    def _get_people(self):
        return self.technician_id | self.helper_ids

    def _get_local_days(self):
        """:return: the company's local days that this task touches"""
        tz = self.company_id._fc_tz()
        last = self.datetime_end - timedelta(seconds=1)
        return {to_local(self.datetime_start, tz).date(), to_local(last, tz).date()}

    def _sync_bookings(self):
        for task in self:
            is_planned = task.technician_id and task.datetime_start and task.datetime_end
            people = task._get_people() if is_planned else self.env["res.users"]
            values = {
                "start": task.datetime_start,
                "stop": task.datetime_end,
                "blocking": task.status in const.BUSY and task.active and not task.allow_overlap,
            }
            if people:
                task._lock_days(people)
            if values["blocking"]:
                task._check_is_free(people)
            task._write_bookings(people, values)

    def _lock_days(self, people):
        pairs = [(user.id, day) for user in people for day in self._get_local_days()]
        self.env["fusion.technician.schedule.guard"]._lock(pairs)

    def _check_is_free(self, people):
        for user in people:
            clash = self.env["fusion.technician.booking"]._find_clash(self, user)
            if clash:
                start = to_local(clash.start, self.company_id._fc_tz())
                raise ValidationError(
                    self.env._(
                        "%(technician)s already has %(task)s at %(time)s.",
                        technician=user.name,
                        task=clash.task_id.name,
                        time=start.strftime("%Y-%m-%d %H:%M"),
                    )
                )

    def _write_bookings(self, people, values):
        task_sudo = self.sudo()
        rows = task_sudo.booking_ids
        stale = rows.filtered(lambda row: row.technician_id not in people)
        missing = people - rows.technician_id
        task_sudo.booking_ids = [
            *(Command.delete(row.id) for row in stale),
            *(Command.update(row.id, values) for row in rows - stale),
            *(Command.create({**values, "technician_id": user.id}) for user in missing),
        ]
