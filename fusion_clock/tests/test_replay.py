from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CARD, CARD_B, ClockCase, ClockHttpCase, make_photo

NOW = datetime(2026, 6, 1, 20)


class ReplayCase(ClockCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.colleague.x_fclk_nfc_card_uid = CARD_B
        cls.Correction = cls.env["fusion.clock.correction"]
        return result

    def saved(self, time, card=CARD, **values):
        return {"client_uuid": str(uuid4()), "card_uid": card, "client_time": time, **values}

    def replay(self, *taps, client_now=None, now=NOW):
        with freeze_time(now):
            answer = self.Employee.sudo()._fclk_replay(
                list(taps), client_now or now.strftime("%Y-%m-%d %H:%M:%S"), self.company
            )
        self.env.flush_all()
        return answer["results"]

    def rows(self, employee=None):
        return self.Attendance.search(
            [("employee_id", "=", (employee or self.employee).id)], order="check_in"
        )


@tagged("post_install", "-at_install")
class TestReplay(ReplayCase):
    def test_taps_keep_their_times_and_their_order(self):
        photo = make_photo()
        results = self.replay(
            self.saved("2026-06-01 12:00:00", photo_b64=photo),
            self.saved("2026-06-01T12:05:10.250Z", CARD_B),
            self.saved("2026-06-01 16:30:00"),
            self.saved("2026-06-01 17:00:00"),
        )
        self.assertEqual([row["status"] for row in results], ["recorded"] * 4)
        self.assertEqual(
            [row["action"] for row in results], ["clock_in", "clock_in", "clock_out", "clock_in"]
        )
        self.assertEqual(results[0]["time"], "08:00")
        first, second = self.rows()
        self.assertEqual(first.check_in, datetime(2026, 6, 1, 12))
        self.assertEqual(first.check_out, datetime(2026, 6, 1, 16, 30))
        self.assertTrue(first.x_fclk_offline and first.x_fclk_check_in_photo)
        self.assertEqual((second.check_in, second.check_out), (datetime(2026, 6, 1, 17), False))
        self.assertEqual(self.rows(self.colleague).check_in, datetime(2026, 6, 1, 12, 5, 10))
        self.assertEqual(self.events(event="offline_replayed"), ["offline_replayed"] * 4)

    def test_the_same_batch_again_changes_nothing(self):
        taps = [self.saved("2026-06-01 12:00:00"), self.saved("2026-06-01 16:00:00")]
        first = self.replay(*taps)
        again = self.replay(*taps, now=NOW + timedelta(minutes=5))
        self.assertEqual(
            [(row["status"], row["action"], row["attendance_id"]) for row in first],
            [(row["status"], row["action"], row["attendance_id"]) for row in again],
        )
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(len(self.replay(taps[0], taps[0])), 2)
        self.assertEqual(len(self.rows()), 1)

    def test_a_live_tap_whose_answer_was_lost(self):
        uuid = str(uuid4())
        with freeze_time("2026-06-01 12:00:00"):
            live = self.tap(client_uuid=uuid)
            self.assertEqual(self.tap(client_uuid=uuid)["attendance_id"], live["attendance_id"])
        [late] = self.replay(
            {"client_uuid": uuid, "card_uid": CARD, "client_time": "2026-06-01 12:00:00"}
        )
        self.assertEqual(
            (late["action"], late["attendance_id"]), ("clock_in", live["attendance_id"])
        )
        self.assertEqual(late["time"], "08:00")
        self.assertFalse(self.rows().check_out)

    def test_a_wrong_tablet_clock_is_corrected(self):
        self.replay(self.saved("2026-06-01 10:00:00"), client_now="2026-06-01 18:00:00")
        self.assertEqual(self.rows().check_in, datetime(2026, 6, 1, 12))

    def test_too_old_or_ahead_becomes_a_request(self):
        with freeze_time(NOW):
            old = (NOW - timedelta(hours=24, seconds=1)).strftime("%Y-%m-%d %H:%M:%S")
            ahead = (NOW + timedelta(seconds=121)).strftime("%Y-%m-%d %H:%M:%S")
        results = self.replay(self.saved(old), self.saved(ahead, CARD_B))
        self.assertEqual([row["status"] for row in results], ["correction", "correction"])
        self.assertFalse(self.rows() | self.rows(self.colleague))
        requests = self.Correction.search(
            [("employee_id", "in", (self.employee | self.colleague).ids)]
        )
        self.assertEqual(set(requests.mapped("origin")), {"offline"})
        self.assertEqual(set(requests.mapped("kind")), {"missed_in"})
        self.assertIn(datetime(2026, 5, 31, 19, 59, 59), requests.mapped("requested_check_in"))
        self.assertEqual(self.events(event="offline_conflict"), ["offline_conflict"] * 2)

    def test_just_inside_the_limits(self):
        old = (NOW - timedelta(hours=24)).strftime("%Y-%m-%d %H:%M:%S")
        ahead = (NOW + timedelta(seconds=120)).strftime("%Y-%m-%d %H:%M:%S")
        results = self.replay(self.saved(old), self.saved(ahead, CARD_B))
        self.assertEqual([row["status"] for row in results], ["recorded", "recorded"])

    def test_recorded_hours_and_locked_periods_are_not_touched(self):
        taken = self.make_attendance("2026-06-01 11:00:00", "2026-06-01 15:00:00")
        before = (taken.check_in, taken.check_out)
        [row] = self.replay(self.saved("2026-06-01 12:00:00"))
        self.assertEqual(row["status"], "correction")
        self.assertEqual((taken.check_in, taken.check_out), before)
        self.assertEqual(self.rows(), taken)

        period = self.env["fusion.clock.period"].create(
            {"company_id": self.company.id, "date_from": "2026-06-01", "date_to": "2026-06-02"}
        )
        period.action_approve()
        period.action_lock()
        [row] = self.replay(self.saved("2026-06-01 13:00:00", CARD_B))
        self.assertEqual(row["status"], "correction")
        self.assertIn("2026-06-01", row["message"])
        self.assertFalse(self.rows(self.colleague))

    def test_a_forgotten_clock_out_asks_for_its_attendance(self):
        open_row = self.make_attendance("2026-05-31 12:00:00")
        with freeze_time(NOW):
            old = "2026-05-31 18:00:00"
        [row] = self.replay(self.saved(old))
        request = self.Correction.browse(row["correction_id"])
        self.assertEqual((request.kind, request.attendance_id), ("missed_out", open_row))
        self.assertEqual(request.requested_check_out, datetime(2026, 5, 31, 18))

    def test_a_card_left_on_the_reader_is_one_tap(self):
        results = self.replay(
            self.saved("2026-06-01 12:00:00"),
            self.saved("2026-06-01 12:00:03"),
            self.saved("2026-06-01 12:00:07"),
        )
        self.assertEqual([row.get("error") for row in results], [None, "debounce", "debounce"])
        self.assertFalse(self.rows().check_out)

    def test_unknown_and_unreadable_taps_are_answered_and_logged(self):
        results = self.replay(
            self.saved("2026-06-01 12:00:00", "04:55:55:55:55"),
            self.saved("yesterday"),
            self.saved("2026-06-01 12:00:00", "zz"),
            {"card_uid": CARD, "client_time": "2026-06-01 12:00:00"},
            "nonsense",
        )
        self.assertEqual(
            [row["error"] for row in results],
            ["card_unknown", "invalid", "invalid", "invalid", "invalid"],
        )
        self.assertEqual({row["status"] for row in results}, {"refused"})
        self.assertFalse(self.rows())
        self.assertIn("tap_unknown", self.events(card_uid="04:55:55:55:55"))

    def test_bad_batches(self):
        replay = self.Employee.sudo()._fclk_replay
        good = self.saved("2026-06-01 12:00:00")
        for taps, now in (
            (None, "2026-06-01 12:00:00"),
            ([good] * 201, "2026-06-01 12:00:00"),
            ([good], None),
            ([good], "soon"),
        ):
            self.assertEqual(replay(taps, now, self.company)["error"], "invalid")
        self.set_config(enable_nfc_kiosk=False)
        answer = replay([good], "2026-06-01 12:00:00", self.company)
        self.assertEqual(answer["error"], "kiosk_disabled")
        self.assertFalse(self.rows())

    @mute_logger("odoo.addons.fusion_clock.models.hr_employee_replay")
    def test_one_tap_s_fault_keeps_it_and_does_the_others(self):
        original = type(self.employee)._fclk_replay_tap

        def poisoned(employee, clocking, uuid):
            if employee == self.employee:
                raise ZeroDivisionError
            return original(employee, clocking, uuid)

        with patch.object(type(self.employee), "_fclk_replay_tap", poisoned):
            results = self.replay(
                self.saved("2026-06-01 12:00:00"), self.saved("2026-06-01 12:00:00", CARD_B)
            )
        self.assertEqual([row["status"] for row in results], ["retry", "recorded"])
        self.assertFalse(self.rows())
        self.assertTrue(self.rows(self.colleague))


@tagged("post_install", "-at_install")
class TestReplayRoute(ClockHttpCase):
    def test_over_http(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        moment = datetime.now() - timedelta(hours=1)  # noqa: DTZ005
        tap = {
            "client_uuid": str(uuid4()),
            "card_uid": CARD,
            "client_time": moment.strftime("%Y-%m-%d %H:%M:%S"),
        }
        now = datetime.now().strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ005
        first = self.call("/fusion_clock/kiosk/nfc/replay", taps=[tap], client_now=now)
        again = self.call("/fusion_clock/kiosk/nfc/replay", taps=[tap], client_now=now)
        self.assertEqual(first["results"][0]["status"], "recorded")
        self.assertEqual(first["results"][0]["attendance_id"], again["results"][0]["attendance_id"])
        self.assertEqual(len(self.employee.attendance_ids), 1)
