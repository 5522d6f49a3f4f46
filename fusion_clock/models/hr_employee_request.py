from datetime import datetime

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import UserError

_FORMAT = "%Y-%m-%d %H:%M:%S"
_MAX_ID = 2**31 - 1  # PostgreSQL's integer


class HrEmployee(models.Model):
    """What people ask for themselves: a correction, and the answer to "what happened?"."""

    _inherit = "hr.employee"

    def _fclk_submit_correction(self, kind, date, reason, **values):
        """File a correction request of this employee. The same request again is the same row.

        :param date: ISO text, the local day it is about
        :param values: ``attendance_id``; ``check_in``, ``check_out`` (UTC text or None);
            ``origin``
        :return: ``{"success": True, "id"}``, or ``not_found`` / ``invalid``
        """
        self.ensure_one()
        attendance = self._fclk_find_attendance(values.get("attendance_id"))
        if values.get("attendance_id") and not attendance:
            return self._fclk_refuse_quietly("not_found")
        try:
            day = self._fclk_parse_date(date)
            vals = {
                "employee_id": self.id,
                "kind": kind,
                "attendance_id": attendance.id,
                "date": attendance.date or day,
                "requested_check_in": self._fclk_parse_moment(values.get("check_in")),
                "requested_check_out": self._fclk_parse_moment(values.get("check_out")),
                "reason": self._fclk_parse_reason(reason),
                "origin": values.get("origin") or "employee",
            }
        except ValueError:
            return self._fclk_refuse_quietly("invalid")
        if kind not in self.env["fusion.clock.correction"]._fields["kind"].get_values(self.env):
            return self._fclk_refuse_quietly("invalid")
        if kind == "wrong_times":
            self._fclk_drop_unchanged(attendance, vals)
        return self._fclk_create_correction(vals)

    def _fclk_drop_unchanged(self, attendance, vals):
        """A form sends both times without their seconds: one left as it was asks for nothing."""
        for name in ("check_in", "check_out"):
            moment = attendance[name]
            if moment and vals[f"requested_{name}"] in (moment, moment.replace(second=0)):
                vals[f"requested_{name}"] = False

    def _fclk_create_correction(self, vals):
        corrections = self.env["fusion.clock.correction"].sudo()
        if same := corrections._find_same(vals):
            return {"success": True, "id": same.id}
        if corrections._has_open(vals):
            return self._fclk_refuse_invalid(corrections._get_open_text())
        try:
            with self.env.cr.savepoint():
                correction = corrections.create(vals)
                corrections.env.flush_all()
        except UniqueViolation:  # another tab was faster
            return self._fclk_refuse_invalid(corrections._get_open_text())
        except UserError as error:  # ValidationError and AccessError are its kin
            return self._fclk_refuse_invalid(str(error))
        return {"success": True, "id": correction.id}

    def _fclk_cancel_correction(self, correction_id):
        """Take back one's own open request.

        :return: ``{"success": True}`` or ``not_found``"""
        correction = self._fclk_find_own(
            "fusion.clock.correction", correction_id, [("state", "=", "submitted")]
        )
        if not correction:
            return self._fclk_refuse_quietly("not_found")
        correction.action_cancel()
        return {"success": True}

    def _fclk_get_pending(self):
        """:return: the newest attendance (sudo) that awaits an explanation, or empty"""
        self.ensure_one()
        return (
            self.env["hr.attendance"]
            .sudo()
            .search(
                [("employee_id", "=", self.id), ("x_fclk_pending_reason", "=", True)],
                order="check_in desc, id desc",
                limit=1,
            )
        )

    def _fclk_explain_close(self, attendance_id, reason, check_out=None):
        """Answer the question about an automatic clock-out.

        :param check_out: the real time of leaving as UTC text, or None; given, a correction is
            filed
        :return: ``{"success": True}``, ``not_found`` or ``invalid``
        """
        self.ensure_one()
        attendance = self._fclk_find_attendance(attendance_id)
        if not attendance.x_fclk_pending_reason:
            return self._fclk_answer_again(attendance, reason)
        try:
            text = self._fclk_parse_reason(reason)
            moment = self._fclk_parse_moment(check_out)
        except ValueError:
            return self._fclk_refuse_quietly("invalid")
        if moment and moment != attendance.check_out:
            answer = self._fclk_create_correction(
                {
                    "employee_id": self.id,
                    "kind": "missed_out",
                    "attendance_id": attendance.id,
                    "requested_check_out": moment,
                    "reason": text,
                    "origin": "auto_close",
                }
            )
            if answer.get("error"):
                return answer
        attendance.write({"x_fclk_close_reason": text, "x_fclk_pending_reason": False})
        return {"success": True}

    def _fclk_answer_again(self, attendance, reason):
        """A second click on the same answer is no error."""
        if attendance and isinstance(reason, str) and reason.strip():
            if attendance.x_fclk_close_reason == reason.strip():
                return {"success": True}
        return self._fclk_refuse_quietly("not_found")

    # -- outside values ---------------------------------------------------------------------

    def _fclk_find_own(self, model, record_id, domain=()):
        """:return: this employee's record (sudo) of an outside id, or empty"""
        records = self.env[model].sudo()
        if type(record_id) is not int or not 0 < record_id <= _MAX_ID:  # a bool is an int
            return records.browse()
        own = [("id", "=", record_id), ("employee_id", "=", self.id)]
        return records.search(own + list(domain), limit=1)

    def _fclk_find_attendance(self, attendance_id):
        return self._fclk_find_own("hr.attendance", attendance_id)

    def _fclk_parse_moment(self, text):
        """:return: naive UTC datetime, False for none
        :raise ValueError: it is no ``YYYY-MM-DD HH:MM:SS``"""
        if text is None or text is False or text == "":
            return False
        if not isinstance(text, str):
            raise ValueError(text)
        moment = datetime.strptime(text, _FORMAT)
        if moment.year < 1970:
            raise ValueError(text)
        return moment

    def _fclk_parse_date(self, text):
        """:return: date
        :raise ValueError: it is no ISO date"""
        if not isinstance(text, str):
            raise ValueError(text)
        date = fields.Date.to_date(text)
        if not date or date.year < 1970:
            raise ValueError(text)
        return date

    def _fclk_parse_reason(self, text):
        """:return: stripped text
        :raise ValueError: there is none"""
        text = text.replace("\0", "").strip() if isinstance(text, str) else ""
        if not text:
            raise ValueError(text)
        return text

    def _fclk_refuse_invalid(self, message):
        """:return: an ``invalid`` refusal that carries the text of the rule"""
        refusal = self._fclk_refuse_quietly("invalid")
        return {**refusal, "message": message} if message else refusal
