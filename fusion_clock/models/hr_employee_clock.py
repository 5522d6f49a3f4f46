from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.cursor import own_cursor

from ..const import (
    LOCK_EMPLOYEE,
    MODES,
    POSITIONED_SOURCES,
    REFUSAL_EVENTS,
    SHARED_DEVICE_SOURCES,
    SILENT_REFUSALS,
)
from ..services.local_time import to_local
from ..services.photo import PhotoError, clean_photo


@dataclass(slots=True)
class Clocking:
    """One request to clock, and what the steps find out about it.

    Also the value of the context key ``fclk_clocking``: no client can send an instance, so
    nobody can pass the engine's values to ``hr.attendance`` from outside.
    """

    source: str
    expected: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None  # metres
    ip: str | None = None
    browser: str | None = None
    location: models.BaseModel | None = None  # fusion.clock.location
    station: models.BaseModel | None = None
    photo: str | bytes | None = None  # base64 as sent, later the cleaned JPEG
    photo_required: bool = False
    geo: dict | None = None  # core's geo_information, where core's own route made it
    at: datetime | None = None  # replay only
    client_uuid: str | None = None
    card_uid: str | None = None
    opening: bool = True  # clock-in, else clock-out
    now: datetime | None = None  # naive UTC
    plan: dict | None = None
    distance: float = 0.0  # metres
    values: dict = field(default_factory=dict)  # extra values of the attendance
    details: dict = field(default_factory=dict)  # for the log
    events: list = field(default_factory=list)  # more (event, vals) of this clocking
    late_minutes: int = 0


