import base64
import re
import xmlrpc.client
from contextlib import contextmanager

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tools import mute_logger

P = "fusion_helpdesk_central."
LINK = re.compile(r"/fusion_helpdesk/engagement/([\w-]{43})/(approve|reject)")
IDENTITY = {
    "uid": 7,
    "name": "Ines Castro",
    "email": "ines@birch.example.com",
    "lang": "en_US",
    "all": False,
}


def b64(content):
    return base64.b64encode(content).decode()


class CentralMixin:
    """Two deployments, BIRCH with an owner and CEDAR without; an agent, a manager, an employee."""

    @classmethod
    def set_up_central(cls):
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env.company.partner_id.lang = "en_US"
        cls.env["ir.default"].set("res.partner", "lang", "en_US")
        cls.tickets = cls.env["helpdesk.ticket"]
        cls.keys = cls.env["fusion.helpdesk.client.key"]
        cls.links = cls.env["fusion.helpdesk.approval.link"]
        cls.agent = new_test_user(
            cls.env, "fhc_agent", groups="helpdesk.group_helpdesk_user", name="Agent Ada",
            email="ada@desk.example.com",
        )  # fmt: skip
        cls.manager = new_test_user(
            cls.env, "fhc_manager", groups="helpdesk.group_helpdesk_manager",
            email="max@desk.example.com",
        )  # fmt: skip
        cls.employee = new_test_user(cls.env, "fhc_employee", groups="base.group_user")
        cls.env["fusion.helpdesk.client.key"].search([]).write({"active": False})
        cls.env.company.write({"name": "Desk Inc.", "email": "desk@example.com"})
        cls.env["ir.config_parameter"].set_param("mail.catchall.domain", "desk.example.com")
        cls.key_a = cls.keys.create(
            {
                "name": "Birch Dental",
                "client_label": "BIRCH",
                "owner_name": "Olga Owner",
                "owner_email": "olga@birch.example.com",
            }
        )
        cls.key_b = cls.keys.create({"name": "Cedar Foods", "client_label": "CEDAR"})
        cls.secret_a = cls.key_a._issue_key()
        cls.secret_b = cls.key_b._issue_key()

    @classmethod
    def set_config(cls, **values):
        for name, value in values.items():
            cls.env["ir.config_parameter"].set_param(P + name, value)

    @classmethod
    def make_ticket(cls, key=None, **values):
        key = cls.key_a if key is None else key
        return cls.tickets.with_context(fc_no_ack=True).create(
            {
                "name": "Labels are too small",
                "description": "<p>Nobody can read them.</p>",
                "partner_name": "Ines Castro",
                "partner_email": "ines@birch.example.com",
                "x_fc_client_label": key.client_label,
                "x_fc_reporter_uid": 7,
                **values,
            }
        )

    @classmethod
    def gateway(cls, key=None):
        """:return: the gateway as the bot of a key sees it, in process"""
        bot = (key or cls.key_a).bot_user_id
        return cls.env(user=bot.id, su=False)["fusion.helpdesk.gateway"]

    @classmethod
    def payload(cls, **values):
        identity = {**IDENTITY, **values.pop("identity", {})}
        return {"api": 1, "identity": identity, "client_version": "19.0.1.0.0", **values}

    @classmethod
    def submission(cls, **values):
        vals = {
            "name": "[BIRCH] Bug Report: Export stops",
            "description": "<p>It stops at page 3.</p>",
            "partner_name": "Ines Castro",
            "partner_email": "ines@birch.example.com",
            "partner_company_name": "Birch Dental",
            **values.pop("vals", {}),
        }
        return cls.payload(uuid="7-0001", kind="bug", vals=vals, **values)

    def mails(self, subject):
        """:return: queued mails whose subject begins like this"""
        return self.env["mail.mail"].sudo().search([("subject", "=like", subject + "%")])

    def ask(self, ticket, summary="- Bigger labels", note=""):
        """Ask the owner as the agent does.

        :return: the token of the mail
        """
        context = ticket.with_user(self.agent).action_request_owner_approval()["context"]
        wizard = self.env(user=self.agent.id)["fusion.helpdesk.engagement.wizard"]
        wizard.with_context(**context).create(
            {"ai_summary": summary, "personal_note": note}
        ).action_send()
        return self.tokens(self.mails("Action needed")[0])[0]

    def tokens(self, mail):
        """:return: tokens of a mail, one per card, in order"""
        return list(dict.fromkeys(token for token, _word in LINK.findall(mail.body_html)))

    def hours_ago(self, hours):
        return fields.Datetime.subtract(fields.Datetime.now(), hours=hours)


class CentralCase(CentralMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_central()


class CentralHttpCase(CentralMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_central()

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())

    def page(self, token, decision="approve", method="GET", **data):
        url = f"/fusion_helpdesk/engagement/{token}/{decision}"
        return self.url_open(url, method=method, data=data or None, allow_redirects=False)

    # -- Transports: a real bot, real HTTP --------------------------------------------------------

    def xmlrpc(self, user, secret, model, method, *args, **kwargs):
        """:raise xmlrpc.client.Fault: what the server refuses"""
        params = (
            self.env.cr.dbname, user.id, secret, model, method, list(args), kwargs
        )  # fmt: skip
        with mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc"):
            answer = self.url_open(
                "/xmlrpc/2/object",
                data=xmlrpc.client.dumps(params, "execute_kw").encode(),
                headers={"Content-Type": "text/xml"},
            )
        return xmlrpc.client.loads(answer.content)[0][0]

    def json2(self, secret, model, method, **kwargs):
        """:return: the response"""
        return self.url_open(
            f"/json/2/{model}/{method}",
            json=kwargs,
            method="POST",
            headers={"Authorization": f"bearer {secret}", "X-Odoo-Database": self.env.cr.dbname},
        )

    @contextmanager
    def access_lines(self):
        """:return: lines that the server's loggers write meanwhile"""
        with self.assertLogs("werkzeug", "INFO") as logs:
            yield logs.output
