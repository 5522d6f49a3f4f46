from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CentralCase, CentralHttpCase, b64

GATEWAY = "fusion.helpdesk.gateway"
#: The ORM's own public methods that read or change rows, with arguments as RPC passes them.
ORM = {
    "search": [[]],
    "search_count": [[]],
    "search_read": [[]],
    "name_search": [""],
    "web_search_read": [[], {"id": {}}],
    "formatted_read_group": [[], [], ["__count"]],
    "create": [{}],
    "read": [[1], ["display_name"]],
    "write": [[1], {"display_name": "x"}],
    "unlink": [[1]],
    "web_read": [[1], {"display_name": {}}],
    "copy": [[1]],
}
NOTHING = ([], 0, {"length": 0, "records": []})
TEN_MODELS = (
    "helpdesk.ticket", "fusion.helpdesk.client.key", "fusion.helpdesk.approval.link",
    "mail.message", "res.partner", "res.users", "ir.attachment", "ir.config_parameter",
    "res.country", "ir.model",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestWallInProcess(CentralCase):
    def test_no_model_answers_the_orm_s_methods(self):
        """Every stored model, by the very function that RPC uses; the user's own row excepted."""
        bot_env = self.env(user=self.key_a.bot_user_id.id, su=False, context={})
        stored = [name for name, model in self.env.items() if not model._abstract]
        open_doors = []
        with mute_logger("odoo.addons.base.models.ir_model"):
            for name in sorted(stored):
                for method, args in ORM.items():
                    if not self.is_refused(bot_env[name], method, args):
                        open_doors.append(f"{name}.{method}")
        self.assertGreater(len(stored), 100)
        self.assertEqual(open_doors, [])

    def is_refused(self, model, method, args):
        """:return: whether it raised, or found nothing (files are filtered, not refused)"""
        try:
            return call_kw(model, method, args, {}) in NOTHING
        except (UserError, KeyError):  # AccessError is one; a few models look at the values first
            return True


class TransportTests:
    """The same proofs on both transports: ``call`` gives the answer, or raises AccessError."""

    def gate(self, method, key=None, secret=None, **payload):
        key = key or self.key_a
        secret = secret or (self.secret_a if key == self.key_a else self.secret_b)
        return self.call(key, secret, GATEWAY, method, payload=payload)

    def test_bot_files_reads_and_answers(self):
        self.assertEqual(self.gate("ping", **self.payload())["client"], "Birch Dental")
        files = [{"name": "a.txt", "mimetype": "text/plain", "data": b64(b"hello")}]
        sent = self.gate("submit_ticket", **self.submission(attachments=files))
        again = self.gate("submit_ticket", **self.submission(attachments=files))
        self.assertEqual((sent["duplicate"], again["duplicate"]), (False, True))
        self.assertEqual(again["ticket_id"], sent["ticket_id"])
        ticket_id = sent["ticket_id"]
        rows = self.gate("list_tickets", **self.payload())["tickets"]
        self.assertEqual([row["id"] for row in rows], [ticket_id])
        reply = self.gate(
            "post_reply", **self.payload(ticket_id=ticket_id, uuid="r", body="More 🙂")
        )
        thread = self.gate("get_ticket", **self.payload(ticket_id=ticket_id))
        self.assertEqual(
            [(m["id"], m["body"]) for m in thread["messages"]],
            [(reply["message_id"], "<p>More 🙂</p>")],
        )
        file_id = thread["ticket"]["attachments"][0]["id"]
        file = self.gate(
            "get_attachment", **self.payload(ticket_id=ticket_id, attachment_id=file_id)
        )
        self.assertEqual(file["data"], b64(b"hello"))
        digest = self.gate("digest", **self.payload())
        self.assertEqual([row["id"] for row in digest["rows"]], [ticket_id])
        contact = {"owner_email": "nia@birch.example.com", "owner_name": "Nia"}
        answer = self.gate("set_contact", **self.payload(contact=contact))
        self.assertEqual(answer["owner_email"], "nia@birch.example.com")

    def test_key_a_against_all_of_b(self):
        foreign = self.make_ticket(self.key_b)
        message = foreign.with_user(self.agent).message_post(
            body="For Cedar", subtype_xmlid="mail.mt_comment", message_type="comment",
            attachments=[("secret.txt", b"x")],
        )  # fmt: skip
        everything = {"all": True, "email": "ines@birch.example.com"}
        for method, more in (
            ("get_ticket", {}),
            ("post_reply", {"uuid": "x", "body": "x"}),
            ("get_attachment", {"attachment_id": message.attachment_ids.id}),
        ):
            answer = self.gate(
                method, **self.payload(ticket_id=foreign.id, identity=everything, **more)
            )
            self.assertEqual(answer["error"], "not_found", method)
        for method in ("list_tickets", "digest"):
            answer = self.gate(method, **self.payload(identity=everything))
            self.assertFalse(answer.get("tickets", answer.get("rows")), method)
        self.gate("set_contact", **self.payload(contact={"owner_email": "x@birch.example.com"}))
        self.assertFalse(self.key_b.owner_email)
        self.assertEqual(len(foreign._fc_public_messages()), 1)

    def test_bot_calls_nothing_else(self):
        self.make_ticket()
        for model in TEN_MODELS:
            for method, args in (
                ("search_read", {"domain": []}),
                ("fields_get", {}),
                ("default_get", {"fields": ["name"]}),
                ("create", {"vals_list": [{"name": "x"}]}),
            ):
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    self.call(self.key_a, self.secret_a, model, method, **args)

    def test_every_model_is_refused(self):
        names = [name for name in self.env.registry if name != GATEWAY]
        with mute_logger("odoo.addons.base.models.ir_model"):
            for name in names:
                with self.assertRaises(AccessError, msg=name):
                    self.call(self.key_a, self.secret_a, name, "search_read", domain=[])

    def test_context_opens_nothing(self):
        context = {"su": True, "uid": 1, "allowed_company_ids": [1], "sudo": True}
        with self.assertRaises(AccessError):
            self.call(self.key_a, self.secret_a, "res.partner", "search_read", domain=[],
                      context=context)  # fmt: skip
        answer = self.call(
            self.key_a, self.secret_a, GATEWAY, "ping", payload=self.payload(), context=context
        )
        self.assertEqual(answer["label"], "BIRCH")

    def test_private_methods_of_the_gateway_are_closed(self):
        for method in ("_serve", "_do_list_tickets", "_with_client"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.call(self.key_a, self.secret_a, GATEWAY, method)

    def test_revoked_key_is_refused_at_once(self):
        self.assertTrue(self.gate("ping", **self.payload())["ok"])
        self.key_a.action_revoke()
        self.env.flush_all()
        with self.assertRaises(PermissionError):
            self.gate("ping", **self.payload())
        self.assertTrue(self.gate("ping", self.key_b, **self.payload())["ok"])

    def test_administrator_s_key_is_no_client_s(self):
        admin = self.env.ref("base.user_admin")
        secret = self.env["res.users.apikeys"].with_user(admin).sudo()._generate(
            "rpc", "test", None
        )  # fmt: skip
        with self.assertRaises(AccessError):
            self.call_as(admin, secret, GATEWAY, "ping", payload=self.payload())

    def call(self, key, secret, model, method, **kwargs):
        return self.call_as(key.bot_user_id, secret, model, method, **kwargs)


@tagged("post_install", "-at_install")
class TestXmlRpc(TransportTests, CentralHttpCase):
    allow_inherited_tests_method = True

    def call_as(self, user, secret, model, method, **kwargs):
        try:
            return self.xmlrpc(user, secret, model, method, **kwargs)
        except Exception as error:
            raise {4: AccessError, 3: PermissionError}[error.faultCode](str(error)) from error


@tagged("post_install", "-at_install")
class TestJson2(TransportTests, CentralHttpCase):
    allow_inherited_tests_method = True

    def call_as(self, user, secret, model, method, **kwargs):
        with mute_logger("odoo.http"):
            response = self.json2(secret, model, method, **kwargs)
        if response.status_code == 200:
            return response.json()
        raise {403: AccessError, 401: PermissionError}[response.status_code](response.text)
