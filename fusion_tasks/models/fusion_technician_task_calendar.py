from odoo import api, models
from odoo.fields import Command

#: A job in one of these is in its technician's calendar.
IN_CALENDAR = ("scheduled", "en_route", "in_progress", "completed")
EVENT_FIELDS = {
    "status",
    "active",
    "technician_id",
    "helper_ids",
    "datetime_start",
    "datetime_end",
    "duration_hours",
    "address_id",
    "partner_id",
    "summary",
    "task_type",
}


class FusionTechnicianTaskCalendar(models.Model):
    """One event per job, in the calendars of those who do it. The client is no attendee: an
    invitation would tell staff addresses."""

    _inherit = "fusion.technician.task"

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks._sync_event()
        return tasks

    def write(self, vals):
        result = super().write(vals)
        if EVENT_FIELDS & vals.keys():
            self._sync_event()
        return result

    def unlink(self):
        self._get_events().unlink()
        return super().unlink()

    def _sync_event(self):
        for task in self.with_context(lang=self.env.company.partner_id.lang):
            event_sudo = task._get_events()
            if not (task.active and task.technician_id and task.status in IN_CALENDAR):
                event_sudo.unlink()
            elif event_sudo:
                event_sudo.write(task._prepare_event_changes(event_sudo))
            else:
                event_sudo = event_sudo.create(task._prepare_event_values())
                task.sudo().calendar_event_id = event_sudo

    def _get_events(self):
        """:return: the events, without rights and in a context in which nobody is written to"""
        quiet = {
            "no_mail_to_attendees": True,
            "skip_attendee_notification": True,
            "dont_notify": True,
            "skip_contact_description": True,
            "mail_create_nolog": True,
            "tracking_disable": True,
            "fusion_tasks_sync": True,
        }
        return self.sudo().calendar_event_id.with_context(**quiet)

    def _prepare_event_values(self):
        return {
            "name": self._get_event_name(),
            "start": self.datetime_start,
            "stop": self.datetime_end,
            "allday": False,
            "user_id": self.technician_id.id,
            "partner_ids": [Command.set(self._get_people().partner_id.ids)],
            "privacy": "private",
            "show_as": "busy",
            "location": self.sudo().address_id._fc_get_address_line(),
            "x_fc_task_id": self.id,
        }

    def _prepare_event_changes(self, event):
        """:return: what differs, because writing an event's times and people is slow"""
        values = self._prepare_event_values()
        if event.partner_ids == self._get_people().partner_id:
            del values["partner_ids"]
        if event.user_id == self.technician_id:
            del values["user_id"]
        if (event.start, event.stop, event.allday) == (values["start"], values["stop"], False):
            del values["start"], values["stop"], values["allday"]
        return values

    def _get_event_name(self):
        city = self.sudo().address_id.city
        name = f"[{self._get_type_label()}] {self.summary}"
        return f"{name} – {city}" if city else name

    def _get_type_label(self):
        return dict(self._fields["task_type"]._description_selection(self.env))[self.task_type]

    def _follow_event(self, start, stop):
        """The event was moved in the calendar: so does the job, under the usual guarantee.

        :raise UserError: with the reason; the event then stays where it was
        """
        self.ensure_one()
        reason = self.env._("Moved in the calendar by %(user)s.", user=self.env.user.name)
        is_dispatcher = self.env.user.has_group("fusion_tasks.group_dispatcher")
        task = self.sudo().with_context(fusion_tasks_sync=True)
        return task._reschedule(start, stop, force=is_dispatcher, reason=reason)

    def _lose_event(self):
        """The event was deleted in the calendar: the job has to be planned again."""
        for task in self.sudo().filtered(lambda task: task.status in ("scheduled", "en_route")):
            if task.status == "en_route":
                task.action_schedule()
            task.action_reset_to_draft()
            task._alert_dispatcher(
                self.env._("Plan again: its event was deleted"),
                self.env._("%(user)s deleted the calendar event.", user=self.env.user.name),
            )