class HrEmployee(models.Model):
    """The engine: the only live way to clock."""

    _inherit = "hr.employee"

    def _fclk_clock(self, source, **kw):
        """Clock in or out.

        :param source: key of ``hr.attendance.x_fclk_clock_source``
        :param kw: ``expected`` ("clock_in" / "clock_out" / None), ``latitude``, ``longitude``
            (degrees), ``accuracy`` (metres), ``ip``, ``browser``, ``location``, ``station``,
            ``photo`` (base64), ``photo_required``, ``at``, ``client_uuid``
        :return: ``{"success": True, "action", "attendance_id", "employee_id", "employee_name",
            "employee_avatar_url", "message", "time" (local HH:MM), "net_hours_today",
            "unscheduled", "late_minutes", "pending_reason", "notes"}``, or a refusal
            ``{"error": code, "message": text, ...}``, which has changed no attendance. Refusals
            are returned, never raised, so that their log row is committed.
        """
        self.ensure_one()
        clocking = Clocking(source, **kw)
        return self.sudo()._fclk_exclusively(clocking, lambda: self.sudo()._fclk_run(clocking))

    def _fclk_exclusively(self, clocking, run):
        """Call ``run`` while no other clocking of this employee is going on.

        The advisory lock is asked first and never waited for: who finds it taken is the second
        tap of the same moment and is told so at once, without a retry. With it comes the row
        lock, which fails when the employee changed after our snapshot (REPEATABLE READ): then
        either a clocking was just committed, which answers the question, or something unrelated
        changed, and Odoo re-runs the request with a new snapshot.
        """
        try:
            with self.env.cr.savepoint():
                if not self._fclk_lock(SQL("id = %s", self.id)):
                    return self._fclk_refuse_second(clocking, self._fclk_get_state())
                return run()
        except SerializationFailure:
            if answer := self._fclk_answer_lost_race(clocking):
                return answer
            raise
        except UserError as error:
            return self._fclk_refuse("attendance_conflict", clocking, message=str(error))

    def _fclk_lock(self, condition):
        """Take the clocking lock of the employees that match, and their row.

        The CTE is a fence: the lock function must see matching rows only, and in one WHERE the
        planner may ask it about others first, which would lock their taps out.

        :param condition: SQL on ``hr_employee``, meant to match at most one row
        :return: ids of the locked; one whose lock is taken is missing
        :raise SerializationFailure: the row changed after our snapshot
        """
        self.flush_model(["x_fclk_nfc_card_uid", "x_fclk_last_tap_at", "active", "company_id"])
        query = SQL(
            """WITH holder AS MATERIALIZED (SELECT id FROM hr_employee WHERE %s)
               SELECT employee.id
                 FROM hr_employee employee
                 JOIN holder ON holder.id = employee.id
                WHERE pg_try_advisory_xact_lock(%s, holder.id)
                  FOR NO KEY UPDATE OF employee""",
            condition,
            LOCK_EMPLOYEE,
        )
        # Losing the race is an answer, not an error for the log.
        self.env.cr.execute(query, log_exceptions=False)
        return [row[0] for row in self.env.cr.fetchall()]

    def _fclk_lock_row(self):
        """For callers that are not the engine: wait for the row, as core's own UPDATE would."""
        self.env.cr.execute(
            SQL("SELECT 1 FROM hr_employee WHERE id = %s FOR NO KEY UPDATE", self.id)
        )

    def _fclk_answer_lost_race(self, clocking):
        """After a serialization fault: was it another clocking of this employee?

        :return: the second one's refusal, or None: something else changed the employee, and the
            request is to be run again
        """
        seen = (self.last_attendance_id.id, self.last_check_out, self.x_fclk_last_tap_at)
        fresh = self._fclk_read_committed()
        if fresh and tuple(value or False for value in fresh) != seen:
            return self._fclk_refuse_second(clocking, "checked_out" if fresh[1] else "checked_in")
        return None

    def _fclk_read_committed(self):
        """:return: last attendance, its check-out and the last tap, as others committed them"""
        query = SQL(
            """SELECT last_attendance_id, last_check_out, x_fclk_last_tap_at
                 FROM hr_employee WHERE id = %s""",
            self.id,
        )
        with own_cursor(self.env) as cr:
            cr.execute(query)
            return cr.fetchone()

    def _fclk_refuse_second(self, clocking, state):
        if clocking.source in SHARED_DEVICE_SOURCES:
            return self._fclk_refuse("debounce", clocking)
        return self._fclk_refuse("state_changed", clocking, state=state)

    def _fclk_run(self, clocking):
        """Steps 1 to 9, under the lock."""
        clocking.now = clocking.at or fields.Datetime.now()
        clocking.opening = self._fclk_get_state() != "checked_in"
        refusal = (
            self._fclk_check_enabled(clocking)
            or self._fclk_check_expected(clocking)
            or self._fclk_check_photo(clocking)
            or self._fclk_check_location(clocking)
        )
        if refusal:
            return refusal
        if clocking.source in SHARED_DEVICE_SOURCES:
            self._fclk_mark_tap(clocking.now)  # before the change: one UPDATE of the employee
        attendance = self._fclk_change(clocking, clocking.geo or self._fclk_prepare_geo(clocking))
        return self._fclk_prepare_answer(clocking, attendance)

    def _fclk_get_state(self):
        """:return: Odoo's "checked_in" or "checked_out" """
        return self.sudo().attendance_state

    # -- checks -----------------------------------------------------------------------------

    def _fclk_check_enabled(self, clocking):
        if not self.x_fclk_enable_clock or not self.active:
            return self._fclk_refuse("clock_disabled", clocking)
        return None

    def _fclk_check_expected(self, clocking):
        action = "clock_in" if clocking.opening else "clock_out"
        if clocking.expected and clocking.expected != action:
            return self._fclk_refuse("state_changed", clocking, state=self._fclk_get_state())
        return None

    def _fclk_check_photo(self, clocking):
        """Before anything is toggled: a required photo that is no photo stops the clocking."""
        if not self.company_id.x_fclk_take_photos:
            clocking.photo = None
            return None
        photo = clocking.photo
        try:
            clocking.photo = clean_photo(photo) if photo else None
        except PhotoError as error:
            clocking.photo = None
            clocking.details["photo"] = str(error)
        if clocking.photo_required and not clocking.photo:
            return self._fclk_refuse("photo_required", clocking)
        return None

    def _fclk_check_location(self, clocking):
        if clocking.source not in POSITIONED_SOURCES or clocking.location:
            return None
        verdict = self.env["fusion.clock.location"]._fclk_check(
            self, clocking.latitude, clocking.longitude, clocking.accuracy, clocking.ip
        )
        clocking.location = verdict["location"]
        clocking.distance = verdict["distance"] or 0.0
        if not verdict["allowed"]:
            return self._fclk_refuse(
                verdict["error"],
                clocking,
                distance=verdict["distance"],
                location=verdict["nearest"],
            )
        if verdict["flagged"]:
            clocking.events.append(("geofence_flag", {"message": verdict["nearest"]}))
        return None

    # -- the change -------------------------------------------------------------------------

    def _attendance_action_change(self, geo_information=None):
        """Odoo's own kiosk, and any caller that is not the engine, get plan, penalties and log."""
        if isinstance(self.env.context.get("fclk_clocking"), Clocking):
            return super()._attendance_action_change(geo_information)
        self.ensure_one()
        mode = (geo_information or {}).get("mode")
        source = {"kiosk": "native_kiosk", "systray": "systray", "portal": "portal"}.get(mode)
        self._fclk_lock_row()
        clocking = Clocking(source or "manual", now=fields.Datetime.now())
        clocking.opening = self._fclk_get_state() != "checked_in"
        return self._fclk_change(clocking, geo_information)

    def _fclk_change(self, clocking, geo_information):
        """Steps 5 to 8: toggle, write what belongs to it in the same INSERT or UPDATE, record.

        :return: the attendance
        """
        employee_sudo = self.sudo()
        if clocking.opening:
            clocking.plan = employee_sudo._fclk_plan_for(clocking.now)
        employee_sudo._fclk_prepare_attendance(clocking)
        # The activity log tells who, when and how: no "Attendance created" note beside it.
        engine = self.with_context(fclk_clocking=clocking, mail_create_nolog=True)
        attendance = engine._attendance_action_change(geo_information).with_env(self.env)
        attendance_sudo = attendance.sudo()
        if clocking.opening:
            employee_sudo._fclk_after_clock_in(clocking, attendance_sudo)
        else:
            attendance_sudo._fclk_check_penalty("early_out")
        employee_sudo._fclk_record(clocking, attendance_sudo)
        return attendance

    def _fclk_prepare_geo(self, clocking):
        """:return: core's geo_information; a position only where the company tracks devices"""
        values = {"mode": MODES.get(clocking.source, "manual")}
        if clocking.ip:
            values["ip_address"] = clocking.ip
        if clocking.browser:
            values["browser"] = clocking.browser
        if clocking.location:
            values["location"] = clocking.location._fclk_get_name(clocking.location.id)
        if self.company_id.attendance_device_tracking:
            values |= self._fclk_prepare_position(clocking)
        return values

    def _fclk_prepare_position(self, clocking):
        if clocking.latitude and clocking.longitude:
            return {"latitude": clocking.latitude, "longitude": clocking.longitude}
        return {}

    def _fclk_prepare_attendance(self, clocking):
        """What the attendance gets beside core's values."""
        location_id = clocking.location.id if clocking.location else False
        if clocking.opening:
            plan = clocking.plan
            clocking.values = {
                "x_fclk_station_id": clocking.station.id if clocking.station else False,
                "x_fclk_clock_source": clocking.source,
                "x_fclk_location_id": location_id,
                "x_fclk_in_distance": clocking.distance,
                "x_fclk_schedule_source": plan["source"],
                "x_fclk_scheduled_in": plan["start_dt"],
                "x_fclk_scheduled_out": plan["end_dt"],
            }
            photo_field = "x_fclk_check_in_photo"
        else:
            clocking.values = {
                "x_fclk_clock_out_source": clocking.source,
                "x_fclk_out_location_id": location_id,
                "x_fclk_out_distance": clocking.distance,
            }
            photo_field = "x_fclk_check_out_photo"
        if clocking.photo:
            clocking.values[photo_field] = clocking.photo
        if clocking.at:
            clocking.values["x_fclk_offline"] = True
            clocking.values["check_in" if clocking.opening else "check_out"] = clocking.at

    def _fclk_after_clock_in(self, clocking, attendance):
        if not clocking.plan["scheduled"]:
            clocking.events.append(("unscheduled_shift", {}))
            return
        clocking.late_minutes = attendance._fclk_get_late_minutes(clocking.plan) or 0
        if clocking.late_minutes:
            clocking.events.append(("late_in", {"details": {"minutes": clocking.late_minutes}}))
        attendance._fclk_check_penalty("late_in")
        attendance._fclk_cancel_early_out()

    def _fclk_record(self, clocking, attendance):
        """Step 8: the clocking and what it brought along, in one INSERT."""
        if clocking.details:
            clocking.events.append(("photo_missing", {"details": clocking.details}))
        action = "clock_in" if clocking.opening else "clock_out"
        common = self._fclk_prepare_log(clocking) | {"attendance_id": attendance.id}
        self.env["fusion.clock.activity.log"]._fclk_log_all(
            [(action, common | {"client_uuid": clocking.client_uuid})]
            + [(event, common | vals) for event, vals in clocking.events],
            self,
        )
        self.env["fusion.clock.board"]._notify(self.company_id)

    def _fclk_prepare_log(self, clocking):
        return {
            "source": clocking.source,
            "station_id": clocking.station.id if clocking.station else False,
            "ip_address": clocking.ip,
            "card_uid": clocking.card_uid,
            "distance_m": clocking.distance,
        } | (
            self._fclk_prepare_position(clocking)
            if self.company_id.attendance_device_tracking
            else {}
        )

    # -- answers ----------------------------------------------------------------------------

    def _fclk_prepare_answer(self, clocking, attendance):
        local = to_local(clocking.now, self._get_tz())
        hours, pending = self._fclk_get_today(attendance, clocking.now, local.date())
        clock = local.strftime("%H:%M")
        unscheduled = clocking.opening and not clocking.plan["scheduled"]
        return {
            "success": True,
            "action": "clock_in" if clocking.opening else "clock_out",
            "attendance_id": attendance.id,
            "employee_id": self.id,
            "employee_name": self.name,
            "employee_avatar_url": self._fclk_avatar_url(clocking.source),
            "message": self.env._("%(name)s clocked in at %(time)s.", name=self.name, time=clock)
            if clocking.opening
            else self.env._("%(name)s clocked out at %(time)s.", name=self.name, time=clock),
            "time": clock,
            "net_hours_today": hours,
            "unscheduled": unscheduled,
            "late_minutes": clocking.late_minutes,
            "pending_reason": pending,
            "notes": ([self.env._("Not scheduled today.")] if unscheduled else [])
            + self._fclk_get_messages(clocking, local.date()),
        }

    def _fclk_get_messages(self, clocking, today):
        """:return: what a person reads at a kiosk after the tap; not for one that waited there"""
        if clocking.source not in SHARED_DEVICE_SOURCES or clocking.at:
            return []
        return self.env["fusion.clock.message"]._read_for(self, today)

    def _fclk_get_today(self, attendance, now, today):
        """:param attendance: the one just opened or closed, counted whatever day it began
        :return: (net hours of today's closed attendances plus the running gross hours of the open
            one, whether an attendance awaits an explanation)"""
        own = [("employee_id", "=", self.id)]
        found = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                own + ["|", ("date", "=", today), ("x_fclk_pending_reason", "=", True)],
                ["check_in", "check_out", "date", "x_fclk_net_hours", "x_fclk_pending_reason"],
            )
        )
        hours = 0.0
        for row in found.filtered(lambda row: row.date == today) | attendance.sudo():
            running = (now - row.check_in) / timedelta(hours=1)
            hours += row.x_fclk_net_hours if row.check_out else max(0.0, running)
        return round(hours, 2), any(found.mapped("x_fclk_pending_reason"))

    def _fclk_avatar_url(self, source=None):
        if source in ("nfc_kiosk", "kiosk", "qr"):
            return f"/fusion_clock/kiosk/avatar/{self.id}"
        return f"/web/image/hr.employee.public/{self.id}/avatar_128"

    def _fclk_refuse(self, code, clocking=None, message=None, **extra):
        """:return: a refusal; it is logged here unless its code is a silent one"""
        message = message or self._fclk_refusal_text(code, **extra)
        if code not in SILENT_REFUSALS:
            vals = self._fclk_prepare_log(clocking) if clocking else {}
            self.env["fusion.clock.activity.log"]._fclk_log(
                REFUSAL_EVENTS.get(code, "clock_refused"),
                self,
                message=message,
                details={"code": code},
                **vals,
            )
        return {"error": code, "message": message, **extra}

    def _fclk_refusal_text(self, code, **extra):
        """:return: what a person is told for an error code, in the language of the context"""
        texts = {
            "kiosk_disabled": self.env._("This kiosk is switched off."),
            "invalid_uid": self.env._("This card could not be read. Please try again."),
            "card_unknown": self.env._("Card not recognised. See your manager."),
            "clock_disabled": self.env._("Clock disabled for this account."),
            "no_location_configured": self.env._("This kiosk has no location. See your manager."),
            "debounce": self.env._("Already recorded a moment ago."),
            "photo_required": self.env._("Camera unavailable. Ask IT to check the kiosk."),
            "photo_invalid": self.env._("This photo cannot be used. Please take another."),
            "state_changed": self.env._(
                "Your attendance has just changed. Please check and try again."
            ),
            "location_required": self.env._("Your position is needed to clock. Please allow it."),
            "location_invalid": self.env._("Your position could not be read. Please try again."),
            "location_inaccurate": self.env._(
                "Your position is too vague. Please go near a window."
            ),
            "station_revoked": self.env._("This tablet was revoked. See your manager."),
            "no_employee": self.env._("No employee is linked to your account."),
            "no_pin": self.env._("No PIN is set for you. See your manager."),
            "wrong_pin": self.env._("Wrong PIN."),
            "pin_locked": self.env._("Too many wrong PINs. Please wait."),
            "wrong_password": self.env._("Wrong password."),
            "enroll_locked": self.env._("Enrolment is closed until a manager sets a password."),
            "locked_out": self.env._("Too many wrong passwords. Please wait."),
            "locked": self.env._("Please unlock the kiosk first."),
            "random_uid": self.env._(
                "This card changes its number at every tap and cannot be enrolled."
            ),
            "employee_not_found": self.env._("This employee was not found."),
            "not_found": self.env._("This record was not found. Please reload the page."),
            "invalid": self.env._("Please check what you entered."),
            "out_of_scope": self.env._("This person is not in your team."),
        }
        if code == "outside_geofence":
            return self.env._(
                "You are %(distance)s m from %(location)s, too far to clock.",
                distance=round(extra.get("distance") or 0),
                location=extra.get("location") or "",
            )
        return texts.get(code) or code
