"""Clients behind their links at one moment: one winner per opening, one last visit per plan."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from urllib.parse import urljoin

from .support import TIMEOUT_S, ServerCase, knocking_session, size

CONTRACT = "fusion.repair.maintenance.contract"
VISIT = "fusion.repair.maintenance.visit"
SUBSCRIPTION = "fusion.repair.service.plan.subscription"
LINK = re.compile(r"/repairs/maintenance/book/([\w-]{43})")
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
CHOICE = re.compile(r'name="slot_key"')
UNIT = re.compile(r'<input[^>]*name="unit"[^>]*>')
VALUE = re.compile(r'value="([^"]+)"')
TAKEN = "Somebody was faster"


class HouseholdClient:
    """A browser at an address of its own, with the link of its reminder."""

    def __init__(self, server, token, number):
        self.url = f"{server.url}/repairs/maintenance/book/{token}"
        self.session = knocking_session()
        self.session.headers.update(
            {
                "X-Forwarded-For": f"203.0.113.{number + 1}",
                "X-Forwarded-Host": "127.0.0.1",
                "Connection": "close",
            }
        )

    def open(self):
        """Read the page and the openings, as a person does before the rush."""
        page = self.session.get(self.url, timeout=TIMEOUT_S)
        assert page.status_code == 200, page.status_code
        self.csrf = CSRF.search(page.text)[1]
        self.units = [VALUE.search(tag)[1] for tag in UNIT.findall(page.text)]
        body = {"jsonrpc": "2.0", "method": "call", "params": {}}
        answer = self.session.post(f"{self.url}/slots", json=body, timeout=TIMEOUT_S).json()
        self.slots = answer["result"]["slots"]
        return self

    def first_of_days(self):
        """:return: the first opening of each day"""
        found = {}
        for slot in self.slots:
            found.setdefault(slot["date"], slot)
        return [found[day] for day in sorted(found)]

    def confirm(self, slot, units=()):
        """:param units: keys of the units that stay ticked, default all
        :return: ``(status, where the page leads)``
        """
        answer = self.session.post(
            f"{self.url}/confirm",
            data={"csrf_token": self.csrf, "slot_key": slot["key"], "unit": units or self.units},
            allow_redirects=False,
            timeout=TIMEOUT_S,
        )
        return answer.status_code, answer.headers.get("Location", "")

    def follow(self, where):
        """:return: the page to which a confirmation led"""
        page = self.session.get(urljoin(self.url, where), timeout=TIMEOUT_S)
        assert page.status_code == 200, page.status_code
        return page.text


class TestParallelVisits(ServerCase):
    workers = 2
    options = ("--proxy-mode",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendars = cls.rpc("resource.calendar", "search", [])
        cls.rpc("resource.calendar", "write", calendars, {"tz": "UTC"})
        cls.rpc(
            "res.users",
            "create",
            {
                "name": "Racer",
                "login": "visit_racer",
                "x_fc_is_technician": True,
                "group_ids": [(6, 0, [cls.ref("fusion_tasks.group_technician")])],
            },
        )
        cls.category = cls.ref("fusion_repairs.category_stair_lift")
        cls.product = cls.rpc("product.product", "create", {"name": "Racing Lift"})
        known = cls.rpc(CONTRACT, "search", [])
        cls.rpc(CONTRACT, "write", known, {"active": False})

    def new_contracts(self, count, partner=None):
        """:return: contracts that are due soon, each of a client of its own unless told"""
        partners = [partner] * count if partner else self.rpc(
            "res.partner", "create",
            [{"name": f"Client {one}", "email": f"client{one}@example.com"}
             for one in range(count)],
        )  # fmt: skip
        values = {
            "product_id": self.product,
            "x_fc_policy_category_id": self.category,
            "x_fc_maintenance_fee": 149,
            "next_due_date": str(date.today() + timedelta(days=20)),  # noqa: DTZ011
            "state": "active",
        }
        return self.rpc(CONTRACT, "create", [{**values, "partner_id": one} for one in partners])

    def remind(self, contracts):
        """:return: the tokens of the reminders sent"""
        known = self.rpc("mail.mail", "search", [])
        cron, mails = self.ref("fusion_repairs.ir_cron_maintenance_due_reminders"), []
        for _run in range(10):  # a run ends with its share of time
            self.rpc("ir.cron", "method_direct_trigger", [cron])
            mails = self.rpc("mail.mail", "search_read", [("id", "not in", known)], ["body_html"])
            if len(mails) >= len(contracts):
                break
        tokens = [LINK.search(mail["body_html"])[1] for mail in mails]
        self.assertEqual(len(tokens), len(contracts))
        return tokens

    def open_clients(self, contracts):
        """Send the reminders and follow their links."""
        return self.open_tabs(self.remind(contracts))

    def open_tabs(self, tokens):
        return [
            HouseholdClient(self.server, token, number).open()
            for number, token in enumerate(tokens)
        ]

    def rush(self, clients, slots):
        """:return: where each was led"""
        with ThreadPoolExecutor(len(clients)) as pool:
            answers = list(pool.map(HouseholdClient.confirm, clients, slots))
        self.assertEqual({status for status, _where in answers}, {303})
        return [where for _status, where in answers]

    def assert_losers_choose_again(self, clients, wheres):
        """Told that it is gone, and offered other times."""
        for client, where in zip(clients, wheres, strict=True):
            if "notice=taken" in where:
                page = client.follow(where)
                self.assertIn(TAKEN, page)
                self.assertGreater(len(CHOICE.findall(page)), 1)

    def visits(self, contracts):
        domain = [("contract_id", "in", contracts), ("state", "=", "scheduled")]
        return self.rpc(
            VISIT, "search_read", domain, ["x_fc_fee", "technician_task_id", "contract_id"]
        )

    def test_one_opening_has_one_winner(self):
        contracts = self.new_contracts(size(20, 50))
        clients = self.open_clients(contracts)
        wheres = self.rush(clients, [client.first_of_days()[0] for client in clients])
        self.assertEqual(len([where for where in wheres if "/visit/" in where]), 1)
        self.assertEqual(
            len([where for where in wheres if "notice=taken" in where]), len(contracts) - 1
        )
        self.assertEqual(len(self.visits(contracts)), 1)
        self.assert_losers_choose_again(clients, wheres)
        self.rpc(CONTRACT, "action_cancel", contracts)

    def test_ten_openings_have_ten_winners(self):
        contracts = self.new_contracts(size(20, 200))
        clients = self.open_clients(contracts)
        wheres = self.rush(
            clients, [client.first_of_days()[number % 10] for number, client in enumerate(clients)]
        )
        self.assertEqual(len([where for where in wheres if "/visit/" in where]), 10)
        tasks = [visit["technician_task_id"][0] for visit in self.visits(contracts)]
        self.assertEqual(len(set(tasks)), 10)
        self.assert_losers_choose_again(clients, wheres)
        self.rpc(CONTRACT, "action_cancel", contracts)

    def test_two_tabs_of_one_household_make_one_visit(self):
        contracts = self.new_contracts(1)
        tabs = self.open_tabs(self.remind(contracts) * size(4, 10))
        slots = tabs[0].first_of_days()
        wheres = self.rush(tabs, slots[: len(tabs)])
        # the others learn of it from a list that is gone, or straight from the booked visit
        self.assertEqual(len([where for where in wheres if "new=1" in where]), 1)
        self.assertEqual(len(self.visits(contracts)), 1)
        tasks = [("x_fc_maintenance_contract_id", "in", contracts)]
        self.assertEqual(self.rpc("fusion.technician.task", "search_count", tasks), 1)
        for tab, where in zip(tabs, wheres, strict=True):
            page = tab.follow(where)
            self.assertNotIn(TAKEN, page)
            self.assertIn("Cancel the visit" if "/visit/" in where else "already booked", page)
        self.rpc(CONTRACT, "action_cancel", contracts)

    def set_household_booking(self, is_on):
        key = "fusion_repairs.household_booking"
        self.rpc("ir.config_parameter", "set_param", key, str(is_on))

    def remind_each(self, contracts):
        """:return: a link for each unit, as reminders of different days bring them"""
        self.set_household_booking(False)
        try:
            return self.remind(contracts)
        finally:
            self.set_household_booking(True)

    def test_links_that_share_units_book_each_once(self):
        """Two links of each unit of a household at one moment, each with a time of its own: some
        tick all units, some one or two. No unit is booked twice and nobody waits in a circle; who
        came late finds the visit or the units that are left."""
        for repeat in range(size(3, 10)):
            home = {"name": "Home", "email": f"home{repeat}@example.com"}
            contracts = self.new_contracts(3, self.rpc("res.partner", "create", home))
            tabs = self.open_tabs(self.remind_each(contracts) * 2)
            units = tabs[0].units
            self.assertEqual({len(set(tab.units) & set(units)) for tab in tabs}, {3})
            slots = [tab.first_of_days()[number] for number, tab in enumerate(tabs)]
            ticks = [units, units[1:], units[2:], units[:1], units, units[:2]]
            with ThreadPoolExecutor(len(tabs)) as pool:
                answers = list(pool.map(HouseholdClient.confirm, tabs, slots, ticks))
            self.assertEqual({status for status, _where in answers}, {303})
            wheres = [where for _status, where in answers]
            self.assertFalse([where for where in wheres if "taken" in where or "expired" in where])
            visits = self.visits(contracts)
            booked = [visit["contract_id"][0] for visit in visits]
            self.assertTrue(booked)
            self.assertEqual(len(booked), len(set(booked)))
            tasks = {visit["technician_task_id"][0] for visit in visits}
            self.assertEqual(len([where for where in wheres if "new=1" in where]), len(tasks))
            domain = [("x_fc_maintenance_contract_id", "in", contracts)]
            self.assertEqual(self.rpc("fusion.technician.task", "search_count", domain), len(tasks))
            self.rpc(CONTRACT, "action_cancel", contracts)
        self.assertCleanLog()

    def test_the_last_visit_of_a_plan_is_used_once(self):
        partner = self.rpc("res.partner", "create", {"name": "Two Units", "email": "two@x.example"})
        service = self.rpc("product.product", "create", {"name": "Plan", "type": "service"})
        plan = self.rpc(
            "fusion.repair.service.plan", "create",
            {"name": "Plan", "product_id": service, "visits_included": 1},
        )  # fmt: skip
        today = date.today()  # noqa: DTZ011
        subscription = self.rpc(
            SUBSCRIPTION,
            "create",
            {
                "plan_id": plan,
                "partner_id": partner,
                "date_start": str(today - timedelta(days=1)),
                "date_end": str(today + timedelta(days=365)),
            },
        )
        contracts = self.new_contracts(2, partner)
        self.set_household_booking(False)
        self.addCleanup(self.set_household_booking, True)
        clients = self.open_clients(contracts)
        self.rush(
            clients, [client.first_of_days()[number] for number, client in enumerate(clients)]
        )
        fees = sorted(visit["x_fc_fee"] for visit in self.visits(contracts))
        self.assertEqual(fees, [0, 149])
        used = self.rpc(SUBSCRIPTION, "read", [subscription], ["visits_used", "state"])[0]
        self.assertEqual((used["visits_used"], used["state"]), (1, "exhausted"))
        self.rpc(CONTRACT, "action_cancel", contracts)

    def test_the_log_is_clean(self):
        self.assertCleanLog()
