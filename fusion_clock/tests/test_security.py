from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ClockCase, make_photo


@tagged("post_install", "-at_install")
class TestSecurity(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(
                cls.env, f"fclk_sec_{name}", groups=groups, company_id=cls.company.id
            )
            for name, groups in {
                "kiosk": "base.group_portal,fusion_clock.group_fusion_clock_kiosk",
                "portal": "base.group_portal",
                "plain": "base.group_user",
                "lead": "base.group_user,fusion_clock.group_fusion_clock_team_lead",
                "manager": "base.group_user,fusion_clock.group_fusion_clock_manager",
            }.items()
        }
        cls.lead_employee = cls.make_employee("Lead", user_id=cls.users["lead"].id)
        cls.employee.write({"parent_id": cls.lead_employee.id, "user_id": cls.users["plain"].id})
        cls.entries = cls.env["fusion.clock.schedule"].create(
            [
                {
                    "employee_id": employee.id,
                    "date": "2026-06-01",
                    "state": state,
                    "start_time": 8,
                    "end_time": 16,
                }
                for employee in (cls.employee, cls.colleague)
                for state in ("draft", "posted")
            ]
        )

    def test_groups(self):
        manager, lead, kiosk = (self.users[name] for name in ("manager", "lead", "kiosk"))
        self.assertTrue(manager.has_group("hr_attendance.group_hr_attendance_user"))
        self.assertTrue(manager.has_group("hr.group_hr_user"))
        self.assertTrue(manager.has_group("fusion_clock.group_fusion_clock_kiosk"))
        self.assertTrue(lead.has_group("hr_attendance.group_hr_attendance_officer"))
        self.assertFalse(lead.has_group("fusion_clock.group_fusion_clock_manager"))
        self.assertTrue(self.users["plain"].has_group("fusion_clock.group_fusion_clock_user"))
        self.assertFalse(kiosk.has_group("fusion_clock.group_fusion_clock_user"))
        group = self.env.ref("fusion_clock.group_fusion_clock_kiosk")
        self.assertFalse(group.implied_ids)
        self.assertTrue(kiosk.share)
        for privilege in ("", "_kiosk"):
            record = self.env.ref(f"fusion_clock.res_groups_privilege_fusion_clock{privilege}")
            self.assertEqual(
                record.category_id.parent_id, self.env.ref("fusion_base.module_category_fusion")
            )

    def test_kiosk_and_portal_reach_no_person(self):
        for name in ("kiosk", "portal"):
            for model in ("hr.employee", "hr.attendance"):
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(name=name, model=model, operation=operation):
                        record = self.env[model].with_user(self.users[name])
                        self.assertFalse(record.has_access(operation))

    def test_schedules_are_seen_by_whom_they_concern(self):
        def seen(name):
            return self.env["fusion.clock.schedule"].with_user(self.users[name]).search([])

        self.assertEqual(seen("plain"), self.entries[1])
        self.assertEqual(seen("lead"), self.entries[:2])
        self.assertEqual(
            seen("manager"),
            self.entries.sorted(lambda row: (row.date, row.employee_id.name, row.state)),
        )
        with self.assertRaises(AccessError):
            self.entries[2].with_user(self.users["lead"]).note = "mine now"

    def test_a_lead_sees_only_the_team_s_activity(self):
        own = self.Log._fclk_log("clock_in", self.employee)
        other = self.Log._fclk_log("clock_in", self.colleague)
        lead_log = self.Log.with_user(self.users["lead"])
        self.assertEqual(lead_log.search([("id", "in", (own | other).ids)]), own)
        for name in ("lead", "manager"):
            with self.assertRaises(AccessError):
                self.Log.with_user(self.users[name]).create({"event": "clock_in"})

    def test_other_companies_stay_apart(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        place = self.env["fusion.clock.location"].create(
            {"name": "Their door", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            place.with_user(self.users["manager"]).read(["name"])

    def test_photos_are_for_leads(self):
        row = self.make_attendance("2026-06-01 12:00")
        row.x_fclk_check_in_photo = make_photo((10, 10)).encode()
        with self.assertRaises(AccessError):
            row.with_user(self.users["plain"]).read(["x_fclk_check_in_photo"])
        self.assertTrue(
            row.with_user(self.users["lead"]).read(["x_fclk_check_in_photo"])[0][
                "x_fclk_check_in_photo"
            ]
        )

    def test_a_lead_corrects_the_team_and_deletes_nothing(self):
        lead = self.users["lead"]
        row = self.make_attendance("2026-06-01 12:00", "2026-06-01 16:00")
        foreign = self.make_attendance("2026-06-01 12:00", "2026-06-01 16:00", self.colleague)
        row.with_user(lead).check_out = "2026-06-01 17:00"
        self.assertEqual(row.x_fclk_gross_hours, 5.0)
        self.assertEqual(row.x_fclk_break_minutes, 30.0)
        with self.assertRaises(AccessError):
            row.with_user(lead).unlink()
        with self.assertRaises(AccessError):
            foreign.with_user(lead).check_out = "2026-06-01 17:00"

    def test_scope(self):
        scope = {
            name: self.env["hr.employee"].with_user(user).with_company(self.company)._fclk_scope()
            for name, user in self.users.items()
        }
        self.assertEqual(scope["lead"], self.employee)
        self.assertEqual(scope["manager"], self.employee | self.colleague | self.lead_employee)
        self.assertFalse(scope["plain"] | scope["kiosk"])

    def test_card_fields_are_hidden_from_colleagues(self):
        with self.assertRaises(AccessError):
            self.employee.with_user(self.users["plain"]).read(["x_fclk_nfc_card_uid"])
