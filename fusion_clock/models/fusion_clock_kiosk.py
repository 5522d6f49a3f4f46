from odoo import api, models

ROUTES = {
    "tap": "/fusion_clock/kiosk/nfc/tap",
    "enroll": "/fusion_clock/kiosk/nfc/enroll",
    "employee_search": "/fusion_clock/kiosk/nfc/employee_search",
    "unlock": "/fusion_clock/kiosk/nfc/unlock",
    "lock": "/fusion_clock/kiosk/nfc/lock",
    "manager_data": "/fusion_clock/kiosk/nfc/manager_data",
    "heartbeat": "/fusion_clock/kiosk/heartbeat",
}
NO_PHOTO_URL = "/web/static/img/user_placeholder.jpg"


class FusionClockKiosk(models.AbstractModel):
    """What the kiosk page shows and needs to know, in the company's language."""

    _name = "fusion.clock.kiosk"
    _description = "Card Kiosk Page"

    @api.model
    def _is_nfc_enabled(self):
        return self.env["ir.config_parameter"]._fclk_get_bool("enable_nfc_kiosk")

    @api.model
    def _in_company_language(self):
        company = self.env.company.sudo()
        return self.with_context(lang=company.partner_id.lang or self.env.lang or "en_US")

    @api.model
    def _prepare_nfc_page_values(self):
        """:return: values of the template: lang, company, location, takes_photos, and config, the
        dict that the page's script reads"""
        company = self.env.company.sudo()
        takes_photos = company.x_fclk_take_photos
        return {
            "lang": self.env.lang,
            "company": company.name,
            "location": company.x_fclk_nfc_kiosk_location_id.name,
            "takes_photos": takes_photos,
            "config": {
                "lang": self.env.lang.replace("_", "-"),
                "tz": company.partner_id.tz or self.env.user.tz or "UTC",
                "debug": self.env["ir.config_parameter"]._fclk_get_bool("nfc_kiosk_debug"),
                "takes_photos": takes_photos,
                "no_photo_url": NO_PHOTO_URL,
                "routes": ROUTES,
                "texts": self._prepare_nfc_texts(),
            },
        }

    @api.model
    def _prepare_nfc_texts(self):
        """:return: {name: text} of what the script writes; placeholders are filled there"""
        return {
            "clock_in": self.env._("CLOCKED IN at %(time)s"),
            "clock_out": self.env._("CLOCKED OUT at %(time)s"),
            "hours_today": self.env._("%(hours)s h today"),
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
