from psycopg2.errors import SerializationFailure
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor

from ..const import EVENTS, LOCK_UNKNOWN_CARD, SOURCES, UNKNOWN_TAP_WINDOW_S


class FusionClockActivityLog(models.Model):
    """What happened at the clock, append-only."""

    _name = "fusion.clock.activity.log"
    _description = "Clock Activity"
    _order = "event_time desc, id desc"
    _rec_name = "event"

    event = fields.Selection(EVENTS, required=True, readonly=True)
    event_time = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )
    date = fields.Date("Local Date", readonly=True, help="Day of the event where it happened.")
    employee_id = fields.Many2one(
        "hr.employee", readonly=True, index="btree_not_null", ondelete="set null"
    )
    attendance_id = fields.Many2one(
        "hr.attendance", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="set null")
    source = fields.Selection(SOURCES, readonly=True)
    station_id = fields.Many2one("fusion.clock.station", readonly=True, ondelete="set null")
    card_uid = fields.Char("Card", readonly=True)
    ip_address = fields.Char("IP Address", readonly=True)
    latitude = fields.Float(digits=(10, 7), readonly=True, aggregator=None)
    longitude = fields.Float(digits=(10, 7), readonly=True, aggregator=None)
    distance_m = fields.Float("Distance (m)", readonly=True, aggregator=None)
    message = fields.Char(readonly=True)
    details = fields.Json(readonly=True)
    client_uuid = fields.Char(readonly=True)

    _client_uuid_uniq = models.UniqueIndex("(client_uuid) WHERE client_uuid IS NOT NULL")
    _once_a_day_uniq = models.UniqueIndex(
        "(employee_id, event, date) WHERE event IN ('absence', 'reminder_in', 'late_alert')"
    )
    _once_an_attendance_uniq = models.UniqueIndex(
        "(attendance_id, event) WHERE event IN ('reminder_out', 'auto_clock_out')"
    )
    _unknown_card_idx = models.Index("(card_uid, event_time) WHERE event = 'tap_unknown'")

    def write(self, vals):
        self._check_append_only()
        return super().write(vals)

    def unlink(self):
        self._check_append_only()
        return super().unlink()

    def _check_append_only(self):
        """Only the retention cron, which is sudo and says so, may touch rows."""
        if self and not (self.env.su and self.env.context.get("fclk_retention")):
            raise UserError(
                self.env._("The activity log keeps what happened: it cannot be changed or deleted.")
            )

    @api.model
    def _fclk_log(self, event, employee=None, **vals):
        """Add a row.

        :param event: key of 4.12
        :param employee: hr.employee, or None where nobody is known (an unknown card)
        :param vals: more fields of the row; ids for many2one fields
        :return: the row, sudoed
        """
        return self._fclk_log_all([(event, vals)], employee)

    @api.model
    def _fclk_log_all(self, events, employee=None):
        """Like :meth:`_fclk_log` for several ``(event, vals)`` of one moment, in one INSERT."""
        common = self._prepare_common(employee)
        return self.sudo().create([{**common, "event": event, **vals} for event, vals in events])

    @api.model
    def _fclk_log_once(self, event, employee, **vals):
        """Like :meth:`_fclk_log` for an event that a unique index allows once.

        :return: whether this call added the row; False: somebody did before, maybe a moment ago
            in another worker
        """
        vals = {**self._prepare_common(employee), "event": event, **vals}
        if vals.get("details") is not None:
            vals["details"] = Json(vals["details"])
        query = SQL(
            """INSERT INTO fusion_clock_activity_log (%s, create_uid, create_date)
               VALUES (%s, %s, now() AT TIME ZONE 'UTC') ON CONFLICT DO NOTHING RETURNING id""",
            SQL(", ").join(map(SQL.identifier, vals)),
            SQL(", ").join(SQL("%s", value or None) for value in vals.values()),
            self.env.uid,
        )
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query, log_exceptions=False)
                return bool(self.env.cr.fetchone())
        except SerializationFailure:  # committed after our snapshot
            return False

    @api.model
    def _prepare_common(self, employee):
        employee = self.env["hr.employee"].sudo().browse(employee.id if employee else [])
        company = employee.company_id or self.env.company
        now = fields.Datetime.now()
        tz_name = employee._get_tz() if employee else company.sudo().resource_calendar_id.tz
        return {
            "event_time": now,
            "date": self._get_local_date(now, tz_name),
            "employee_id": employee.id,
            "company_id": company.id,
            "user_id": self.env.uid,
        }

    @api.model
    def _get_local_date(self, moment, tz_name):
        return fields.Datetime.context_timestamp(
            self.with_context(tz=tz_name or "UTC"), moment
        ).date()

    @api.model
    def _fclk_find_logged(self, event, employees):
        """:param employees: iterable of hr.employee
        :return: set of (employee id, date) that have this event"""
        rows = self.sudo().search_fetch(
            [("event", "=", event), ("employee_id", "in", [person.id for person in employees])],
            ["employee_id", "date"],
        )
        return {(row.employee_id.id, row.date) for row in rows}

    @api.model
    def _fclk_log_unknown(self, card_uid, company, **vals):
        """Note a card that belongs to nobody here: at most one row per card and 5 s.

        In a cursor of its own that sees the rows of others as they are committed: under the
        request's snapshot two tablets could both find nothing.
        """
        with own_cursor(self.env, lock_timeout_s=2, read_committed=True) as cr:
            log = self.with_env(self.env(cr=cr)).with_company(company.id)
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
                [LOCK_UNKNOWN_CARD, f"{company.id}:{card_uid}"],
            )
            if not log._has_recent_unknown(card_uid, company):
                log._fclk_log("tap_unknown", card_uid=card_uid, company_id=company.id, **vals)
                log.env.flush_all()

    def _has_recent_unknown(self, card_uid, company):
        since = fields.Datetime.subtract(fields.Datetime.now(), seconds=UNKNOWN_TAP_WINDOW_S)
        return bool(
            self.sudo().search_count(
                [
                    ("event", "=", "tap_unknown"),
                    ("card_uid", "=", card_uid),
                    ("company_id", "=", company.id),
                    ("event_time", ">", since),
                ],
                limit=1,
            )
        )

    def _fclk_get_answer(self):
        """:return: what a tablet was told about the tap of this row, for the same question again"""
        self.ensure_one()
        kept = (self.details or {}).get("answer")
        if kept:
            return kept
        employee = self.employee_id
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=employee._get_tz() if employee else "UTC"), self.event_time
        )
        return {
            "success": True,
            "action": self.event,
            "attendance_id": self.attendance_id.id,
            "employee_id": employee.id,
            "employee_name": employee.name,
            "time": local.strftime("%H:%M"),
            "status": "recorded",
        }
