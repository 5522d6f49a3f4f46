"""People and visits of fusion_portal for the tests that need a running server."""

from .support import ServerCase

VISIT = "fusion.assessment.visit"


class PortalServerCase(ServerCase):
    """A field rep, a colleague of the same team and an authorizer; logins are the passwords."""

    workers = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = cls.new_person("rita", "fusion_portal.group_portal_sales_rep")
        cls.colleague = cls.new_person("ravi", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_person("olive", "fusion_portal.group_portal_authorizer")
        cls.authorizer = cls.partner_of(cls.therapist)
        cls.rpc("res.partner", "write", [cls.authorizer], {"x_fc_is_authorizer": True})
        members = [(6, 0, [cls.rep, cls.colleague])]
        cls.team = cls.rpc("crm.team", "create", {"name": "Field", "x_fc_portal_rep_ids": members})
        cls.rpc("res.users", "write", [cls.rep], {"x_fc_portal_manager_id": 2})

    @classmethod
    def new_person(cls, login, group):
        groups = [cls.ref("base.group_portal"), cls.ref(group)]
        values = {"name": login.title(), "login": login, "password": login}
        values |= {"email": f"{login}@example.com", "group_ids": [(6, 0, groups)]}
        return cls.rpc("res.users", "create", values)

    @classmethod
    def partner_of(cls, user):
        return cls.rpc("res.users", "read", [user], ["partner_id"])[0]["partner_id"][0]

    @classmethod
    def new_visit(cls, **values):
        return cls.rpc(
            VISIT,
            "create",
            {
                "client_name": "Nora Newell",
                "client_phone": "555-0142",
                "client_email": "nora@example.com",
                "street": "12 Maple Street",
                "city": "Elora",
                "sales_rep_id": cls.rep,
                "team_id": cls.team,
                "authorizer_id": cls.authorizer,
                **values,
            },
        )

    def rows(self, model, visit, *names):
        """:return: what the server keeps of a visit"""
        return self.rpc(model, "search_read", [("visit_id", "=", visit)], names)
