from odoo import api, models

ROUTES = {
    "tap": "/fusion_clock/kiosk/nfc/tap",
    "enroll": "/fusion_clock/kiosk/nfc/enroll",
    "employee_search": "/fusion_clock/kiosk/nfc/employee_search",
    "unlock": "/fusion_clock/kiosk/nfc/unlock",
    "lock": "/fusion_clock/kiosk/nfc/lock",
    "manager_data": "/fusion_clock/kiosk/nfc/manager_data",
    "heartbeat": "/fusion_clock/kiosk/heartbeat",
    "replay": "/fusion_clock/kiosk/nfc/replay",
    "profile_photo": "/fusion_clock/kiosk/nfc/profile_photo",
    "pair": "/fusion_clock/kiosk/pair",
    "search": "/fusion_clock/kiosk/search",
    "clock": "/fusion_clock/kiosk/clock",
}
PIN_URL = "/fusion_clock/kiosk"
APP_VERSION = "19.0.1"  # of the page's script, shown on the station
NO_PHOTO_URL = "/web/static/img/user_placeholder.jpg"


class FusionClockKiosk(models.AbstractModel):
    """What the kiosk pages show and needs to know, in the company's language."""

    _name = "fusion.clock.kiosk"
    _description = "Kiosk Pages"

    @api.model
    def _is_nfc_enabled(self):
        return self.env["ir.config_parameter"]._fclk_get_bool("enable_nfc_kiosk")

    @api.model
    def _is_pin_enabled(self):
        return self.env["ir.config_parameter"]._fclk_get_bool("enable_pin_kiosk")

    @api.model
    def _in_company_language(self):
        company = self.env.company.sudo()
        return self.with_context(lang=company.partner_id.lang or self.env.lang or "en_US")

    @api.model
    def _prepare_page_values(self):
        """:return: values of both pages' templates: lang, company, location, takes_photos, pin_url
        (False while the PIN kiosk is off), and config, the dict that the script reads"""
        settings = self.env["ir.config_parameter"]
        company = self.env.company.sudo()
        takes_photos = company.x_fclk_take_photos
        return {
            "lang": self.env.lang,
            "company": company.name,
            "location": company.x_fclk_nfc_kiosk_location_id.name,
            "takes_photos": takes_photos,
            "pin_url": PIN_URL if self._is_pin_enabled() else False,
            "config": {
                "lang": self.env.lang.replace("_", "-"),
                "tz": company.partner_id.tz or self.env.user.tz or "UTC",
                "debug": settings._fclk_get_bool("nfc_kiosk_debug"),
                "takes_photos": takes_photos,
                "photo_required": takes_photos and settings._fclk_get_bool("nfc_photo_required"),
                "offline_queue": settings._fclk_get_bool("nfc_offline_queue"),
                "debounce_ms": settings._fclk_get_float("tap_debounce_seconds") * 1000,
                "version": APP_VERSION,
                "no_photo_url": NO_PHOTO_URL,
                "routes": ROUTES,
                "texts": self._prepare_texts(),
            },
        }

    @api.model
    def _prepare_texts(self):
        """:return: {name: text} of what the script writes; placeholders are filled there"""
        return {
            "clock_in": self.env._("CLOCKED IN at %(time)s"),
            "clock_out": self.env._("CLOCKED OUT at %(time)s"),
            "hours_today": self.env._("%(hours)s h today"),
            "photo_required": self.env._("Camera unavailable. Ask IT to check the kiosk."),
            "waiting_taps": self.env._("Taps waiting for the connection: %(count)s"),
            "station": self.env._("Station: %(name)s"),
            "whose_card": self.env._("Whose card is it?"),
            "whose_photo": self.env._("Whose photo is it?"),
            "is_in": self.env._("Clocked in"),
            "is_out": self.env._("Not clocked in"),
            "lost": self.env._("No connection. Please try again."),
            "still_lost": self.env._("No connection. Please try again or clock on your phone."),
            "online": self.env._("Connected"),
            "offline": self.env._("No connection"),
            "ready": self.env._("Ready"),
            "no_reader": self.env._(
                "This browser cannot read cards. Use Chrome on an Android tablet with NFC."
            ),
            "reader_lost": self.env._(
                "The card reader is off. Switch NFC on in the tablet's settings."
            ),
            "no_camera": self.env._("Camera unavailable. Allow it in the browser's settings."),
            "camera_off": self.env._("Not used here"),
            "test_tap": self.env._("Tap any card now"),
            "test_skipped": self.env._("Skipped"),
            "erase": self.env._("Erase the last character"),
            "in_now": self.env._("Clocked in now: %(count)s"),
            "hold_card": self.env._("Hold the new card against the reader"),
            "hold_any_card": self.env._(
                "Hold any card against the reader: its number appears here"
            ),
            "confirm": self.env._("Give this card to %(name)s?"),
            "enrolled": self.env._("%(name)s can tap this card now."),
            "sounds_on": self.env._("Sounds: on"),
            "sounds_off": self.env._("Sounds: off"),
        }
