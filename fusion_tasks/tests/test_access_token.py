import hashlib

from freezegun import freeze_time

from odoo.tests import tagged

from .common import TasksCase


@tagged("post_install", "-at_install")
class TestAccessToken(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Token = cls.env["fusion.access.token"]
        cls.task = cls.new_task(cls.ann, 9)

    def test_only_the_hash_is_kept(self):
        raw = self.Token._issue(self.task, "task_track")
        self.assertEqual(len(raw), 43)
        token = self.Token.search([], order="id desc", limit=1)
        self.assertEqual(token.token_hash, hashlib.sha256(raw.encode()).hexdigest())
        self.assertNotIn(raw, str(token.read()))

    def test_a_link_leads_to_its_record_and_is_counted(self):
        raw = self.Token._issue(self.task, "task_track")
        self.assertEqual(self.Token._resolve(raw, "task_track"), (self.task, "ok"))
        self.assertEqual(self.Token.search([("scope", "=", "task_track")]).use_count, 0)
        for _time in range(2):
            used = self.Token._resolve(raw, "task_track", is_use=True)
            self.assertEqual(used, (self.task, "ok"))
        token = self.Token.search([], order="id desc", limit=1)
        self.assertEqual(token.use_count, 2)
        self.assertTrue(token.last_used_at)

    def test_what_is_not_a_link(self):
        raw = self.Token._issue(self.task, "task_track")
        for text, scope in (
            (raw, "task_ics"), (raw[:-1], "task_track"), (raw + "a", "task_track"),
            ("", "task_track"), (None, "task_track"), (False, "task_track"), ("é\0", "task_track"),
        ):  # fmt: skip
            self.assertEqual(self.Token._resolve(text, scope), (None, "unknown"))
        self.task.unlink()
        self.assertEqual(self.Token._resolve(raw, "task_track"), (None, "unknown"))

    def test_a_link_ends(self):
        with freeze_time("2031-01-01 10:00:00"):
            raw = self.Token._issue(self.task, "task_track", days=2)
        with freeze_time("2031-01-03 09:59:59"):
            self.assertEqual(self.Token._resolve(raw, "task_track")[1], "ok")
        with freeze_time("2031-01-03 10:00:00"):
            self.assertEqual(self.Token._resolve(raw, "task_track"), (self.task, "expired"))

    def test_links_are_taken_back_by_scope_and_cycle(self):
        issue, resolve = self.Token._issue, self.Token._resolve
        one, two = issue(self.task, "a", cycle="1"), issue(self.task, "a", cycle="2")
        other = issue(self.task, "b", cycle="1")
        self.assertEqual(self.Token._revoke(self.task, "a", "1"), 1)
        self.assertEqual(resolve(one, "a"), (None, "revoked"))
        self.assertEqual(resolve(two, "a"), (self.task, "ok"))
        self.assertEqual(self.Token._revoke(self.task), 2)
        self.assertEqual(self.Token._revoke(self.task), 0)
        self.assertEqual(resolve(other, "b"), (None, "revoked"))
