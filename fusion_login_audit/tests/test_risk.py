from odoo.tests import tagged

from ..services import risk
from .common import AuditCase

TORONTO = {"country_code": "CA", "country_name": "Canada", "latitude": 43.65, "longitude": -79.38}
OSLO = {"country_code": "NO", "country_name": "Norway", "latitude": 59.91, "longitude": 10.75}
HOME = {"browser": "Firefox 140.0", "os": "Ubuntu 24.04", "device_type": "desktop", **TORONTO,
        "ip_address": "8.8.8.8", "geo_lookup_state": "done"}  # fmt: skip


@tagged("post_install", "-at_install")
class TestRisk(AuditCase):
    def sign_in(self, minutes, **extra):
        return self.audit.browse(
            self.make(event_time=self.minutes_ago(minutes), **{**HOME, **extra})
        )

    def assess(self):
        done = self.audit._cron_assess()
        self.audit.invalidate_model(flush=False)
        return done

    def flags(self, event):
        return (event.is_new_device, event.is_new_country, event.is_impossible_travel)

    def mails(self):
        return self.env["mail.mail"].search([("subject", "=", "New sign-in to your account")])

    def test_first_login_is_nothing_new(self):
        event = self.sign_in(10)
        self.assertEqual(self.assess(), 1)
        self.assertEqual(self.assess(), 0)
        self.assertEqual(self.flags(event), (False, False, False))
        self.assertFalse(self.mails())

    def test_signs_in_words(self):
        event = self.audit.browse(self.make(is_new_country=True, is_impossible_travel=True))
        self.assertEqual(event.risk, "Impossible Travel, New Country")
        self.assertFalse(self.audit.browse(self.make()).risk)

    def test_versions_do_not_count(self):
        self.sign_in(20)
        event = self.sign_in(10, browser="Firefox 141.0", os="Ubuntu 26.04")
        self.assess()
        self.assertEqual(self.flags(event), (False, False, False))

    def test_new_device(self):
        self.sign_in(20)
        event = self.sign_in(10, browser="Chrome 140.0")
        self.assess()
        self.assertEqual(self.flags(event), (True, False, False))
        self.assertEqual(self.mails().email_to, self.user.email_formatted)

    def test_new_country_and_travel(self):
        self.sign_in(1000)
        self.sign_in(700)
        event = self.sign_in(10, **OSLO)
        self.assess()
        self.assertEqual(self.flags(event), (False, True, False))
        back = self.sign_in(5)
        self.assess()
        self.assertEqual(self.flags(back), (False, False, True))
        alert = self.env["fusion.login.alert"].search([])
        self.assertEqual((alert.kind, alert.user_id), ("travel", self.user))

    def test_pending_place_waits(self):
        self.sign_in(20)
        self.sign_in(10, geo_lookup_state="pending")
        self.assertEqual(self.assess(), 1)

    def test_private_network_is_no_country(self):
        self.sign_in(20)
        event = self.sign_in(10, country_code="--", latitude=None, longitude=None)
        self.assess()
        self.assertEqual(self.flags(event), (False, False, False))

    def test_older_than_90_days_is_forgotten(self):
        self.sign_in(91 * 24 * 60, browser="Opera 1.0")
        self.sign_in(20)
        event = self.sign_in(10, browser="Opera 1.0")
        self.assess()
        self.assertEqual(self.flags(event), (True, False, False))

    def test_who_is_told(self):
        for choice, with_2fa, count in (
            ("off", False, 0), ("internal", True, 0), ("internal", False, 1), ("all", False, 1),
        ):  # fmt: skip
            with self.subTest(choice=choice, with_2fa=with_2fa):
                with self.env.cr.savepoint() as savepoint:
                    self.set_config(new_device_alert=choice)
                    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                    self.user.sudo().totp_secret = secret if with_2fa else False
                    self.sign_in(20)
                    self.sign_in(10, browser="Opera 1.0")
                    self.assess()
                    self.assertEqual(len(self.mails()), count)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_distance(self):
        self.assertAlmostEqual(risk.distance_km((43.65, -79.38), (59.91, 10.75)), 5928, delta=20)
        self.assertEqual(risk.distance_km((1, 1), (1, 1)), 0)
