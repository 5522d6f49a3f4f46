import re

from odoo.tests import tagged

from .common import CentralHttpCase


@tagged("post_install", "-at_install")
class TestRating(CentralHttpCase):
    def setUp(self):
        super().setUp()
        stages = self.env["helpdesk.ticket.stage"]
        self.closed = stages.create(
            {"name": "Over", "closed": True, "close_from_portal": True, "sequence": 3}
        )
        self.ticket = self.make_ticket(user_id=self.agent.id)
        self.open_stage = self.ticket.stage_id

    def call(self, method, **values):
        return getattr(self.gateway(), method)(
            self.payload(**{"ticket_id": self.ticket.id, **values})
        )

    def shown(self):
        return self.call("get_ticket")["ticket"]

    def close(self):
        self.ticket.stage_id = self.closed
        return self.mails("How did it go?")

    def ratings(self):
        return self.env["rating.rating"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
        )

    # -- Rating -----------------------------------------------------------------------------------

    def test_asked_once_when_it_closes(self):
        self.assertFalse(self.mails("How did it go?"))
        mail = self.close()
        self.assertEqual(len(mail), 1)
        self.assertIn("ines@birch.example.com", mail.email_to)
        self.ticket.stage_id = self.open_stage
        self.close()
        self.assertEqual(len(self.mails("How did it go?")), 1)
        plain = self.tickets.create({"name": "No deployment", "partner_email": "x@y.example.com"})
        plain.stage_id = self.closed
        self.assertEqual(len(self.mails("How did it go?")), 1)

    def test_rated_from_the_dialog_and_changed(self):
        self.assertEqual((self.shown()["can_rate"], self.shown()["rating"]), (False, 0))
        self.assertEqual(self.call("rate", rating=5)["error"], "invalid")
        self.close()
        self.assertTrue(self.shown()["can_rate"])
        self.assertEqual(self.call("rate", rating=5, feedback="Quick")["stage"], "Over")
        self.assertEqual(self.call("rate", rating=3)["ok"], True)
        rating = self.ratings()
        self.assertEqual((rating.rating, rating.partner_id), (3, self.ticket.partner_id))
        self.assertEqual(rating.rated_partner_id, self.agent.partner_id)
        self.assertEqual(self.shown()["rating"], 3)
        self.env.cr.execute(
            "UPDATE rating_rating SET create_date = now() - interval '8 days' WHERE id = %s",
            [rating.id],
        )
        rating.invalidate_recordset()
        self.assertEqual(self.call("rate", rating=1)["error"], "invalid")
        self.assertFalse(self.shown()["can_rate"])
        self.assertEqual(self.ratings().rating, 3)

    def test_bad_ratings(self):
        self.close()
        for value in (0, 2, 4, 6, -1):
            self.assertEqual(self.call("rate", rating=value)["error"], "invalid", value)
        for value in ("5", None, True):
            self.assertEqual(self.call("rate", rating=value)["error"], "invalid", repr(value))
        boss = {"uid": 1, "email": "boss@birch.example.com", "all": True}
        self.assertEqual(self.call("rate", rating=5, identity=boss)["error"], "invalid")
        self.assertFalse(self.ratings())

    def test_faces_of_the_mail(self):
        body = self.close().body_html
        paths = re.findall(r"/fusion_helpdesk/rating/[^\"]+/[135]", body)
        self.assertEqual([path[-1] for path in paths], ["5", "3", "1"])
        for path in paths:
            for _time in range(3):
                page = self.url_open(path)
                self.assertEqual(page.status_code, 200)
                self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertFalse(self.ratings())
        done = self.url_open(paths[0], data={"feedback": "Nice <b>"}, method="POST")
        self.assertEqual(done.status_code, 200)
        self.assertIn("has been noted", done.text)
        self.assertEqual((self.ratings().rating, self.ratings().feedback), (5, "Nice <b>"))
        for path in (paths[0][:-1] + "2", "/fusion_helpdesk/rating/forged/5"):
            self.assertEqual(self.url_open(path, data={"x": "1"}, method="POST").status_code, 404)
        self.ticket.stage_id = self.open_stage
        again = self.url_open(paths[2], data={"x": "1"}, method="POST")
        self.assertEqual(again.status_code, 410)
        self.assertEqual(self.ratings().rating, 5)

    def test_no_log_line_holds_the_signed_link(self):
        path = re.search(r"/fusion_helpdesk/rating/[^\"]+/5", self.close().body_html)[0]
        with self.assertLogs(level="DEBUG") as logs:
            for _time in range(3):  # a line is written after its answer has gone
                self.url_open(path)
        self.assertIn("/fusion_helpdesk/rating/***/5", "".join(logs.output))
        server = [line for line in logs.output if "urllib3" not in line]
        self.assertNotIn(path, "".join(server))

    # -- Closing and reopening --------------------------------------------------------------------

    def test_reporter_closes_and_reopens(self):
        self.assertEqual((self.shown()["can_close"], self.shown()["can_reopen"]), (True, False))
        self.assertEqual(self.call("set_state", action="close")["stage"], "Over")
        self.assertTrue(self.ticket._fc_is_closed())
        self.assertEqual((self.shown()["can_close"], self.shown()["can_reopen"]), (False, True))
        self.assertEqual(self.call("set_state", action="close")["error"], "invalid")
        self.assertTrue(self.call("set_state", action="reopen")["ok"])
        self.assertEqual(self.ticket.stage_id, self.open_stage)
        note = self.ticket.message_ids.filtered(lambda m: "Reopened by Ines" in (m.body or ""))
        self.assertIn(self.agent.partner_id, note.notified_partner_ids)
        self.assertTrue(note.subtype_id.internal)

    def test_reopening_ends_after_14_days(self):
        self.close()
        self.ticket.closed_date = self.hours_ago(24 * 15)
        self.assertFalse(self.shown()["can_reopen"])
        self.assertEqual(self.call("set_state", action="reopen")["error"], "invalid")
        self.assertTrue(self.ticket._fc_is_closed())

    def test_nonsense_and_strangers_change_nothing(self):
        for action in ("", "delete", None):
            self.assertEqual(self.call("set_state", action=action)["error"], "invalid")
        stranger = {"uid": 99, "email": "x@birch.example.com"}
        for method, more in (("set_state", {"action": "close"}), ("rate", {"rating": 5})):
            answer = self.call(method, identity=stranger, **more)
            self.assertEqual(answer["error"], "not_found")
        boss = {"uid": 1, "email": "boss@birch.example.com", "all": True}
        self.assertTrue(self.call("set_state", action="close", identity=boss)["ok"])

    def test_reply_reopens_when_that_is_set(self):
        self.close()
        self.call("post_reply", uuid="1", body="Again")
        self.assertTrue(self.ticket._fc_is_closed())
        self.set_config(reopen_on_reply="True")
        self.call("post_reply", uuid="2", body="Again")
        self.assertFalse(self.ticket._fc_is_closed())

    def test_features(self):
        self.assertLessEqual({"rate", "set_state"}, set(self.call("ping")["features"]))
