from datetime import timedelta

from odoo import fields, models

from .. import const
from ..services.openings import midnight, to_local


class FusionTechnicianTaskTracking(models.Model):
    """What the client may know: when, who by first name, whom to call. No address."""

    _inherit = "fusion.technician.task"

    def _get_track_url(self):
        """:return: address of a new tracking page, valid until a day after the day of the visit"""
        self.ensure_one()
        tz = self.company_id._fc_tz()
        day = to_local(self.datetime_start, tz).date() + timedelta(days=2)
        left = midnight(day, tz) - fields.Datetime.now()
        days = max(left / timedelta(days=1), const.LEAST_TRACK_DAYS)
        raw = self.env["fusion.access.token"]._issue(self, "task_track", days=days)
        return f"{self.get_base_url()}/tasks/track/{raw}"

    def _get_tracking(self):
        """:return: ``{"state", "day", "window", "technician", "phone"}``, texts of the language
        of the context in the company's time
        """
        self.ensure_one()
        name = self.technician_id.name or ""
        is_on = self.status in ("scheduled", "en_route")
        return {
            "state": self.status,
            "type": self._get_type_label(),
            "day": self._format_day(self.scheduled_date),
            "window": is_on and self._get_window_text(),
            "technician": name.split()[0] if name.strip() else "",
            "phone": self.company_id.phone,
        }

    def _get_window_text(self):
        """:return: from when to when the technician is expected, e.g. ``9:00 AM – 9:30 AM``"""
        is_close = self.status == "en_route" and self.eta
        start = self.eta if is_close else self.datetime_start
        minutes = const.ETA_WINDOW_MINUTES if is_close else self.window_minutes
        tz = self.company_id._fc_tz()
        ends = [start] if not minutes else [start, start + timedelta(minutes=minutes)]
        return " – ".join(self._format_clock(end, tz) for end in ends)
