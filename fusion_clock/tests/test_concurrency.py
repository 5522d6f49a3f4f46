from contextlib import ExitStack, contextmanager
from threading import Barrier, Thread

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

CARD = "04:C0:FF:EE:00:01"
STRANGER = "04:C0:FF:EE:00:02"


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two and more real transactions; what they commit is removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            parameters = env["ir.config_parameter"]
            keys = ("enable_nfc_kiosk", "nfc_photo_required", "tap_debounce_seconds")
            self.kept = {key: parameters.get_param(f"fusion_clock.{key}") for key in keys}
            left_over = [("x_fclk_nfc_card_uid", "=", CARD)]  # of a run that was killed
            env["hr.employee"].search(left_over).unlink()
            company = env.ref("base.main_company")
            self.kept_location = company.x_fclk_nfc_kiosk_location_id.id
            location = env["fusion.clock.location"].create(
                {"name": "Race door", "company_id": company.id}
            )
            company.x_fclk_nfc_kiosk_location_id = location
            employee = env["hr.employee"].create(
                {
                    "name": "Racer",
                    "company_id": company.id,
                    "x_fclk_nfc_card_uid": CARD,
                    "pin": "4711",
                }
            )
            for key, value in zip(keys, ("True", False, "5"), strict=True):
                parameters.set_param(f"fusion_clock.{key}", value)
            self.company_id, self.employee_id = company.id, employee.id
            self.location_id = location.id
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as env:
            employee = env["hr.employee"].browse(self.employee_id)
            company = env["res.company"].browse(self.company_id)
            logs = env["fusion.clock.activity.log"].with_context(fclk_retention=True)
            own = ["|", ("employee_id", "=", employee.id), ("card_uid", "in", [CARD, STRANGER])]
            logs.search(own).unlink()
            employee.unlink()
            company.x_fclk_nfc_kiosk_location_id = self.kept_location
            env["fusion.clock.location"].browse(self.location_id).unlink()
            for key, value in self.kept.items():
                env["ir.config_parameter"].set_param(f"fusion_clock.{key}", value)

    @contextmanager
    def cursor(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def tap(self, env, uid=CARD):
        company = env["res.company"].browse(self.company_id)
        return env["hr.employee"]._fclk_tap(uid, company=company)

    def employee(self, env):
        return env["hr.employee"].browse(self.employee_id)

    def assertOneOpen(self):
        with self.cursor() as env:
            rows = env["hr.attendance"].search([("employee_id", "=", self.employee_id)])
            self.assertEqual(len(rows), 1)
            self.assertFalse(rows.check_out)
            clocked = env["fusion.clock.activity.log"].search_count(
                [("employee_id", "=", self.employee_id), ("event", "in", ["clock_in", "clock_out"])]
            )
            self.assertEqual(clocked, 1)

    def test_the_second_tap_of_a_moment_is_told_at_once(self):
        with self.cursor() as one, self.cursor() as two:
            self.assertEqual(self.tap(one)["action"], "clock_in")
            self.assertEqual(self.tap(two)["error"], "debounce")  # no waiting, no exception
            two.cr.commit()
            one.cr.commit()
        self.assertOneOpen()

    def test_two_people_do_not_block_each_other(self):
        """The lock must be asked for the holder's row alone, in whatever order a plan filters."""
        with self.cursor() as env:
            other = env["hr.employee"].create(
                {
                    "name": "Other racer",
                    "company_id": self.company_id,
                    "x_fclk_nfc_card_uid": STRANGER,
                }
            )
        self.addCleanup(self.remove, other.id)
        with self.cursor() as one, self.cursor() as two:
            for env in (one, two):
                env.cr.execute("SET LOCAL enable_indexscan = off")
                env.cr.execute("SET LOCAL enable_bitmapscan = off")
            self.assertEqual(self.tap(one)["action"], "clock_in")
            self.assertEqual(self.tap(two, STRANGER)["action"], "clock_in")

    def remove(self, employee_id):
        with self.cursor() as env:
            env["hr.employee"].browse(employee_id).unlink()

    def test_a_stale_snapshot_changes_nothing(self):
        with self.cursor() as one, self.cursor() as two:
            self.assertFalse(self.employee(two).x_fclk_last_tap_at)  # its snapshot is taken
            self.assertEqual(self.tap(one)["action"], "clock_in")
            one.cr.commit()
            with mute_logger("odoo.sql_db"):
                self.assertEqual(self.tap(two)["error"], "debounce")
            two.cr.commit()
        self.assertOneOpen()

    def test_an_unrelated_change_runs_the_request_again(self):
        with self.cursor() as one, self.cursor() as two:
            self.assertFalse(self.employee(two).x_fclk_last_tap_at)
            self.employee(one).name = "Renamed"
            one.cr.commit()
            with mute_logger("odoo.sql_db"):
                answer = retrying(lambda: self.tap(two), two)
            self.assertEqual(answer["action"], "clock_in")
        self.assertOneOpen()

    def test_a_double_click_elsewhere_is_told_the_state_changed(self):
        with self.cursor() as one, self.cursor() as two:
            self.assertEqual(self.employee(two).attendance_state, "checked_out")
            self.assertTrue(self.employee(one)._fclk_clock("systray")["success"])
            self.assertEqual(self.employee(two)._fclk_clock("systray")["error"], "state_changed")
            one.cr.commit()
            with mute_logger("odoo.sql_db"):
                answer = self.employee(two)._fclk_clock("portal")
            self.assertEqual((answer["error"], answer["state"]), ("state_changed", "checked_in"))
        self.assertOneOpen()

    def test_parallel_pin_guesses_are_not_free(self):
        def guess(env, pin):
            return self.employee(env)._fclk_shared_clock("native_kiosk", pin=pin, check_pin=True)

        with self.cursor() as one, self.cursor() as two:
            self.assertEqual(guess(one, "0000")["error"], "wrong_pin")
            self.assertEqual(guess(two, "4711")["error"], "debounce")  # not even looked at
            one.cr.commit()
        with self.cursor() as env:
            self.assertEqual(self.employee(env).x_fclk_pin_failures, 1)

    def test_twenty_threads_one_change(self):
        answers, barrier = [], Barrier(20)

        def run(env):
            barrier.wait(timeout=20)
            answers.append(retrying(lambda: self.tap(env), env))

        with ExitStack() as stack, mute_logger("odoo.sql_db", "odoo.service.model"):
            # Made here: this thread holds the registry's lock while tests run.
            envs = [stack.enter_context(self.cursor()) for _number in range(20)]
            for env in envs:
                env.cr.execute("SELECT 1")  # every snapshot is older than the first tap
            threads = [Thread(target=run, args=(env,)) for env in envs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertEqual(len(answers), 20)
        self.assertEqual(sum(1 for answer in answers if answer.get("success")), 1, answers)
        self.assertEqual(
            {answer["error"] for answer in answers if not answer.get("success")}, {"debounce"}
        )
        self.assertOneOpen()

    def test_two_tablets_note_one_unknown_card_once(self):
        with self.cursor() as one, self.cursor() as two:
            for env in (one, two):
                env.cr.execute("SELECT 1")
            for env in (one, two):
                self.assertEqual(self.tap(env, STRANGER)["error"], "card_unknown")
        with self.cursor() as env:
            rows = env["fusion.clock.activity.log"].search_count(
                [("event", "=", "tap_unknown"), ("card_uid", "=", STRANGER)]
            )
            self.assertEqual(rows, 1)

    def test_any_other_toggle_serialises_too(self):
        with self.cursor() as one:
            self.employee(one)._attendance_action_change({"mode": "kiosk"})
            with self.cursor() as two:
                two.cr.execute("SET LOCAL lock_timeout = '200ms'")
                with (
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(OperationalError) as caught,
                    two.cr.savepoint(),
                ):
                    self.employee(two)._attendance_action_change({"mode": "kiosk"})
                self.assertEqual(caught.exception.pgcode, "55P03")  # waited for the row
                two.cr.rollback()
        self.assertOneOpen()
