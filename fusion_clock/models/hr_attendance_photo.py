from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

PHOTO_FIELDS = ("x_fclk_check_in_photo", "x_fclk_check_out_photo")
VIEW_LOG_HOURS = 1  # one row per user and attendance in this time
PHOTO_GROUP = "fusion_clock.group_fusion_clock_team_lead"


class HrAttendance(models.Model):
    """Who looked at a clock photo, and when."""

    _inherit = "hr.attendance"

    def web_read(self, specification):
        """A form that shows photos is a view of them; a list never loads any."""
        if len(self) == 1 and not set(PHOTO_FIELDS).isdisjoint(specification):
            if self.env.user.has_group(PHOTO_GROUP):
                self._fclk_log_photo_views()
        return super().web_read(specification)

    web_read._readonly = False  # core's says it writes nothing; this one may

    def _fclk_get_photos(self):
        """:return: ``{attendance_id: {field name: checksum}}`` of the photos that exist"""
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "in", PHOTO_FIELDS),
                    ("res_id", "in", self.ids),
                ],
                ["res_id", "res_field", "checksum"],
            )
        )
        photos = defaultdict(dict)
        for attachment in attachments:
            photos[attachment.res_id][attachment.res_field] = attachment.checksum
        return photos

    def _fclk_log_photo_views(self):
        """Note that the current user sees these photos: once per user, attendance and hour."""
        photos = self._fclk_get_photos()
        log = self.env["fusion.clock.activity.log"].sudo()
        since = fields.Datetime.now() - timedelta(hours=VIEW_LOG_HOURS)
        seen = log.search_fetch(
            [
                ("event", "=", "photo_viewed"),
                ("attendance_id", "in", list(photos)),
                ("user_id", "=", self.env.uid),
                ("event_time", ">", since),
            ],
            ["attendance_id"],
        ).attendance_id
        log.create(
            [
                {
                    **log._prepare_common(attendance.employee_id),
                    "event": "photo_viewed",
                    "attendance_id": attendance.id,
                }
                for attendance in self.sudo()
                if attendance.id in photos and attendance not in seen
            ]
        )
