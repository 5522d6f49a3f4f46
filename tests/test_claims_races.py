"""Two clerks and one case: real parallel steps at two worker processes."""

import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

from .support import ServerCase, size

CLERKS = ("cora", "carl")


class TestClaimsRaces(ServerCase):
    workers = 2
    database = "claims_races"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.ref("fusion_claims.group_claims_user")
        cls.clerks = {
            login: cls.rpc(
                "res.users", "create",
                {"name": login.title(), "login": login, "password": login,
                 "email": f"{login}@example.com", "group_ids": [(6, 0, [group])]},
            )
            for login in CLERKS
        }  # fmt: skip
        cls.client = cls.rpc(
            "res.partner", "create", {"name": "Clara Client", "email": "clara@example.com"}
        )
        cls.authorizer = cls.rpc(
            "res.partner", "create",
            {"name": "Olive Therapist", "email": "olive@example.com", "x_fc_is_authorizer": True},
        )  # fmt: skip

    def new_case(self):
        return self.rpc(
            "sale.order", "create",
            {"partner_id": self.client, "x_fc_sale_type": "adp",
             "x_fc_authorizer_id": self.authorizer, "x_fc_assessment_start_date": "2026-05-04",
             "x_fc_assessment_end_date": "2026-05-05"},
        )  # fmt: skip

    def step(self, login, order, target):
        """:return: what stopped the clerk, empty for a step that was done"""
        proxy = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True)
        try:
            proxy.execute_kw(self.name, self.clerks[login], login, "sale.order",
                             "action_fc_set_status", [[order], target])  # fmt: skip
        except xmlrpc.client.Fault as fault:
            return fault.faultString
        return ""

    def at_once(self, order, targets):
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda pair: self.step(pair[0], order, pair[1]),
                                 zip(CLERKS, targets, strict=True)))  # fmt: skip

    def state(self, order):
        [row] = self.rpc("sale.order", "read", [order], ["x_fc_adp_application_status"])
        log = self.rpc("fusion.claims.status.log", "search_read",
                       [("order_id", "=", order), ("from_state", "!=", False)],
                       ["from_state", "to_state"], order="id")  # fmt: skip
        return row["x_fc_adp_application_status"], [
            (one["from_state"], one["to_state"]) for one in log
        ]

    def test_the_same_step_is_one_step(self):
        """One row in the log and one mail to each, whoever was faster."""
        for _turn in range(size(3, 30)):
            order = self.new_case()
            answers = self.at_once(order, ("assessment_scheduled",) * 2)
            self.assertEqual(answers, ["", ""])
            self.assertEqual(
                self.state(order),
                ("assessment_scheduled", [("quotation", "assessment_scheduled")]),
            )
            mails = self.rpc("fusion.claims.email.log", "search_read",
                             [("order_id", "=", order)], ["recipient_email"])  # fmt: skip
            self.assertEqual(
                sorted(row["recipient_email"] for row in mails),
                ["clara@example.com", "olive@example.com"],
            )

    def test_two_ways_at_once(self):
        """The second clerk's step is checked against where the case is by then."""
        for _turn in range(size(3, 30)):
            order = self.new_case()
            self.assertEqual(self.step("cora", order, "assessment_completed"), "")
            answers = self.at_once(order, ("waiting_for_application", "assessment_scheduled"))
            status, log = self.state(order)
            self.assertEqual(answers[0], "")
            self.assertIn("cannot go from", answers[1])
            self.assertEqual(status, "waiting_for_application")
            self.assertEqual(len(log), 2)

    def test_forth_and_back_at_once(self):
        """Each clerk's step leads on from the other's, or is refused by name."""
        for _turn in range(size(3, 30)):
            order = self.new_case()
            answers = self.at_once(order, ("assessment_scheduled", "assessment_completed"))
            status, log = self.state(order)
            steps = [("quotation", "assessment_scheduled"),
                     ("assessment_scheduled", "assessment_completed")]  # fmt: skip
            if answers == ["", ""]:
                self.assertEqual((status, log), ("assessment_completed", steps))
            else:
                self.assertEqual(answers[1], "")
                self.assertIn("cannot go from", answers[0])
                only = [("quotation", "assessment_completed")]
                self.assertEqual((status, log), ("assessment_completed", only))
