"""Two people, two devices, one moment: real parallel requests at two worker processes."""

import base64
import io
import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from PIL import Image, ImageDraw

from .portal_support import VISIT, PortalServerCase
from .support import TIMEOUT_S, Client, knocking_session, size

ACCESSIBILITY = "fusion.accessibility.assessment"
LINK = re.compile(r"/page11/sign/([\w-]{43})")
RAMP = {"ramp_rise": "24"}
TUB = {"tub_material": "acrylic", "tub_length": "60", "tub_wall_height": "15", "tub_rim_width": "3"}
ROLLATOR = {
    "client_weight": "180", "reason_for_application": "first_access", "rollator_type": "type2",
    "wrist_height": "33",
}  # fmt: skip


def draw(end):
    """:return: base64 text of a signature, another one for each ``end``"""
    picture, out = Image.new("RGBA", (300, 100), (0, 0, 0, 0)), io.BytesIO()
    ImageDraw.Draw(picture).line([(10, 80), (150, 20), (280, end)], fill="black", width=4)
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


class TestPortalRaces(PortalServerCase):
    database = "portal_races"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rpc("ir.config_parameter", "set_param", "fusion_claims.enable_email_notifications",
                "True")  # fmt: skip
        cls.tablets = [Client(cls.server, cls.name, login) for login in ("rita", "ravi")]
        cls.olive = Client(cls.server, cls.name, "olive")

    def at_once(self, *calls):
        """:param calls: (client, path, parameters)
        :return: the answers"""
        with ThreadPoolExecutor(len(calls)) as pool:
            running = [pool.submit(client.call, path, **params) for client, path, params in calls]
            return [call.result() for call in running]

    def add(self, visit, kind, item_type, values):
        """:return: (key of the item, its revision)"""
        ref = str(uuid4())
        answer = self.tablets[0].call(f"/my/visit/{visit}/sync", ops=[
            {"uuid": str(uuid4()), "type": "create", "target": kind, "ref": ref,
             "item_type": item_type, "values": values, "base_rev": 0}
        ])  # fmt: skip
        [result] = answer["results"]
        self.assertEqual((result["status"], result["errors"]), ("applied", {}))
        return ref, result["rev"]

    def update(self, ref, rev, values):
        return {"ops": [{"uuid": str(uuid4()), "type": "update", "target": "accessibility",
                         "ref": ref, "values": values, "base_rev": rev}]}  # fmt: skip

    def test_two_tablets_edit_one_item(self):
        """Other fields are merged; of one field the slower tablet is told both values."""
        visit = self.new_visit()
        path = f"/my/visit/{visit}/sync"
        ref, rev = self.add(visit, "accessibility", "ramp", RAMP)
        for turn in range(size(5, 50)):
            widths = (30 + turn % 10, 50 + turn % 10)
            sent = [
                {"ramp_width": str(widths[0]), "ramp_available_run": str(600 + turn)},
                {"ramp_width": str(widths[1]), "notes": f"Turn {turn}"},
            ]
            answers = self.at_once(
                *[(tablet, path, self.update(ref, rev, values))
                  for tablet, values in zip(self.tablets, sent, strict=True)]
            )  # fmt: skip
            results = [answer["results"][0] for answer in answers]
            self.assertEqual(sorted(one["status"] for one in results), ["applied", "partial"])
            loser = [one["status"] for one in results].index("partial")
            conflict = {"mine": str(widths[loser]), "theirs": widths[1 - loser]}
            self.assertEqual(results[loser]["conflicts"], {"ramp_width": conflict})
            [row] = self.rows(ACCESSIBILITY, visit, "ramp_width", "ramp_available_run", "notes")
            self.assertEqual(
                (row["ramp_width"], row["ramp_available_run"], row["notes"]),
                (widths[1 - loser], 600 + turn, f"Turn {turn}"),
            )
            rev = max(one["rev"] for one in results)

    def test_two_tablets_add_what_does_not_go_together(self):
        """Of two seated devices one is added, and the other tablet is told why its is not."""
        for _turn in range(size(3, 30)):
            visit = self.new_visit()
            devices = ("wheelchair", "scooter")
            answers = self.at_once(
                *[(tablet, f"/my/visit/{visit}/item/add", {"kind": "adp", "item_type": device})
                  for tablet, device in zip(self.tablets, devices, strict=True)]
            )  # fmt: skip
            added = [one for one in answers if "id" in one]
            refused = [one["error"]["code"] for one in answers if "error" in one]
            self.assertEqual((len(added), refused), (1, ["combination"]))
            self.assertEqual(len(self.rows("fusion.assessment", visit, "id")), 1)

    def test_completed_by_two_people_at_once(self):
        for _turn in range(size(2, 20)):
            visit = self.new_visit()
            self.add(visit, "accessibility", "ramp", {**RAMP, "x_fc_funding_source": "hardship"})
            self.add(visit, "accessibility", "tub_cutout",
                     {**TUB, "x_fc_funding_source": "direct_private"})  # fmt: skip
            self.add(visit, "adp", "rollator", ROLLATOR)
            path = f"/my/visit/{visit}/complete"
            answers = self.at_once(*[(tablet, path, {}) for tablet in self.tablets * 3])
            orders = self.rows("sale.order", visit, "name", "x_fc_sale_type", "message_ids")
            self.assertEqual(
                sorted(row["x_fc_sale_type"] for row in orders),
                ["adp", "direct_private", "hardship"],
            )
            for answer in answers:
                self.assertEqual(
                    sorted(row["name"] for row in answer["orders"]),
                    sorted(row["name"] for row in orders),
                )
            done = self.rpc(VISIT, "read", [visit], ["state", "completion_count"])[0]
            self.assertEqual((done["state"], done["completion_count"]), ("done", 1))
            ids = [row["id"] for row in orders]
            names = ["order_id", "recipient_email"]
            mails = self.rpc(
                "fusion.claims.email.log", "search_read", [("order_id", "in", ids)], names
            )
            pairs = [(row["order_id"][0], row["recipient_email"]) for row in mails]
            self.assertEqual(len(pairs), len(set(pairs)))
            self.assertIn("nora@example.com", {email for _order, email in pairs})

    def test_completed_while_somebody_still_measures(self):
        """The value is in the order's notes, or its tablet hears that the visit is closed."""
        for turn in range(size(3, 30)):
            visit = self.new_visit()
            ref, rev = self.add(visit, "accessibility", "ramp", RAMP)
            completed, synced = self.at_once(
                (self.tablets[0], f"/my/visit/{visit}/complete", {}),
                (self.tablets[1], f"/my/visit/{visit}/sync",
                 self.update(ref, rev, {"ramp_rise": str(50 + turn)})),
            )  # fmt: skip
            self.assertEqual(len(completed["orders"]), 1)
            [result] = synced["results"]
            [row] = self.rows(ACCESSIBILITY, visit, "ramp_rise", "state", "sale_order_id")
            notes = self.rpc(
                "mail.message", "search_read",
                [("model", "=", "sale.order"), ("res_id", "=", row["sale_order_id"][0]),
                 ("body", "ilike", "<table")], ["body"],
            )  # fmt: skip
            self.assertEqual((row["state"], len(notes)), ("completed", 1))
            if result["status"] == "applied":
                self.assertEqual(row["ramp_rise"], 50 + turn)
                self.assertIn(f"{50 + turn}", notes[0]["body"])
            else:
                self.assertEqual((result["error"], row["ramp_rise"]), ("closed", 24))

    def test_authorizer_and_applicant_sign_at_once(self):
        for _turn in range(size(3, 30)):
            visit = self.new_visit()
            self.add(visit, "adp", "rollator", ROLLATOR)
            [item] = self.rows("fusion.assessment", visit, "id")
            path = f"/my/visit/{visit}/item/{item['id']}/sign"
            answers = self.at_once(
                (self.olive, path, {"role": "authorizer", "name": "Olive Therapist",
                                    "signature": draw(80), "consent": True}),
                (self.tablets[0], path, {"role": "applicant", "name": "Nora Newell",
                                         "signature": draw(40), "consent": True}),
            )  # fmt: skip
            self.assertEqual(answers, [{"ok": True}] * 2)
            [row] = self.rows("fusion.assessment", visit, "state", "authorizer_signed_name",
                              "applicant_signed_name")  # fmt: skip
            self.assertEqual(
                (row["state"], row["authorizer_signed_name"], row["applicant_signed_name"]),
                ("signed", "Olive Therapist", "Nora Newell"),
            )

    def test_two_sign_as_the_authorizer_at_once(self):
        for _turn in range(size(3, 30)):
            visit = self.new_visit()
            self.add(visit, "adp", "rollator", ROLLATOR)
            [item] = self.rows("fusion.assessment", visit, "id")
            path = f"/my/visit/{visit}/item/{item['id']}/sign"
            names = ("Olive Therapist", "Otto Therapist")
            answers = self.at_once(
                *[(client, path, {"role": "authorizer", "name": name, "signature": draw(80),
                                  "consent": True})
                  for client, name in zip((self.olive, self.tablets[0]), names, strict=True)]
            )  # fmt: skip
            [row] = self.rows("fusion.assessment", visit, "authorizer_signed_name")
            winner = names[answers.index({"ok": True})]
            [loser] = [answer for answer in answers if "error" in answer]
            self.assertEqual(row["authorizer_signed_name"], winner)
            self.assertIn(f"{winner} has signed already", loser["error"]["message"])

    def test_two_sign_behind_one_link_at_once(self):
        visit = self.new_visit()
        self.add(visit, "adp", "rollator", ROLLATOR)
        self.tablets[0].call(f"/my/visit/{visit}/complete")
        [order] = self.rows("sale.order", visit, "id")
        for _turn in range(size(2, 10)):
            asked = self.rpc(
                "fusion.page11.sign.request", "create",
                {"sale_order_id": order["id"], "signer_name": "Nora Newell",
                 "signer_email": "nora@example.com"},
            )  # fmt: skip
            self.rpc("fusion.page11.sign.request", "action_send", [asked])
            [mail] = self.rpc("mail.mail", "search_read", [("body_html", "ilike", "/page11/sign/")],
                              ["body_html"], order="id desc", limit=1)  # fmt: skip
            url = f"{self.server.url}/page11/sign/{LINK.search(mail['body_html'])[1]}/submit"
            names = ("Nora Newell", "Norman Newell", "Nadia Newell", "Ned Newell")
            with ThreadPoolExecutor(len(names)) as pool:
                answers = list(pool.map(lambda name, url=url: self.submit(url, name), names))
            wins = [place for place, one in enumerate(answers) if one.get("force_refresh")]
            self.assertEqual(len(wins), 1, answers)
            told = [one["error"] for one in answers if "error" in one]
            self.assertEqual(len(told), len(names) - 1)
            self.assertTrue(all("signed already" in text for text in told), told)
            [row] = self.rpc("fusion.page11.sign.request", "read", [asked],
                             ["state", "signed_name"])  # fmt: skip
            self.assertEqual((row["state"], row["signed_name"]), ("signed", names[wins[0]]))

    def submit(self, url, name):
        """:return: the answer to a person without a login"""
        params = {"name": name, "signature": draw(len(name)), "signer_type": "applicant",
                  "consent": True}  # fmt: skip
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = knocking_session().post(
            url, json=body, headers={"Connection": "close"}, timeout=TIMEOUT_S
        )
        return answer.json()["result"]

    def test_the_log_is_clean(self):
        self.assertCleanLog()
