from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from ..services.openings import to_local
from .fusion_technician_task_slot import _is_inside


class FusionTechnicianTaskAlert(models.Model):
    """What dispatchers are told: jobs stay where they are, a person decides."""

    _inherit = "fusion.technician.task"

    def _alert_dispatcher(self, summary, note=""):
        """One open activity on the first of these tasks; a second alert renews its text."""
        task = self.sorted("datetime_start")[:1].sudo()
        user = task._find_dispatcher()
        if not task or not user:
            return
        values = {"summary": summary, "note": note}
        known = task.activity_ids.filtered(lambda activity: activity.user_id == user)
        same = known.filtered(lambda activity: activity.summary == summary)
        if same:
            same.write(values)
        else:
            task.activity_schedule("mail.mail_activity_data_todo", user_id=user.id, **values)

    def _find_dispatcher(self):
        """:return: who planned the task, else the company's first dispatcher"""
        group = self.env.ref("fusion_tasks.group_dispatcher")
        dispatchers = group.sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        robot = self.env.ref("base.user_root")
        people = (dispatchers - robot).sorted("id")
        return (self.create_uid & people) or people[:1]

    @api.model
    def _alert_days_off(self, users, start=None, stop=None):
        """Working time of these technicians changed: tell of their jobs outside it.

        :param start: only jobs that reach into this time, naive UTC; likewise ``stop``
        """
        now = fields.Datetime.now()
        jobs = self._search_planned(users, max(start or now, now), stop)
        for company in jobs.company_id:
            mine = jobs.filtered(lambda task, company=company: task.company_id == company)
            off = mine._filter_off_work(company)
            for user in off.technician_id:
                found = off.filtered(lambda task, user=user: task.technician_id == user)
                found._alert_dispatcher(
                    self.env._(
                        "%(count)s jobs on a day off: %(technician)s",
                        count=len(found),
                        technician=user.name,
                    ),
                    found._get_lines(),
                )

    @api.model
    def _alert_left(self, users):
        """These technicians no longer work here: tell of the jobs they still have."""
        jobs = self._search_planned(users, fields.Datetime.now())
        for user in jobs.technician_id:
            found = jobs.filtered(lambda task, user=user: task.technician_id == user)
            found._alert_dispatcher(
                self.env._(
                    "%(count)s jobs of somebody who left: %(technician)s",
                    count=len(found),
                    technician=user.name,
                ),
                found._get_lines(),
            )

    @api.model
    def _search_planned(self, users, start, stop=None):
        domain = Domain("technician_id", "in", users.ids) & Domain("status", "in", const.BUSY)
        domain &= Domain("datetime_end", ">", start)
        if stop:
            domain &= Domain("datetime_start", "<", stop)
        return self.sudo().search(domain)

    def _filter_off_work(self, company):
        """:return: the jobs that are outside their technician's working time, leave taken off"""
        tz = company._fc_tz()
        employees = self._search_employees(self.technician_id, company)
        margin = timedelta(days=1)
        first = min(self.mapped("datetime_start")) - margin
        last = first + timedelta(days=const.MAX_HORIZON_DAYS)
        last = min(max(self.mapped("datetime_end")) + margin, last)
        work = self._load_hours(employees, (first, last), tz, compute_leaves=True)

        def is_off(task):
            employee = employees.get(task.technician_id.id)
            day = to_local(task.datetime_start, tz).date()
            return employee and not _is_inside(
                work[employee.id][day], task.datetime_start, task.datetime_end
            )

        return self.filtered(lambda task: task.datetime_end < last and is_off(task))

    def _get_lines(self):
        tz = self.company_id[:1]._fc_tz()
        return Markup("<br/>").join(
            f"{task.name}, {to_local(task.datetime_start, tz):%Y-%m-%d %H:%M}"
            for task in self.sorted("datetime_start")
        )
