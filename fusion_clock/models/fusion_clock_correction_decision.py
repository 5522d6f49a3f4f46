from odoo import fields, models
from odoo.exceptions import UserError

from .fusion_clock_correction import NEW_ATTENDANCE_KINDS


class FusionClockCorrection(models.Model):
    """What a decision does: the attendance, the log, the mail. Callers have checked the rights and
    hand the record over with sudo."""

    _inherit = "fusion.clock.correction"

    def _start(self):
        """Remember the attendance as it is now, log, and let the lead know."""
        self._keep_submitted_times()
        self._log("correction_submitted", message=self.reason)
        lead = self.employee_id.parent_id.user_id
        if lead and lead != self.employee_id.user_id:
            self.message_subscribe(lead.partner_id.ids)
            self.message_post(
                body=self.reason,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                author_id=self.employee_id.user_id.partner_id.id
                or self.employee_id.work_contact_id.id
                or None,
            )

    def _keep_submitted_times(self):
        for correction in self:
            correction.write(
                {
                    "submitted_check_in": correction.attendance_id.check_in,
                    "submitted_check_out": correction.attendance_id.check_out,
                }
            )

    def _approve(self):
        self._check_still_current()
        before = self.attendance_id
        old = {"old_check_in": before.check_in, "old_check_out": before.check_out}
        with self.env.cr.savepoint():
            attendance = self._apply()
            attendance._fclk_review_penalties()
        attendance._message_log(body=self._get_attendance_note())
        self._close("approved", attendance_id=attendance.id, **old)
        self._log("correction_approved", details=self._prepare_log_details())
        self._send_decision()

    def _check_still_current(self):
        """The reviewer decides on what the person saw, not on what somebody changed since."""
        if not self.attendance_id:
            if self.kind not in NEW_ATTENDANCE_KINDS or self.submitted_check_in:
                raise UserError(self.env._("The attendance has been deleted meanwhile."))
            return
        self.attendance_id.invalidate_recordset(["check_in", "check_out"])
        if self._is_outdated():
            raise UserError(
                self.env._(
                    "The times of this attendance have changed since the request was made. Please "
                    "review it again."
                )
            )

    def _is_outdated(self):
        attendance = self.attendance_id
        found = (attendance.check_in, attendance.check_out)
        return bool(attendance) and found != (self.submitted_check_in, self.submitted_check_out)

    def _apply(self):
        """:return: the attendance that now is as requested"""
        if self.kind == "worked_break":
            self.attendance_id.x_fclk_break_waived = True
            return self.attendance_id
        vals = self._prepare_attendance_vals()
        if self.attendance_id:
            self.attendance_id.write(vals)
            return self.attendance_id
        return self.env["hr.attendance"].create(vals | self._prepare_plan_vals())

    def _prepare_attendance_vals(self):
        vals = {}
        if self.requested_check_in:
            vals |= {
                "check_in": self.requested_check_in,
                "in_mode": "manual",
                "x_fclk_clock_source": "correction",
            }
        if self.requested_check_out:
            vals |= {
                "check_out": self.requested_check_out,
                "out_mode": "manual",
                "x_fclk_clock_out_source": "correction",
                "x_fclk_pending_reason": False,
            }
        return vals

    def _prepare_plan_vals(self):
        plan = self.employee_id._fclk_plan_for(self.requested_check_in)
        return {
            "employee_id": self.employee_id.id,
            "x_fclk_schedule_source": plan["source"],
            "x_fclk_scheduled_in": plan["start_dt"],
            "x_fclk_scheduled_out": plan["end_dt"],
        }

    def _close(self, state, **vals):
        self.ensure_one()
        if self.state != "submitted":
            raise UserError(self.env._("This request has already been decided."))
        if state != "cancelled":
            vals |= {"reviewer_id": self.env.uid, "reviewed_at": fields.Datetime.now()}
        self.write({"state": state, **vals})

    def _log(self, event, **vals):
        self.env["fusion.clock.activity.log"]._fclk_log(
            event,
            self.employee_id,
            attendance_id=self.attendance_id.id,
            **{"details": {"correction_id": self.id, "kind": self.kind}, **vals},
        )

    def _prepare_log_details(self):
        """:return: old and new times as UTC text"""
        to_text = fields.Datetime.to_string
        return {
            "correction_id": self.id,
            "kind": self.kind,
            "old": [to_text(self.old_check_in or None), to_text(self.old_check_out or None)],
            "new": [
                to_text(self.attendance_id.check_in or None),
                to_text(self.attendance_id.check_out or None),
            ],
        }

    def _get_attendance_note(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "Correction approved by %(user)s: %(kind)s. %(reason)s",
            user=self.env.user.name,
            kind=kinds[self.kind],
            reason=self.reason,
        )

    def _send_decision(self):
        """Queue the mail to the employee; without an address there is nobody to write to."""
        template = self.env.ref("fusion_clock.mail_template_correction", raise_if_not_found=False)
        if template and self._get_email():
            template.sudo().send_mail(self.id)

    def _get_state_text(self):
        """:return: the state in the language of the context"""
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _get_email(self):
        return self.employee_id.sudo()._fclk_get_email() or ""

    def _get_lang(self):
        """:return: the employee's language, the one of their mail"""
        return self.employee_id._fclk_get_lang()
