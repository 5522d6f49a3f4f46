from datetime import date, datetime

from odoo import fields, models

# What is kept about a person, by section of the download. Only plain values: a many2one says its
# name, never more of the other record.
SECTIONS = {
    "attendances": (
        "hr.attendance",
        [
            "check_in",
            "check_out",
            "x_fclk_gross_hours",
            "x_fclk_break_minutes",
            "x_fclk_net_hours",
            "x_fclk_clock_source",
            "x_fclk_clock_out_source",
            "x_fclk_location_id",
            "x_fclk_out_location_id",
            "x_fclk_in_distance",
            "x_fclk_out_distance",
            "in_latitude",
            "in_longitude",
            "out_latitude",
            "out_longitude",
            "in_ip_address",
            "out_ip_address",
            "x_fclk_close_reason",
        ],
    ),
    "penalties": (
        "fusion.clock.penalty",
        ["date", "penalty_type", "minutes_off", "penalty_minutes", "state", "waive_reason"],
    ),
    "corrections": (
        "fusion.clock.correction",
        [
            "date",
            "kind",
            "requested_check_in",
            "requested_check_out",
            "reason",
            "state",
            "review_note",
        ],
    ),
    "activity": (
        "fusion.clock.activity.log",
        [
            "event_time",
            "event",
            "source",
            "card_uid",
            "ip_address",
            "latitude",
            "longitude",
            "distance_m",
            "message",
        ],
    ),
}


class HrEmployee(models.Model):
    """A person's own data, to take away."""

    _inherit = "hr.employee"

    def _fclk_get_own_data(self):
        """Everything the clock keeps about this employee but the photos, which the timesheet shows.

        :return: dictionary for JSON; moments are UTC, schedule times local times of day
        """
        self.ensure_one()
        employee = self.sudo()
        answer = {
            "exported_at": fields.Datetime.to_string(fields.Datetime.now()),
            "employee": {
                "name": employee.name,
                "company": employee.company_id.name,
                "time_zone": employee._get_tz(),
                "card_uid": employee.x_fclk_nfc_card_uid or None,
            },
            "schedule": employee._fclk_export(
                "fusion.clock.schedule",
                ["date", "is_off", "start_time", "end_time", "break_minutes", "note"],
                [("state", "=", "posted")],
            ),
        }
        return answer | {
            section: employee._fclk_export(model, names)
            for section, (model, names) in SECTIONS.items()
        }

    def _fclk_export(self, model, names, domain=()):
        """:return: list of dictionaries, oldest first"""
        rows = self.env[model].search_fetch(
            [("employee_id", "=", self.id), *domain], names, order="id"
        )
        return [{name: _to_plain(row[name]) for name in names} for row in rows]


def _to_plain(value):
    if isinstance(value, models.BaseModel):
        return value.display_name or None
    if isinstance(value, datetime):
        return fields.Datetime.to_string(value)
    if isinstance(value, date):
        return fields.Date.to_string(value)
    return value
