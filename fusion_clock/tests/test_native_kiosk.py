from odoo.tests import new_test_user, tagged

from .common import ClockHttpCase


@tagged("post_install", "-at_install")
class TestNativeKiosk(ClockHttpCase):
    """Each of these fails on plain Odoo 19.0, but for the tests of core's own behaviour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.company.attendance_kiosk_key
        cls.company.attendance_kiosk_use_pin = True
        cls.department = cls.env["hr.department"].create(
            {"name": "Workshop", "company_id": cls.company.id}
        )
        cls.employee.write({"barcode": "AMIRA1", "department_id": cls.department.id})
        cls.env.flush_all()
        cls.infos = "/hr_attendance/employees_infos"

    def ask(self, domain, token=None, limit=10):
        return self.call(
            self.infos, token=token or self.token, limit=limit, offset=0, domain=domain
        )

    def test_the_page_s_own_questions_are_answered(self):
        by_department = ["department_id", "=", self.department.id]
        by_name = ["name", "ilike", "amira"]
        for domain in ([], [by_department], [by_name], ["&", by_department, by_name]):
            with self.subTest(domain=domain):
                names = [row["display_name"] for row in self.ask(domain)["records"]]
                self.assertIn("Amira Tremblay", names)
        self.assertEqual(self.ask([by_name])["length"], 1)

    def test_no_other_field_can_be_asked(self):
        for leaf in (
            ["pin", "=like", "4%"],
            ["pin", "=", "4711"],
            ["private_email", "ilike", "a"],
            ["department_id.manager_id.pin", "=", "1"],
            ["name", "=like", "A%"],
            ["name", "ilike", ["a"]],
            ["department_id", "=", [["pin", "=", "4711"]]],
            ["department_id", "any", [["id", ">", 0]]],
            ["id", ">", 0],
        ):
            with self.subTest(leaf=leaf):
                self.assertEqual(self.ask([leaf]), [])
                self.assertEqual(self.ask(["&", ["name", "ilike", "a"], leaf]), [])
        by_name = ["name", "ilike", "a"]
        for domain in (["|", by_name, by_name], ["!", by_name], "[('pin','=','4711')]", None, 5):
            with self.subTest(domain=domain):
                self.assertEqual(self.ask(domain), [])
        self.assertEqual(self.ask([], token="wrong"), [])

    def test_a_page_is_bounded(self):
        self.env["hr.employee"].create(
            [{"name": f"Many {n}", "company_id": self.company.id} for n in range(105)]
        )
        self.env.flush_all()
        for limit in (100000, None, -1, "all"):
            self.assertEqual(len(self.ask([], limit=limit)["records"]), 100)
        self.assertEqual(len(self.ask([], limit=5)["records"]), 5)

    def select(self, pin, **kw):
        return self.call(
            "/hr_attendance/manual_selection",
            token=self.token,
            employee_id=kw.get("employee_id", self.employee.id),
            pin_code=pin,
        )

    def test_pins_cannot_be_guessed_without_end(self):
        for guess in ("0000", "0001", "0002", "0003", "0004"):
            self.assertEqual(self.select(guess), {})
        self.assertEqual(self.select("4711"), {})
        self.employee.invalidate_recordset()
        self.assertTrue(self.employee.x_fclk_pin_locked_until)
        self.assertFalse(self.employee.attendance_ids)

    def test_right_pin_clocks_and_answers_as_core(self):
        answer = self.select("4711")
        self.assertEqual(answer["attendance_state"], "checked_in")
        self.assertEqual(answer["employee_name"], "Amira Tremblay")
        self.employee.invalidate_recordset()
        row = self.employee.last_attendance_id
        self.assertEqual((row.in_mode, row.x_fclk_clock_source), ("kiosk", "native_kiosk"))

    def test_an_employee_without_pin_cannot_be_clocked_by_sending_none(self):
        for pin in (False, None, ""):
            self.assertEqual(self.select(pin, employee_id=self.colleague.id), {})
        self.colleague.invalidate_recordset()
        self.assertFalse(self.colleague.attendance_ids)

    def test_without_pins_one_click_is_one_change(self):
        self.company.attendance_kiosk_use_pin = False
        self.env.flush_all()
        for _click in range(3):
            answer = self.select(False)
            self.assertEqual(answer["attendance_state"], "checked_in")
        self.employee.invalidate_recordset()
        self.assertEqual(len(self.employee.attendance_ids), 1)
        self.assertFalse(self.employee.attendance_ids.check_out)

    def scan(self, barcode="AMIRA1"):
        return self.call(
            "/hr_attendance/attendance_barcode_scanned", token=self.token, barcode=barcode
        )

    def test_a_token_is_a_text(self):
        """A company without a key, which an import may make, answers to no false token."""
        self.company.attendance_kiosk_key = False
        self.env.flush_all()
        for token in (False, None, "", 0, {"a": 1}, ["x"]):
            with self.subTest(token=token):
                scanned = self.call(
                    "/hr_attendance/attendance_barcode_scanned", token=token, barcode="AMIRA1"
                )
                self.assertEqual(scanned, {})
        self.assertFalse(self.employee.attendance_ids)

    def test_quick_scans_change_once(self):
        states = [self.scan()["attendance_state"] for _scan in range(4)]
        self.assertEqual(states, ["checked_in"] * 4)
        self.assertEqual(self.scan("NOBODY"), {})
        self.assertEqual(self.scan([["id", ">", 0]]), {})
        self.employee.invalidate_recordset()
        self.assertEqual(len(self.employee.attendance_ids), 1)

    def test_a_refused_scan_answers_with_unchanged_data(self):
        self.employee.x_fclk_enable_clock = False
        self.env.flush_all()
        self.assertEqual(self.scan()["attendance_state"], "checked_out")
        self.assertEqual(self.events(self.employee), ["clock_refused"])

    def login(self, login, groups, company=None):
        company = company or self.company
        user = new_test_user(self.env, login, groups=groups, password=login, company_id=company.id)
        self.authenticate(login, login)
        return user

    def test_badges_are_set_by_hr_inside_the_company_only(self):
        guest = self.env["hr.employee"].create(
            {"name": "Guest", "company_id": self.env["res.company"].create({"name": "E"}).id}
        )
        self.env.flush_all()

        def set_badge(employee, token=self.token):
            return self.call(
                "/hr_attendance/set_badge", employee_id=employee.id, badge="NEW1", token=token
            )

        self.assertEqual(set_badge(self.colleague), {})  # anonymous
        self.login("fclk_nk_plain", "base.group_user")
        self.assertEqual(set_badge(self.colleague), {})
        self.login("fclk_nk_hr", "hr.group_hr_user")
        self.assertEqual(set_badge(guest), {})
        self.assertEqual(set_badge(self.colleague, token="wrong"), {})
        self.assertEqual(set_badge(self.colleague), {"status": "success"})
        self.env.invalidate_all()
        self.assertEqual((self.colleague.barcode, guest.barcode), ("NEW1", False))

    def test_employees_are_made_by_hr_only(self):
        def create(token=self.token):
            return self.call("/hr_attendance/create_employee", name="Walk-in", token=token)

        self.assertIs(create(), False)
        self.login("fclk_nk_plain", "base.group_user")
        self.assertIs(create(), False)
        self.login("fclk_nk_hr", "hr.group_hr_user")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.assertIs(create(other.attendance_kiosk_key), False)
        self.assertIs(create(), True)
        made = self.env["hr.employee"].search([("name", "=", "Walk-in")])
        self.assertEqual(made.company_id, self.company)

    def test_settings_are_set_by_managers_for_the_token_s_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()

        def set_mode(token):
            self.call("/hr_attendance/set_settings", token=token, mode="manual")
            self.env.invalidate_all()
            return self.company.attendance_kiosk_mode, other.attendance_kiosk_mode

        unchanged = ("barcode_manual", "barcode_manual")
        self.assertEqual(set_mode(self.token), unchanged)
        self.login("fclk_nk_hr", "hr.group_hr_user")
        self.assertEqual(set_mode(self.token), unchanged)
        self.login("fclk_nk_boss", "hr_attendance.group_hr_attendance_manager")
        self.assertEqual(set_mode(other.attendance_kiosk_key), unchanged)
        self.assertEqual(set_mode(self.token), ("manual", "barcode_manual"))

    def test_systray_goes_through_the_engine(self):
        user = self.login("fclk_nk_desk", "base.group_user")
        self.employee.user_id = user
        self.env.flush_all()
        path = "/hr_attendance/systray_check_in_out"
        answer = self.call(path, expected="clock_in")
        self.assertEqual(answer["attendance_state"], "checked_in")
        self.assertNotIn("fclk_error", answer)
        again = self.call(path, expected="clock_in")
        self.assertEqual(again["attendance_state"], "checked_in")
        self.assertEqual(again["fclk_error"]["error"], "state_changed")
        self.assertTrue(again["fclk_error"]["message"])
        self.employee.invalidate_recordset()
        row = self.employee.last_attendance_id
        self.assertEqual((row.in_mode, row.x_fclk_clock_source), ("systray", "systray"))
        self.assertEqual(len(self.employee.attendance_ids), 1)
