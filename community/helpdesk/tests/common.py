from odoo.tests import TransactionCase, new_test_user

AGENT_GROUPS = "helpdesk.group_helpdesk_user"
MANAGER_GROUPS = "helpdesk.group_helpdesk_manager"


class DeskCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.agent = new_test_user(cls.env, "stand-in-agent", groups=AGENT_GROUPS)
        cls.manager = new_test_user(cls.env, "stand-in-manager", groups=MANAGER_GROUPS)
        cls.employee = new_test_user(cls.env, "stand-in-employee", groups="base.group_user")
        cls.portal_user = new_test_user(cls.env, "stand-in-portal", groups="base.group_portal")
        cls.stage_new = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new")
        cls.stage_awaiting = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_awaiting")
        cls.stage_done = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        cls.tickets = cls.env["helpdesk.ticket"]
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "Front desk"})

    @classmethod
    def make_ticket(cls, **values):
        return cls.tickets.create({"name": "Printer is silent", **values})

    @classmethod
    def contacts(cls, address):
        return cls.env["res.partner"].search([("email_normalized", "=", address)])
