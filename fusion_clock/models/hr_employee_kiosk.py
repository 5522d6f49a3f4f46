from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import consteq

from ..const import (
    PIN_FAILURES,
    PIN_LOCK_MINUTES,
    SEARCH_LIMIT,
    SEARCH_MIN_LETTERS,
    UNKNOWN_CARDS_SHOWN,
)
from ..services.card_uid import is_random_uid
from ..services.photo import PhotoError, clean_photo
from .hr_employee_clock import Clocking

PROFILE_PHOTO_SIDE = 1024  # pixels


class HrEmployee(models.Model):
    """What a kiosk asks for: taps, PINs, search, enrolment, profile photos."""

    _inherit = "hr.employee"

    # -- taps -------------------------------------------------------------------------------

    @api.model
    def _fclk_tap(
        self, card_uid, photo_b64=None, company=None, station=None, ip=None, client_uuid=None
    ):
        """Clock the holder of a card.

        :param card_uid: as the reader sent it
        :param company: of the kiosk, default the current one
        :param station: fusion.clock.station, or None for a tablet that was never paired
        :param client_uuid: the tablet's own id of this tap; asked again, it gets the same answer
        :return: the engine's answer or a refusal; ``card_unknown`` carries the canonical
            ``card_uid``
        """
        employees = self.sudo().browse()
        company = (company or self.env.company).sudo()
        uid = self._fclk_normalize_uid(card_uid)
        settings = self.env["ir.config_parameter"]
        clocking = Clocking("nfc_kiosk", ip=ip, station=station, photo=photo_b64, card_uid=uid)
        if client_uuid:
            if earlier := employees._fclk_find_earlier_answer(client_uuid):
                return earlier
            clocking.client_uuid = client_uuid
        if not settings._fclk_get_bool("enable_nfc_kiosk"):
            return employees._fclk_refuse("kiosk_disabled", clocking)
        if not uid:
            return employees._fclk_refuse("invalid_uid", clocking)
        clocking.photo_required = settings._fclk_get_bool("nfc_photo_required")
        stations = station or self.env["fusion.clock.station"].sudo()
        clocking.location = stations._get_location(company)
        return employees._fclk_tap_card(clocking, company)

    def _fclk_tap_card(self, clocking, company):
        """The lock finds the holder too, so that a known card costs one query for both."""
        condition = SQL(
            "x_fclk_nfc_card_uid = %s AND active AND company_id = %s",
            clocking.card_uid,
            company.id,
        )
        try:
            with self.env.cr.savepoint():
                employee = self.browse(self._fclk_lock(condition))
                if employee:
                    return employee._fclk_run_debounced(clocking)
        except SerializationFailure:
            holder = self._fclk_find_card(clocking, company)
            if answer := holder and holder._fclk_answer_lost_race(clocking):
                return answer
            raise
        except UserError as error:
            holder = self._fclk_find_card(clocking, company)
            return holder._fclk_refuse("attendance_conflict", clocking, message=str(error))
        if self._fclk_find_card(clocking, company):
            return self._fclk_refuse("debounce", clocking)  # its first tap is still being worked on
        return self._fclk_refuse_unknown(clocking, company)

    def _fclk_find_card(self, clocking, company):
        return self.search(
            [("x_fclk_nfc_card_uid", "=", clocking.card_uid), ("company_id", "=", company.id)],
            limit=1,
        )

    def _fclk_refuse_unknown(self, clocking, company):
        self.env["fusion.clock.activity.log"]._fclk_log_unknown(
            clocking.card_uid, company, source=clocking.source, ip_address=clocking.ip
        )
        return {
            "error": "card_unknown",
            "message": self._fclk_refusal_text("card_unknown"),
            "card_uid": clocking.card_uid,
        }

    def _fclk_run_debounced(self, clocking):
        """The engine behind the sliding window, under the lock.

        An ignored tap renews the window, a refused one does not start it.
        """
        if not self.x_fclk_enable_clock:
            return self._fclk_refuse("clock_disabled", clocking)
        if clocking.source == "nfc_kiosk" and not clocking.location:
            return self._fclk_refuse("no_location_configured", clocking)
        moment = clocking.at or fields.Datetime.now()
        if self._fclk_is_resting(moment):
            self._fclk_mark_tap(moment)
            return self._fclk_refuse("debounce", clocking)
        return self._fclk_run(clocking)

    def _fclk_is_resting(self, moment):
        """:return: whether the last tap is younger than the debounce time; a clock of another
        server that runs a little ahead does not matter"""
        window = self.env["ir.config_parameter"]._fclk_get_float("tap_debounce_seconds")
        last = self.x_fclk_last_tap_at
        return bool(last) and abs(moment - last) < timedelta(seconds=window)

    def _fclk_mark_tap(self, moment):
        """Field by field, without ``write``: joins core's own UPDATE of the employee's row."""
        tap_field = self._fields["x_fclk_last_tap_at"]
        tap_field.write(self, moment)

    # -- PIN --------------------------------------------------------------------------------

    def _fclk_shared_clock(self, source, pin=None, check_pin=False, **kw):
        """Clock at a shared device that names the employee: PIN kiosk and Odoo's own kiosk.

        The PIN is judged under the clocking lock, so that parallel guesses are not free.

        :param check_pin: whether ``pin`` must be the employee's
        :return: the engine's answer or a refusal
        """
        self.ensure_one()
        clocking = Clocking(source, **kw)
        employee = self.sudo()

        def run():
            refusal = check_pin and employee._fclk_check_pin(pin, clocking)
            return refusal or employee._fclk_run_debounced(clocking)

        return employee._fclk_exclusively(clocking, run)

    @api.model
    def _fclk_pin_clock(self, employee_id, pin, company, photo_b64=None, station=None, ip=None):
        """Clock a person at the PIN kiosk.

        :param employee_id: from outside, any type
        :return: the engine's answer or a refusal
        """
        settings = self.env["ir.config_parameter"]
        stations = station or self.env["fusion.clock.station"].sudo()
        if not settings._fclk_get_bool("enable_pin_kiosk"):
            return self._fclk_refuse_quietly("kiosk_disabled")
        employee = self._fclk_find_in_company(employee_id, company)
        if not employee:
            return self._fclk_refuse_quietly("employee_not_found")
        return employee._fclk_shared_clock(
            "kiosk",
            pin=pin,
            check_pin=True,
            photo=photo_b64,
            photo_required=settings._fclk_get_bool("pin_photo_required"),
            station=station,
            location=stations._get_location(company),
            ip=ip,
        )

    def _fclk_check_pin(self, pin, clocking):
        """:return: None for the right PIN, else a refusal; the fifth wrong one in a row locks"""
        now = fields.Datetime.now()
        if self.x_fclk_pin_locked_until and self.x_fclk_pin_locked_until > now:
            left = self.x_fclk_pin_locked_until - now
            return self._fclk_refuse("pin_locked", clocking, retry_after=int(left.total_seconds()))
        if not self.pin:
            return self._fclk_refuse("no_pin", clocking)
        if isinstance(pin, str) and consteq(pin.encode(), self.pin.encode()):
            if self.x_fclk_pin_failures:
                self.write({"x_fclk_pin_failures": 0, "x_fclk_pin_locked_until": False})
            return None
        return self._fclk_count_wrong_pin(clocking, now)

    def _fclk_count_wrong_pin(self, clocking, now):
        failures = self.x_fclk_pin_failures + 1
        log = self.env["fusion.clock.activity.log"]
        common = {"source": clocking.source, "ip_address": clocking.ip}
        events = [("pin_failed", {**common, "details": {"failures": failures}})]
        vals = {"x_fclk_pin_failures": failures}
        if failures >= PIN_FAILURES:
            until = now + timedelta(minutes=PIN_LOCK_MINUTES)
            vals = {"x_fclk_pin_failures": 0, "x_fclk_pin_locked_until": until}
            events.append(("pin_locked", common))
        self.write(vals)
        log._fclk_log_all(events, self)
        if failures >= PIN_FAILURES:
            return {
                "error": "pin_locked",
                "message": self._fclk_refusal_text("pin_locked"),
                "retry_after": PIN_LOCK_MINUTES * 60,
            }
        return {
            "error": "wrong_pin",
            "message": self._fclk_refusal_text("wrong_pin"),
            "attempts_left": PIN_FAILURES - failures,
        }

    # -- search, enrolment, photo -----------------------------------------------------------

    @api.model
    def _fclk_search(self, query, company):
        """:param query: text of at least 2 letters; wildcards are literal
        :return: at most 20 of ``{"id", "name", "job", "avatar_url", "state"}``"""
        text = query.strip() if isinstance(query, str) else ""
        if len(text) < SEARCH_MIN_LETTERS:
            return []
        literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        domain = Domain("company_id", "=", company.id) & Domain("x_fclk_enable_clock", "=", True)
        domain &= Domain("name", "ilike", literal) | Domain("barcode", "ilike", literal)
        found = self.sudo().search_fetch(
            domain, ["name", "job_title", "last_check_in", "last_check_out"], limit=SEARCH_LIMIT
        )
        return [
            {
                "id": employee.id,
                "name": employee.name,
                "job": employee.job_title or "",
                "avatar_url": employee._fclk_avatar_url("kiosk"),
                "state": "checked_in"
                if employee.last_check_in and not employee.last_check_out
                else "checked_out",
            }
            for employee in found
        ]

    @api.model
    def _fclk_find_in_company(self, employee_id, company):
        """:param employee_id: from outside, any type
        :return: the active employee of that company (sudo), or empty"""
        if not isinstance(employee_id, int) or isinstance(employee_id, bool):
            return self.sudo().browse()
        return self.sudo().search(
            [("id", "=", employee_id), ("company_id", "=", company.id)], limit=1
        )

    @api.model
    def _fclk_enroll(self, employee_id, card_uid, company):
        """Give a card to an employee. Who may do it was checked before.

        :return: ``{"success", "employee_name", "card_uid"}`` or a refusal
        """
        uid = self._fclk_normalize_uid(card_uid)
        if not uid:
            return self._fclk_refuse_quietly("invalid_uid")
        if is_random_uid(uid):
            return self._fclk_refuse_quietly("random_uid")
        employee = self._fclk_find_in_company(employee_id, company)
        if not employee:
            return self._fclk_refuse_quietly("employee_not_found")
        holder = (
            self.sudo()
            .with_context(active_test=False)
            .search([("x_fclk_nfc_card_uid", "=", uid)], limit=1)
        )
        if holder and holder != employee:
            return self._fclk_refuse_assigned(holder, company)
        if holder != employee:
            employee._fclk_assign_card(uid)
        return {"success": True, "employee_name": employee.name, "card_uid": uid}

    def _fclk_refuse_quietly(self, code):
        return {"error": code, "message": self._fclk_refusal_text(code)}

    def _fclk_refuse_assigned(self, holder, company):
        """A holder of another company stays unnamed."""
        if holder.company_id != company:
            message = self.env._("This card is already assigned elsewhere. Unenrol it first.")
            return {"error": "card_already_assigned", "message": message, "existing_employee": ""}
        message = self.env._(
            "This card is already assigned to %(name)s. Unenrol it first.", name=holder.name
        )
        return {
            "error": "card_already_assigned",
            "message": message,
            "existing_employee": holder.name,
        }

    def _fclk_assign_card(self, uid):
        old = self.x_fclk_nfc_card_uid
        self.write({"x_fclk_nfc_card_uid": uid})
        self.env["fusion.clock.activity.log"]._fclk_log(
            "enroll", self, card_uid=uid, details={"replaced_card": old} if old else None
        )

    @api.model
    def _fclk_set_profile_photo(self, employee_id, photo_b64, company):
        """:return: ``{"success"}`` or a refusal"""
        employee = self._fclk_find_in_company(employee_id, company)
        if not employee:
            return self._fclk_refuse_quietly("employee_not_found")
        try:
            photo = clean_photo(photo_b64, max_side=PROFILE_PHOTO_SIDE)
        except PhotoError:
            return self._fclk_refuse_quietly("photo_invalid")
        employee.image_1920 = photo
        self.env["fusion.clock.activity.log"]._fclk_log("profile_photo", employee)
        return {"success": True}

    @api.model
    def _fclk_manager_data(self, company, station=None):
        """:return: ``{"unknown_cards": [{"card_uid", "time"}], "in_now": number of employees,
        "station"}``; cards that were enrolled since are left out"""
        rows = (
            self.env["fusion.clock.activity.log"]
            .sudo()
            ._read_group(
                [
                    ("event", "=", "tap_unknown"),
                    ("company_id", "=", company.id),
                    ("event_time", ">=", fields.Datetime.now() - timedelta(days=7)),
                ],
                ["card_uid"],
                ["event_time:max"],
                order="event_time:max desc",
                limit=UNKNOWN_CARDS_SHOWN,
            )
        )
        taken = set(
            self.sudo()
            .search([("x_fclk_nfc_card_uid", "in", [uid for uid, _time in rows])])
            .mapped("x_fclk_nfc_card_uid")
        )
        return {
            "unknown_cards": [
                {"card_uid": uid, "time": fields.Datetime.to_string(time)}
                for uid, time in rows
                if uid not in taken
            ],
            "in_now": self.env["hr.attendance"]
            .sudo()
            .search_count([("check_out", "=", False), ("employee_id.company_id", "=", company.id)]),
            "station": station.name if station else False,
        }
