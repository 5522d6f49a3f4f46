import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, format_date
from odoo.tools.misc import is_list_of

from ..services.local_time import first_day_of_week

_logger = logging.getLogger(__name__)

LEAD_GROUP = "fusion_clock.group_fusion_clock_team_lead"
ENTRY_VALUES = ("shift_id", "is_off", "start_time", "end_time", "break_minutes", "note")


class FusionClockSchedule(models.Model):
    """Drafts become posted entries, and only here: each employee is told once by e-mail."""

    _inherit = "fusion.clock.schedule"

    # -- posted entries are changed by posting only ------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state") == "posted" for vals in vals_list):
            self._check_may_touch_posted()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("state") == "posted" or any(entry.state == "posted" for entry in self):
            self._check_may_touch_posted()
        return super().write(vals)

    def unlink(self):
        """A manager may withdraw a posted day; the log keeps what it was."""
        if not self.env.su:
            self.check_access("unlink")
            posted = self.filtered(lambda entry: entry.state == "posted")
            posted._fclk_log_posting(posted._fclk_by_key(), {})
        return super().unlink()

    def _check_may_touch_posted(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "A posted day changes only by posting: plan the change as a draft and post "
                    "the week."
                )
            )

    # -- posting ----------------------------------------------------------------------------

    @api.model
    def fclk_post_week(self, week_start, employee_ids=None):
        """Post all drafts of a week and scope and mail each employee concerned once.

        :param week_start: date or ISO text, moved to the first day of its week
        :param employee_ids: ids, None for everybody whom the user may plan
        :return: ``{"success": True, "posted": n, "employees": n, "emails": n,
            "no_email": [names], "email_failures": [names]}``
        :raise AccessError: the user plans nobody, or not all of ``employee_ids``
        """
        employees = self._fclk_get_planned(employee_ids)
        first = self._fclk_week_start(week_start)
        entries = self._fclk_week_entries(employees, first)
        drafts = entries.filtered(lambda entry: entry.state == "draft")
        posted = entries - drafts
        told_before = posted.employee_id
        changes = drafts._fclk_replace(posted)
        drafts._fclk_log_posting(changes, drafts._fclk_by_key())
        mails = self._fclk_mail_week(drafts.employee_id, first, told_before, changes)
        return {
            "success": True,
            "posted": len(drafts),
            "employees": len(drafts.employee_id),
            **mails,
        }

    @api.model
    def _fclk_get_planned(self, employee_ids=None):
        """:return: the employees (sudo) to work on
        :raise AccessError: the user is no lead and no manager, or someone is out of scope"""
        if not self.env.user.has_group(LEAD_GROUP):
            raise AccessError(self.env._("Only team leads and clock managers plan shifts."))
        scope = self.env["hr.employee"]._fclk_scope()
        if employee_ids is None:
            return scope
        wanted = set(employee_ids) if is_list_of(employee_ids, int) else {None}
        chosen = scope.filtered(lambda employee: employee.id in wanted)
        if len(chosen) != len(wanted):
            raise AccessError(self.env._("You may not plan the shifts of all these employees."))
        return chosen

    @api.model
    def _fclk_week_start(self, day):
        """:param day: date or ISO text
        :return: first day of its week, by the setting
        :raise UserError: it is no date"""
        first_weekday = self.env["ir.config_parameter"]._fclk_get_int("week_start") % 7
        try:
            day = fields.Date.to_date(day)
        except (ValueError, TypeError):
            day = None
        if not day:
            raise UserError(self.env._("This is no date."))
        return first_day_of_week(day, first_weekday)

    @api.model
    def _fclk_week_entries(self, employees, first, days=7):
        """:return: draft and posted entries (sudo) of ``days`` days from ``first``"""
        return self.sudo().search_fetch(
            [
                ("employee_id", "in", employees.ids),
                ("date", ">=", first),
                ("date", "<", first + timedelta(days=days)),
            ],
            ["employee_id", "date", "state", *ENTRY_VALUES],
            order="date, employee_id, id",
        )

    def _fclk_key(self):
        return self.employee_id.id, self.date

    def _fclk_by_key(self):
        """:return: ``{(employee_id, date): values}``"""
        return {entry._fclk_key(): entry._fclk_values() for entry in self}

    def _fclk_values(self):
        """:return: what an entry says, as JSON values"""
        return {
            "shift_id": self.shift_id.id,
            "is_off": self.is_off,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "break_minutes": self.break_minutes,
            "note": self.note or "",
        }

    def _fclk_replace(self, posted):
        """Flip the drafts in ``self``; the posted entries of the same days go.

        :return: ``{(employee_id, date): values of the posted entry that went, or None}``
        """
        if not self:
            return {}
        by_key = {entry._fclk_key(): entry for entry in posted}
        replaced = {key: by_key.get(key) for key in (draft._fclk_key() for draft in self)}
        old = {key: entry and entry._fclk_values() for key, entry in replaced.items()}
        self.browse().union(*filter(None, replaced.values())).unlink()
        self.write(
            {
                "state": "posted",
                "posted_date": fields.Datetime.now(),
                "posted_by_id": self.env.uid,
            }
        )
        self.flush_recordset()
        return old

    def _fclk_log_posting(self, old_values, new_values):
        """One event per employee of ``self``, with old and new values of each day, both given as
        ``{(employee_id, date): values or None}``."""
        log = self.env["fusion.clock.activity.log"]
        for employee in self.sudo().employee_id:
            days = [
                {
                    "date": fields.Date.to_string(day),
                    "old": old_values[owner, day],
                    "new": new_values.get((owner, day)),
                }
                for owner, day in sorted(old_values)
                if owner == employee.id
            ]
            log._fclk_log("schedule_posted", employee, details={"days": days})

    # -- mail -------------------------------------------------------------------------------

    @api.model
    def _fclk_mail_week(self, employees, first, told_before, changes):
        """Queue one mail per employee. A mail that cannot be made never undoes the post.

        :param told_before: employees who already had posted entries that week
        :param changes: keys ``(employee_id, date)`` of the days just posted
        :return: ``{"emails": n, "no_email": [names], "email_failures": [names]}``
        """
        result = {"emails": 0, "no_email": [], "email_failures": []}
        plans = self._fclk_plans_by_language(employees, first)
        for employee in employees:
            address = employee._fclk_get_email()
            if not address:
                result["no_email"].append(employee.name)
                continue
            values = {
                "fclk_email_to": address,
                "fclk_is_update": employee in told_before,
                "fclk_week_start": first,
                "fclk_days": self._fclk_prepare_mail_days(employee, plans, first, changes),
            }
            if self._fclk_queue_mail(employee, address, values):
                result["emails"] += 1
            else:
                result["email_failures"].append(employee.name)
        if result["emails"]:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return result

    @api.model
    def _fclk_queue_mail(self, employee, address, values):
        """:return: whether the mail stands in the queue"""
        template = self.env.ref("fusion_clock.mail_template_schedule_posted").sudo()
        try:
            if not email_normalize(address):
                raise ValueError(f"no e-mail address: {address!r}")
            with self.env.cr.savepoint():
                template.with_context(**values).send_mail(employee.id)
            return True
        except OperationalError:
            raise
        except Exception:  # row boundary: one bad mail never undoes the post
            _logger.warning("The schedule of %s could not be mailed", employee, exc_info=True)
            return False

    @api.model
    def _fclk_plans_by_language(self, employees, first):
        """:return: ``{(employee_id, date): plan}``, labels in each employee's language"""
        groups = defaultdict(self.env["hr.employee"].browse)
        for employee in employees:
            groups[employee._fclk_get_lang()] += employee
        plans = {}
        for lang, group in groups.items():
            group = group.with_context(lang=lang)
            plans |= group._get_fclk_day_plans(first, first + timedelta(days=6))
        return plans

    @api.model
    def _fclk_prepare_mail_days(self, employee, plans, first, changes):
        """:return: seven of ``{"day": text, "label": text, "note": text, "is_changed": bool}``"""
        lang = employee._fclk_get_lang()
        env = self.with_context(lang=lang).env
        days = []
        for offset in range(7):
            day = first + timedelta(days=offset)
            plan = plans[employee.id, day]
            label = env._("Off") if plan["is_off"] else plan["label"]
            days.append(
                {
                    "day": format_date(env, day, date_format="EEEE d MMMM", lang_code=lang),
                    "label": label or env._("Not scheduled"),
                    "note": plan["note"],
                    "is_changed": (employee.id, day) in changes,
                }
            )
        return days
