"""One person, one effect: many taps of one card at the same moment, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor

from .support import Client, ServerCase, size

TAP = "/fusion_clock/kiosk/nfc/tap"
NATIVE_SCAN = "/hr_attendance/attendance_barcode_scanned"
POLITE = {"debounce", "state_changed"}
BURSTS = (2, 10, 50)


class TapCase:
    """The proofs; the classes below run them on threads and on worker processes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rpc = cls.rpc
        cls.company = rpc("res.company", "search", [])[0]
        location = rpc("fusion.clock.location", "create", {"name": "Front door"})
        rpc("res.company", "write", [cls.company], {"x_fclk_nfc_kiosk_location_id": location})
        for key, value in (("enable_nfc_kiosk", "True"), ("nfc_photo_required", False)):
            rpc("ir.config_parameter", "set_param", f"fusion_clock.{key}", value)
        groups = [
            cls.ref("base.group_portal"),
            cls.ref("fusion_clock.group_fusion_clock_kiosk"),
        ]
        rpc(
            "res.users",
            "create",
            {"name": "Wall", "login": "wall", "password": "wall", "group_ids": [(6, 0, groups)]},
        )
        cls.people = size(20, 1000)
        cls.cards = [
            f"04:A2:B5:62:{number // 256:02X}:{number % 256:02X}" for number in range(cls.people)
        ]
        cls.employees = rpc(
            "hr.employee",
            "create",
            [
                {"name": f"Person {number}", "x_fclk_nfc_card_uid": card}
                for number, card in enumerate(cls.cards)
            ],
        )
        cls.tablet = Client(cls.server, cls.name, "wall")

    def attendances(self, employee):
        fields = ["check_in", "check_out"]
        domain = [("employee_id", "=", employee)]
        return self.rpc("hr.attendance", "search_read", domain, fields, order="id")

    def set_debounce(self, seconds):
        key = "fusion_clock.tap_debounce_seconds"
        self.rpc("ir.config_parameter", "set_param", key, str(seconds))

    def forget_last_tap(self, employee):
        self.rpc("hr.employee", "write", [employee], {"x_fclk_last_tap_at": False})

    def test_parallel_taps_of_one_card_change_the_state_once(self):
        self.set_debounce(5)
        employee, card = self.employees[0], self.cards[0]
        changes = 0
        for _repeat in range(size(3, 100)):
            for burst in BURSTS:
                with self.subTest(burst=burst):
                    self.forget_last_tap(employee)

                    answers = self.tablet.in_parallel(burst, TAP, card_uid=card)

                    changes += 1
                    done = [answer for answer in answers if answer.get("success")]
                    refused = [answer["error"] for answer in answers if not answer.get("success")]
                    self.assertEqual(len(done), 1, answers)
                    self.assertLessEqual(set(refused), POLITE)
                    rows = self.attendances(employee)
                    self.assertEqual(len(rows), (changes + 1) // 2)
                    self.assertEqual(sum(1 for row in rows if not row["check_out"]), changes % 2)
        self.assertCleanLog()

    def test_parallel_scans_at_odoo_s_own_kiosk_change_the_state_once(self):
        self.set_debounce(5)
        (company,) = self.rpc("res.company", "read", [self.company], ["attendance_kiosk_key"])
        token = company["attendance_kiosk_key"]
        scanned = {"name": "Scanned", "barcode": "SCAN1"}
        employee = self.rpc("hr.employee", "create", scanned)

        answers = self.tablet.in_parallel(10, NATIVE_SCAN, token=token, barcode="SCAN1")

        self.assertEqual({answer["employee_name"] for answer in answers}, {"Scanned"})
        rows = self.attendances(employee)
        self.assertEqual([bool(row["check_out"]) for row in rows], [False])
        self.assertCleanLog()

    def test_eight_quick_taps_leave_nobody_unable_to_clock(self):
        self.set_debounce(0)
        self.addCleanup(self.set_debounce, 5)

        def tap_eight_times(card):
            return [self.tablet.call(TAP, card_uid=card) for _tap in range(8)]

        before = {employee: len(self.attendances(employee)) for employee in self.employees[:3]}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(tap_eight_times, self.cards[1:]))

        for taps in answers:
            faults = [tap for tap in taps if not tap.get("success")]
            self.assertEqual(faults, [])
            self.assertEqual([tap["action"] for tap in taps], ["clock_in", "clock_out"] * 4)
        for card in self.cards[1:]:
            self.assertEqual(self.tablet.call(TAP, card_uid=card)["action"], "clock_in")
        self.assertEqual(len(self.attendances(self.employees[1])), before[self.employees[1]] + 5)
        self.assertCleanLog()


class TestTapsOnThreads(TapCase, ServerCase):
    workers = 0


class TestTapsOnWorkers(TapCase, ServerCase):
    workers = 2
