from odoo.tests import tagged

from .common import CentralCase

PRINT = "a1" * 32


@tagged("post_install", "-at_install")
class TestFingerprint(CentralCase):
    def submit(self, key, uuid, fingerprint):
        answer = self.gateway(key).submit_ticket(
            {**self.submission(), "uuid": uuid, "fingerprint": fingerprint}
        )
        self.assertTrue(answer["ok"], answer)
        return self.tickets.browse(answer["ticket_id"])

    def test_same_error_across_deployments(self):
        one = self.submit(self.key_a, "1", PRINT.upper())
        two = self.submit(self.key_b, "2", PRINT)
        other = self.submit(self.key_a, "3", "b2" * 32)
        self.assertEqual(one.x_fc_error_fingerprint, PRINT)
        self.assertEqual((one.x_fc_same_error_count, other.x_fc_same_error_count), (2, 1))
        self.assertEqual(self.tickets.search(one.action_open_same_error()["domain"]), one | two)
        self.assertEqual(self.make_ticket().x_fc_same_error_count, 0)

    def test_anything_else_is_dropped(self):
        wrong = ("a" * 63, "a" * 65, "g" * 64, 5, None, ["a"], "a" * 63 + "\n", "x" * 10_000)
        for number, given in enumerate(wrong):
            with self.subTest(number=number):
                self.assertFalse(
                    self.submit(self.key_a, f"w{number}", given).x_fc_error_fingerprint
                )

    def test_a_client_sees_nothing_of_others(self):
        ticket = self.submit(self.key_a, "1", PRINT)
        self.submit(self.key_b, "2", PRINT)
        thread = self.gateway().get_ticket(self.payload(ticket_id=ticket.id))
        self.assertNotIn(PRINT, repr(thread))
        self.assertNotIn("same_error", repr(thread))
        self.assertIn("fingerprint", self.gateway().ping(self.payload())["features"])
        self.assertFalse(ticket.copy().x_fc_error_fingerprint)
