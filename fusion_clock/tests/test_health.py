from odoo.tests import new_test_user, tagged

from odoo.addons.fusion_base.tests.common import HealthMixin

from .common import ClockCase


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, ClockCase):
    def checks(self):
        rows = self.env["fusion.health"]._fusion_health_checks()
        return {row["code"]: row for row in rows}

    def test_kiosk_without_a_place_warns(self):
        self.env["res.company"].search([]).x_fclk_nfc_kiosk_location_id = False
        self.assertEqual(self.checks()["fusion_clock.kiosk_location"]["state"], "warning")
        self.company.x_fclk_nfc_kiosk_location_id = self.location
        self.assertEqual(self.checks()["fusion_clock.kiosk_location"]["state"], "ok")

    def test_forgotten_attendances_warn(self):
        before = self.checks()["fusion_clock.stuck_attendances"]["value"]
        self.make_attendance("2026-01-05 12:00")
        after = self.checks()["fusion_clock.stuck_attendances"]
        self.assertEqual((after["value"], after["state"]), (before + 1, "warning"))

    def test_invariants_see_damage(self):
        row = self.make_attendance("2026-03-02 14:00", "2026-03-02 20:00")
        self.assertNotIn("fusion_clock.net_hours", self.broken())
        self.env.flush_all()
        self.env.cr.execute("UPDATE hr_attendance SET x_fclk_net_hours = 9 WHERE id = %s", [row.id])
        self.assertIn("fusion_clock.net_hours", self.broken())
        self.env.cr.execute(
            """INSERT INTO ir_config_parameter (key, value)
               VALUES ('fusion_clock.nfc_enroll_password', 'in clear')
               ON CONFLICT (key) DO UPDATE SET value = 'in clear'"""
        )
        self.assertIn("fusion_clock.password_hashed", self.broken())

    def test_start_links(self):
        kiosk = new_test_user(
            self.env,
            "fclk_start",
            groups="base.group_portal,fusion_clock.group_fusion_clock_kiosk",
        )
        plain = new_test_user(self.env, "fclk_start_plain", groups="base.group_user")

        def urls(user):
            links = self.env["fusion.start"].with_user(user)._fusion_start_links()
            return [link["url"] for link in links]

        self.assertIn("/fusion_clock/kiosk/nfc", urls(kiosk))
        self.assertNotIn("/fusion_clock/kiosk/nfc", urls(plain))
        self.set_config(enable_nfc_kiosk=False)
        self.assertNotIn("/fusion_clock/kiosk/nfc", urls(kiosk))

    def test_a_late_job_warns(self):
        self.keep_jobs_in_time()
        self.assertEqual(self.check("fusion_clock.jobs")["state"], "ok")
        self.break_row(
            self.env.ref("fusion_clock.ir_cron_fusion_seal"), nextcall="2026-01-05 12:00:00"
        )
        self.assertEqual(self.check("fusion_clock.jobs")["state"], "warning")

    def test_a_copy_knows_no_tablet_and_no_feed(self):
        station = self.env["fusion.clock.station"].create(
            {"name": "South", "company_id": self.company.id}
        )
        station.sudo().token_hash = "x" * 64
        user = new_test_user(self.env, "feed_reader")
        token = user._fclk_renew_feed().partition("token=")[2]
        self.assertEqual(user._fclk_find_by_feed(token), user)
        self.neutralize("fusion_clock")
        self.assertEqual(station.state, "new")
        self.assertFalse(user._fclk_find_by_feed(token))
