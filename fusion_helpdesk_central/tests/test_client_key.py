import base64
import json
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CentralCase


@tagged("post_install", "-at_install")
class TestClientKey(CentralCase):
    def api_keys(self, key):
        return self.env["res.users.apikeys"].sudo().search([("user_id", "=", key.bot_user_id.id)])

    def check(self, secret):
        """:return: id of the user that a key authenticates"""
        return self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=secret)

    def test_each_row_has_a_bot_in_no_group(self):
        bot = self.key_a.bot_user_id
        self.assertEqual(bot.login, "fusion-helpdesk+BIRCH")
        self.assertFalse(bot.all_group_ids)
        self.assertTrue(bot.share)
        self.assertFalse(bot.email)
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [bot.id])
        self.assertFalse(self.env.cr.fetchone()[0])
        self.assertNotEqual(bot, self.key_b.bot_user_id)

    def test_label_is_normalised_and_checked(self):
        key = self.keys.create({"name": "Elm", "client_label": "  elm-2 "})
        self.assertEqual(key.client_label, "ELM-2")
        for label in ("E", "-ELM", "EL M", "ÉLM", "E" * 33, ""):
            with self.subTest(label=label), self.assertRaises(ValidationError):
                self.keys.create({"name": "Elm", "client_label": label})

    def test_label_is_unique_however_it_is_typed(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.keys.create({"name": "Other", "client_label": " birch "})

    def test_label_with_tickets_cannot_change(self):
        self.key_b.client_label = "cedar2"
        self.assertEqual(self.key_b.bot_user_id.login, "fusion-helpdesk+CEDAR2")
        self.make_ticket()
        with self.assertRaises(UserError):
            self.key_a.client_label = "BIRCH2"
        self.assertEqual(self.key_a.client_label, "BIRCH")

    def test_key_is_shown_once_with_its_connection_code(self):
        key = self.keys.create({"name": "Elm", "client_label": "ELM"})
        action = key.with_user(self.manager).action_generate_key()

        code = action["context"]["default_code"]
        self.assertTrue(code.startswith("fhd1."))
        parts = json.loads(base64.urlsafe_b64decode(code[5:]))
        self.assertEqual(
            parts,
            {
                "url": key.get_base_url(),
                "db": self.env.cr.dbname,
                "login": "fusion-helpdesk+ELM",
                "key": action["context"]["default_key"],
            },
        )
        self.assertEqual(self.check(parts["key"]), key.bot_user_id.id)
        self.assertEqual((key.state, key.key_last4), ("active", parts["key"][-4:]))
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT k::text FROM fusion_helpdesk_client_key k WHERE id = %s", [key.id]
        )
        self.assertNotIn(parts["key"], self.env.cr.fetchone()[0])
        with self.assertRaises(UserError):
            key.action_generate_key()

    def test_rotation_leaves_the_old_key_its_grace(self):
        action = self.key_a.with_user(self.manager).action_rotate_key()
        secret = action["context"]["default_key"]

        self.assertEqual(self.check(secret), self.key_a.bot_user_id.id)
        self.assertEqual(self.check(self.secret_a), self.key_a.bot_user_id.id)
        ends = self.key_a.previous_key_expires_at - fields.Datetime.now()
        self.assertAlmostEqual(ends / timedelta(days=7), 1, 3)

        self.key_a.previous_key_expires_at = self.hours_ago(1)
        self.keys._gc_previous_keys()
        self.assertFalse(self.check(self.secret_a))
        self.assertEqual(self.check(secret), self.key_a.bot_user_id.id)
        self.assertFalse(self.key_a.previous_key_expires_at)

    def test_second_rotation_leaves_one_old_key(self):
        self.key_a.action_rotate_key()
        self.key_a.action_rotate_key()
        self.assertEqual(len(self.api_keys(self.key_a)), 2)
        self.assertFalse(self.check(self.secret_a))

    def test_rotation_without_grace_ends_the_old_key(self):
        self.set_config(key_grace_days="0")
        self.key_a.action_rotate_key()
        self.assertFalse(self.check(self.secret_a))
        self.assertFalse(self.key_a.previous_key_expires_at)

    def test_revoked_key_is_gone_and_its_bot_archived(self):
        self.key_a.with_user(self.manager).action_revoke()
        self.assertFalse(self.api_keys(self.key_a))
        self.assertFalse(self.key_a.bot_user_id.active)
        self.assertEqual((self.key_a.state, self.key_a.key_last4), ("revoked", False))
        self.assertEqual(self.check(self.secret_b), self.key_b.bot_user_id.id)

        self.key_a.action_generate_key()
        self.assertTrue(self.key_a.bot_user_id.active)
        self.assertEqual(self.key_a.state, "active")

    def test_archiving_revokes(self):
        self.key_a.active = False
        self.assertEqual(self.key_a.state, "revoked")
        self.assertFalse(self.check(self.secret_a))

    def test_deleting_a_key_frees_its_label(self):
        bot = self.key_b.bot_user_id
        self.key_b.unlink()
        self.assertFalse(bot.exists())
        self.keys.create({"name": "Cedar", "client_label": "CEDAR"})

    def test_only_managers_handle_keys(self):
        key = self.key_a.with_user(self.agent)
        self.assertEqual(key.client_label, "BIRCH")
        for action in ("action_rotate_key", "action_generate_key", "action_revoke"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(key, action)()
        with self.assertRaises(AccessError):
            key.name = "Defaced"
        with self.assertRaises(AccessError):
            self.key_a.with_user(self.employee).read(["name"])
        self.assertEqual(self.key_a.state, "active")

    def test_only_the_bot_of_an_active_key_passes_the_door(self):
        self.assertEqual(self.keys._for_user(self.key_a.bot_user_id), self.key_a)
        others = self.agent | self.manager | self.env.ref("base.user_admin")
        for user in [*others, self.env.ref("base.user_root"), self.env.ref("base.public_user")]:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.keys._for_user(user)
        self.key_a.key_expires_at = self.hours_ago(1)
        self.key_b.sudo().state = "revoked"
        for key in self.key_a | self.key_b:
            with self.subTest(key=key.name), self.assertRaises(AccessError):
                self.keys._for_user(key.bot_user_id)

    def test_counts_and_colours(self):
        closed = self.env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1)
        self.make_ticket()
        self.make_ticket(stage_id=closed.id)
        self.make_ticket().x_fc_engagement_state = "pending"
        self.assertEqual(
            (
                self.key_a.ticket_count,
                self.key_a.open_ticket_count,
                self.key_a.pending_engagement_count,
                self.key_b.ticket_count,
            ),
            (3, 2, 1, 0),
        )
        for hours, state in ((0.2, "green"), (0.3, "amber"), (23, "amber"), (25, "red")):
            self.key_a.last_seen_at = self.hours_ago(hours)
            self.assertEqual(self.key_a.seen_state, state)
        self.assertEqual(self.key_b.seen_state, "red")

    # -- Owner ------------------------------------------------------------------------------------

    def test_owner_typed_by_hand_is_normalised(self):
        self.key_b.write({"owner_email": " Cleo@Cedar.Example.com ", "owner_name": "Cleo"})
        self.assertEqual(self.key_b.owner_email, "cleo@cedar.example.com")
        self.assertEqual(self.key_b.owner_source, "manual")
        with self.assertRaises(ValidationError):
            self.key_b.owner_email = "nobody"

    def test_deployment_changes_its_owner(self):
        warnings = self.key_a._set_contact({"owner_email": "Nia@Birch.example.com"})
        self.assertEqual(warnings, [])
        self.assertEqual(
            (self.key_a.owner_email, self.key_a.owner_name, self.key_a.owner_source),
            ("nia@birch.example.com", False, "client"),
        )

        warnings = self.key_a._set_contact({"owner_email": "a b"})
        self.assertEqual(len(warnings), 1)
        self.assertEqual(self.key_a.owner_email, "nia@birch.example.com")

        self.assertEqual(self.key_a._set_contact({"owner_email": ""}), [])
        self.assertFalse(self.key_a.owner_email)

    def test_changed_owner_stands_in_the_chatter(self):
        self.env.flush_all()
        self.flush_tracking()
        self.key_a._set_contact({"owner_email": "nia@birch.example.com", "owner_name": "Nia"})
        self.flush_tracking()
        message = self.key_a.message_ids[0]
        self.assertIn("Owner changed by the deployment.", message.body)
        self.assertIn(
            "nia@birch.example.com", message.sudo().tracking_value_ids.mapped("new_value_char")
        )

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
