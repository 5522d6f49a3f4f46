from odoo import api, fields, models

from ..const import PASSWORD_KEY

_PREFIX = "fusion_clock."
_PASSWORD_MASK = "••••••••"  # shown for a password that is set, ignored when it comes back


class ResConfigSettings(models.TransientModel):
    """A missing row is off, 0 or empty; Odoo deletes the row of a False or 0, which says just
    that. Texts such as 'False' are parsed here, core would show them as ticked."""

    _inherit = "res.config.settings"

    fclk_auto_deduct_break = fields.Boolean(
        "Deduct Statutory Break", config_parameter="fusion_clock.auto_deduct_break"
    )
    fclk_default_break_minutes = fields.Float(
        "Default Scheduling Break (min)", config_parameter="fusion_clock.default_break_minutes"
    )
    fclk_default_start_time = fields.Float(
        "Default Start", config_parameter="fusion_clock.default_start_time"
    )
    fclk_default_end_time = fields.Float(
        "Default End", config_parameter="fusion_clock.default_end_time"
    )
    fclk_max_shift_hours = fields.Float(
        "Longest Shift (h)", config_parameter="fusion_clock.max_shift_hours"
    )
    fclk_enable_reminders = fields.Boolean(
        "Reminders", config_parameter="fusion_clock.enable_reminders"
    )
    fclk_reminder_before_shift_minutes = fields.Integer(
        "Remind After Start (min)", config_parameter="fusion_clock.reminder_before_shift_minutes"
    )
    fclk_reminder_before_end_minutes = fields.Integer(
        "Remind Before Cap (min)", config_parameter="fusion_clock.reminder_before_end_minutes"
    )
    fclk_enable_late_alerts = fields.Boolean(
        "Late Alerts", config_parameter="fusion_clock.enable_late_alerts"
    )
    fclk_late_alert_minutes = fields.Integer(
        "Alert After Start (min)", config_parameter="fusion_clock.late_alert_minutes"
    )
    fclk_enable_penalties = fields.Boolean(
        "Penalties",
        config_parameter="fusion_clock.enable_penalties",
        help="Several provinces restrict deductions from wages for lateness: check your law first. "
        "Lateness is recorded either way.",
    )
    fclk_late_grace_minutes = fields.Integer(
        "Late Grace (min)", config_parameter="fusion_clock.late_grace_minutes"
    )
    fclk_early_grace_minutes = fields.Integer(
        "Early Grace (min)", config_parameter="fusion_clock.early_grace_minutes"
    )
    fclk_penalty_minutes = fields.Float(
        "Penalty (min)", config_parameter="fusion_clock.penalty_minutes"
    )
    fclk_penalty_mode = fields.Selection(
        [("fixed", "Fixed minutes"), ("actual", "Real minutes")],
        "Penalty Mode",
        config_parameter="fusion_clock.penalty_mode",
    )
    fclk_office_emails = fields.Char(
        "Office E-mails", config_parameter="fusion_clock.office_emails"
    )
    fclk_week_start = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        "Week Starts On",
        config_parameter="fusion_clock.week_start",
    )
    fclk_allow_self_approval = fields.Boolean(
        "Allow Self-approval", config_parameter="fusion_clock.allow_self_approval"
    )
    fclk_enable_nfc_kiosk = fields.Boolean(
        "Card Kiosk", config_parameter="fusion_clock.enable_nfc_kiosk"
    )
    fclk_nfc_photo_required = fields.Boolean(
        "Photo Required at the Card Kiosk", config_parameter="fusion_clock.nfc_photo_required"
    )
    fclk_nfc_enroll_password = fields.Char(
        "Enrolment Password",
        help="Write-only: dots mean that one is set, it is stored as a hash. Empty removes it.",
    )
    fclk_nfc_kiosk_debug = fields.Boolean(
        "Kiosk Debug Mode", config_parameter="fusion_clock.nfc_kiosk_debug"
    )
    fclk_tap_debounce_seconds = fields.Integer(
        "Tap Debounce (s)", config_parameter="fusion_clock.tap_debounce_seconds"
    )
    fclk_enable_pin_kiosk = fields.Boolean(
        "PIN Kiosk", config_parameter="fusion_clock.enable_pin_kiosk"
    )
    fclk_pin_photo_required = fields.Boolean(
        "Photo Required at the PIN Kiosk", config_parameter="fusion_clock.pin_photo_required"
    )
    fclk_enable_geofence = fields.Boolean(
        "Geofence", config_parameter="fusion_clock.enable_geofence"
    )
    fclk_geofence_policy = fields.Selection(
        [("block", "Refuse"), ("flag", "Allow and flag")],
        "Outside a Location",
        config_parameter="fusion_clock.geofence_policy",
    )
    fclk_geofence_max_accuracy_m = fields.Integer(
        "Worst Accuracy (m)", config_parameter="fusion_clock.geofence_max_accuracy_m"
    )
    fclk_photo_retention_days = fields.Integer(
        "Keep Photos (days)", config_parameter="fusion_clock.photo_retention_days"
    )
    fclk_gps_retention_days = fields.Integer(
        "Keep Positions (days)", config_parameter="fusion_clock.gps_retention_days"
    )
    fclk_log_retention_days = fields.Integer(
        "Keep Activity (days)", config_parameter="fusion_clock.log_retention_days"
    )
    fclk_nfc_offline_queue = fields.Boolean(
        "Offline Queue", config_parameter="fusion_clock.nfc_offline_queue"
    )
    fclk_offline_max_hours = fields.Integer(
        "Offline Taps Count For (h)", config_parameter="fusion_clock.offline_max_hours"
    )
    fclk_nfc_kiosk_location_id = fields.Many2one(
        related="company_id.x_fclk_nfc_kiosk_location_id", readonly=False
    )
    fclk_take_photos = fields.Boolean(related="company_id.x_fclk_take_photos", readonly=False)
    fclk_archived_rule_id = fields.Many2one(
        "fusion.clock.break.rule", compute="_compute_fclk_archived_rule_id"
    )
    fclk_archived_rule_source = fields.Char(related="fclk_archived_rule_id.source")
    fclk_archived_rule_needs_review = fields.Boolean(related="fclk_archived_rule_id.needs_review")

    @api.depends("company_id")
    def _compute_fclk_archived_rule_id(self):
        rules = self.env["fusion.clock.break.rule"].sudo()
        for settings in self:
            settings.fclk_archived_rule_id = rules._fclk_archived_for(settings.company_id)

    @api.model
    def get_values(self):
        values = super().get_values()
        reader = self.env["ir.config_parameter"]
        for name, parse in self._fclk_get_parsers(reader).items():
            values[name] = parse(self._fields[name].config_parameter.removeprefix(_PREFIX))
        is_set = reader._fclk_get_text("nfc_enroll_password")
        values["fclk_nfc_enroll_password"] = _PASSWORD_MASK if is_set else False
        return values

    @api.model
    def _fclk_get_parsers(self, reader):
        """:return: ``{field name: reader}`` of our fields that core would misread"""
        parsers = {
            "boolean": reader._fclk_get_bool,
            "integer": reader._fclk_get_int,
            "float": reader._fclk_get_float,
        }
        return {
            name: parsers[field.type]
            for name, field in self._fields.items()
            if name.startswith("fclk_")
            and getattr(field, "config_parameter", None)
            and field.type in parsers
        }

    def set_values(self):
        result = super().set_values()
        password = self.fclk_nfc_enroll_password
        if password != _PASSWORD_MASK:
            self.env["ir.config_parameter"].sudo().set_param(PASSWORD_KEY, password or False)
            # what was typed would stay in the form's row for an hour or more
            self.fclk_nfc_enroll_password = password and _PASSWORD_MASK
        return result

    def action_fclk_activate_rule(self):
        """Switch on the rule of this company's province."""
        self.ensure_one()
        return (
            self.env["fusion.clock.break.rule"]
            .browse(self.fclk_archived_rule_id.id)
            .action_activate()
        )
