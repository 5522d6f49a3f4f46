from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CentralCase


@tagged("post_install", "-at_install")
class TestNotice(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notices = cls.env["fusion.helpdesk.notice"]
        cls.notices.search([]).unlink()

    def make(self, title="Maintenance", start=-1, end=1, **values):
        now = fields.Datetime.now()
        return self.notices.create(
            {
                "title": title,
                "date_from": now + timedelta(hours=start),
                "date_to": end and now + timedelta(hours=end),
                **values,
            }
        )

    def seen(self, key=None):
        answer = self.gateway(key).ping(self.payload())
        return [notice["title"] for notice in answer["notices"]]

    def test_shown_in_its_time(self):
        self.make()
        self.make("Over", -3, -1)
        self.make("Later", 1, 2)
        self.make("Without end", -2, False)
        self.make("Archived", active=False)
        self.assertEqual(self.seen(), ["Maintenance", "Without end"])

    def test_shown_to_the_chosen(self):
        self.make("All")
        self.make("Birch", client_key_ids=[(6, 0, self.key_a.ids)])
        self.assertEqual(set(self.seen()), {"All", "Birch"})
        self.assertEqual(self.seen(self.key_b), ["All"])

    def test_what_the_wire_carries(self):
        notice = self.make(
            severity="danger", body="<p style='display:none'>Down<script>x</script></p>", end=False
        )
        row = self.gateway().ping(self.payload())["notices"][0]
        self.assertEqual(
            {**row, "body": ""},
            {
                "id": notice.id,
                "title": "Maintenance",
                "body": "",
                "severity": "danger",
                "date_from": fields.Datetime.to_string(notice.date_from),
                "date_to": "",
            },
        )
        self.assertIn("Down", row["body"])
        for word in ("script", "style"):
            self.assertNotIn(word, row["body"])
        self.assertIn("notices", self.gateway().ping(self.payload())["features"])

    def test_it_ends_after_it_begins(self):
        with self.assertRaises(ValidationError):
            self.make(start=1, end=-1)

    def test_managers_write_them(self):
        with self.assertRaises(AccessError):
            self.notices.with_user(self.agent).create({"title": "x"})
        self.notices.with_user(self.manager).create({"title": "x"})
        with self.assertRaises(AccessError):
            self.notices.with_user(self.employee).search([])
