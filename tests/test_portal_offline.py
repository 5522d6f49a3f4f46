"""A tablet in a cellar: the wire is cut, the server is killed, the page is torn down while somebody
measures, and nothing that was typed is lost or there twice."""

import io
import json
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from PIL import Image
from websocket import create_connection

from toolbox import paths
from toolbox.browser import Browser
from toolbox.progress import SetupError
from toolbox.server import Server

from .portal_relay import Wire
from .portal_support import VISIT, PortalServerCase
from .support import TIMEOUT_S, Client, size

ACCESSIBILITY = "fusion.accessibility.assessment"
PHOTO = "fusion.assessment.photo"
LOST_TYPING_S = 5
FIELDS = ("ramp_rise", "ramp_width", "ramp_available_run", "notes")
SHOWN = """Boolean(document.querySelector(".o_fusion_visit_cards")
    && document.querySelector("[data-step=add]"))"""
FORM = "Boolean(document.querySelector('[data-form=ramp] [name=notes]'))"
IS_KEPT = """caches.match('/my/visit/shell').then(
    (page) => Boolean(page && navigator.serviceWorker.controller))"""
WAITING = """new Promise((resolve) => {
    indexedDB.open("fusion_visit").onsuccess = async ({ target: { result } }) => {
        const rowsOf = (name) => new Promise((done) => {
            const rows = result.transaction(name).objectStore(name).getAll();
            rows.onsuccess = () => done(rows.result);
        });
        resolve([...(await rowsOf("ops")), ...(await rowsOf("photos"))]);
    };
})"""
TAKE = """(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 400; canvas.height = 300;
    canvas.getContext("2d").fillRect(20, 20, 10 + NUMBER, 100);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "ramp.png", { type: "image/png" }));
    const input = document.querySelector("[data-slot='front']");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
})()"""


class TornBrowser(Browser):
    """Its page can be torn down: no script of it hears of that, and nobody is asked."""

    spare = None

    def tear_page(self):
        if not self.spare:
            self.spare = self.command("Target.createTarget", url="about:blank")["targetId"]
        pages = self.command("Target.getTargets")["targetInfos"]
        for page in pages:
            if page["type"] == "page" and page["targetId"] != self.spare:
                torn = page["targetId"]
        self.socket.send(
            json.dumps({"id": 0, "method": "Target.closeTarget", "params": {"targetId": torn}})
        )
        port = (self.profile / "DevToolsActivePort").read_text().splitlines()[0]
        self.socket = create_connection(
            f"ws://127.0.0.1:{port}/devtools/page/{self.spare}", timeout=60, suppress_origin=True
        )
        self.command("Page.enable")
        self.command("Runtime.enable")
        self.spare = self.command("Target.createTarget", url="about:blank", background=True)[
            "targetId"
        ]


class FieldTablet:
    """What a rep does on a tablet, and what must be on it and on the server afterwards."""

    def __init__(self, browser, wire):
        self.browser, self.wire = browser, wire
        self.visit = None
        self.expected = {}  # {visit: {field: text}}
        self.photos = {}  # {visit: number}
        self.typed = {}  # {(visit, field): list of (moment, text)}
        self.torn_at = {}  # {visit: moment}
        self.lost_s = []

    def sign_in(self, database, login):
        self.browser.open(f"{self.wire.url}/web/login")
        params = {"db": database, "login": login, "password": login}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        self.browser.evaluate(
            "fetch('/web/session/authenticate', {method: 'POST', headers: "
            f"{{'Content-Type': 'application/json'}}, body: {json.dumps(body)}}})"
            ".then((answer) => answer.json())"
        )

    def open(self, visit):
        self.visit = visit
        self.browser.tear_page()
        self.browser.command("Page.navigate", url=f"{self.wire.url}/my/visit/{visit}")
        self.browser.wait_for(SHOWN, 90)

    def prepare(self, visit):
        """Open a visit at home, where there is a network, and add a ramp to it."""
        self.open(visit)
        self.browser.wait_for(IS_KEPT)
        self.press("[data-step='add']")
        self.press("[data-add='ramp']")
        self.browser.wait_for(FORM)
        self.expected[visit] = {}
        self.photos[visit] = 0

    def press(self, selector):
        quoted = json.dumps(f"{selector}:not([disabled])")
        self.browser.wait_for(f"Boolean(document.querySelector({quoted}))")
        self.browser.evaluate(f"document.querySelector({quoted}).click()")

    def show_ramp(self):
        if not self.browser.evaluate("Boolean(document.querySelector('[data-form=ramp]'))"):
            self.press("[data-type='ramp'] button")
            self.browser.wait_for(FORM)

    def type(self, field, text, leaves):
        """:param leaves: whether the person goes on to another field at once"""
        self.show_ramp()
        self.expected[self.visit][field] = text
        typed = self.typed.setdefault((self.visit, field), [(0, "")])
        typed.append((time.monotonic(), text))
        self.browser.evaluate(
            f"""(() => {{
                const input = document.querySelector("[name={field}]");
                input.focus();
                input.value = {json.dumps(text)};
                input.dispatchEvent(new Event("input", {{ bubbles: true }}));
                if ({json.dumps(leaves)}) {{
                    input.blur();
                }}
            }})()"""
        )

    def photograph(self, number):
        self.show_ramp()
        self.browser.evaluate(TAKE.replace("NUMBER", str(number)))
        self.photos[self.visit] += 1

    def reopen(self, visit):
        """The page is gone in the middle of it; the person opens a visit again."""
        self.torn_at[self.visit] = time.monotonic()
        self.open(visit)
        self.show_ramp()
        for field, text in self.expected[visit].items():
            shown = self.browser.evaluate(f"document.querySelector('[name={field}]').value")
            if shown == text:
                continue
            typed = self.typed[visit, field]
            texts = [one for _moment, one in typed]
            assert shown in texts, f"{field} is {shown}, typed was {texts}"
            first_lost, _text = typed[texts.index(shown) + 1]
            self.lost_s.append(self.torn_at[visit] - first_lost)
            self.expected[visit][field] = shown

    def go_online(self):
        self.wire.restore()
        with suppress(SetupError):  # the page may be between two documents
            self.browser.evaluate("window.dispatchEvent(new Event('online'))")

    def send_all(self):
        """Every visit is opened once more where there is a network."""
        for visit in self.expected:
            self.reopen(visit)
            self.browser.wait_for(
                "document.querySelector('.o_fusion_visit_chip').textContent.trim() === 'Saved'", 90
            )
            left = self.browser.evaluate(WAITING)
            assert not [row for row in left if row["visit_id"] == visit], left


class TestPortalOffline(PortalServerCase):
    database = "portal_offline"

    def restart(self):
        """The machine loses power: no worker says goodbye. It takes a while to come back."""
        self.server.kill()
        type(self).server = self.enterClassContext_(
            Server(
                self.odoo,
                self.name,
                self.server.port,
                workers=self.workers,
                log=paths.TEST_RESULTS / f"server_{type(self).__name__}.log",
                options=["--max-cron-threads=0", "--limit-time-real=120"],
            )
        )

    def test_nothing_typed_is_lost_or_there_twice(self):
        edits, cuts, kills = size(20, 300), size(2, 20), size(1, 5)
        visits = [self.new_visit(authorizer_id=False) for _number in range(size(2, 5))]
        chance = random.Random(8)
        faults = {place: [] for place in range(edits)}
        for what, count in (("cut", cuts), ("kill", kills), ("tear", cuts), ("photo", cuts),
                            ("move", size(1, 15))):  # fmt: skip
            for number in range(count):
                faults[(number + 1) * edits // (count + 1)].append(what)
        with Wire(self.server.port) as wire, TornBrowser() as browser:
            tablet = FieldTablet(browser, wire)
            tablet.sign_in(self.name, "rita")
            for visit in visits:
                tablet.prepare(visit)
            self.measure(tablet, chance, faults)
            tablet.send_all()
        sys.stdout.write(
            f"\n{edits} edits, {cuts} cuts, {kills} kills, {sum(tablet.photos.values())} photos: "
            f"typing lost at most {max(tablet.lost_s, default=0):.2f} s\n"
        )
        self.assertLess(max(tablet.lost_s, default=0), LOST_TYPING_S)
        for visit in visits:
            self.check(visit, tablet)

    def measure(self, tablet, chance, faults):
        starting = None
        for place, what in faults.items():
            if "kill" in what:
                if starting:
                    starting.join()
                starting = threading.Thread(target=self.restart)
                starting.start()
            if "cut" in what:
                tablet.wire.cut()
            if "move" in what:
                tablet.reopen(chance.choice(list(tablet.expected)))
            if "photo" in what:
                tablet.photograph(place)
                time.sleep(0.4)  # on the disk, as a person has put the tablet down
            field = chance.choice(FIELDS)
            number = place + 1
            text = f"Note {number}" if field == "notes" else f"{number / 4:g}"
            tablet.type(field, text, leaves=chance.random() < 0.5)
            time.sleep(chance.uniform(0, 0.3))
            if "tear" in what:
                tablet.reopen(tablet.visit)
            if tablet.wire.is_cut and "cut" not in what and chance.random() < 0.4:
                tablet.go_online()
        if starting:
            starting.join()
        tablet.go_online()

    def check(self, visit, tablet):
        ramps = self.rows(ACCESSIBILITY, visit, *FIELDS, "raw_values")
        self.assertEqual(len(ramps), 1)
        for name, text in tablet.expected[visit].items():
            wanted = (text or False) if name == "notes" else float(text or 0)
            self.assertEqual(ramps[0][name], wanted, (visit, name))
        self.assertFalse(ramps[0]["raw_values"])
        self.assertEqual(len(self.rows(PHOTO, visit, "id")), tablet.photos[visit])

    def test_a_submission_sent_again_and_again_makes_one_record(self):
        visit, times = self.new_visit(), size(25, 100)
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
        ref, key = str(uuid4()), str(uuid4())
        ops = [
            {"uuid": str(uuid4()), "type": "create", "target": "accessibility", "ref": ref,
             "item_type": "ramp", "values": {}, "base_rev": 0},
            {"uuid": str(uuid4()), "type": "update", "target": "accessibility", "ref": ref,
             "values": {"ramp_rise": "24"}, "base_rev": 0},
        ]  # fmt: skip
        tablets = [Client(self.server, self.name, "rita") for _number in range(4)]

        def photograph(number):
            tablet = tablets[number % len(tablets)]
            token = tablet.call(f"/my/visit/{visit}/state")["csrf_token"]
            answer = tablet.session.post(
                f"{self.server.url}/my/visit/{visit}/photo",
                data={"csrf_token": token, "client_uuid": key, "slot": "front"},
                files={"file": ("photo.jpg", picture.getvalue(), "image/jpeg")},
                headers={"Connection": "close"},
                timeout=TIMEOUT_S,
            )
            return answer.status_code, answer.json().get("id")

        def send(number, path, **params):
            return tablets[number % len(tablets)].call(f"/my/visit/{visit}/{path}", **params)

        with ThreadPoolExecutor(len(tablets)) as pool:
            answers = list(pool.map(lambda n: send(n, "sync", ops=ops), range(times)))
            statuses = [row["status"] for answer in answers for row in answer["results"]]
            self.assertEqual(sorted(set(statuses)), ["applied", "duplicate"])
            self.assertEqual(statuses.count("applied"), 2)
            photos = set(pool.map(photograph, range(times)))
            orders = [
                answer["orders"] for answer in pool.map(lambda n: send(n, "complete"), range(times))
            ]
        self.assertEqual([status for status, _id in photos], [200])
        self.assertEqual(len(self.rows(ACCESSIBILITY, visit, "id")), 1)
        self.assertEqual(len(self.rows("fusion.visit.op", visit, "id")), 2)
        self.assertEqual(len(self.rows(PHOTO, visit, "id")), 1)
        self.assertEqual(len(self.rows("sale.order", visit, "id")), 1)
        self.assertEqual({row["name"] for row in orders[0]}, {row["name"] for row in orders[-1]})
        done = self.rpc(VISIT, "read", [visit], ["completion_count"])[0]
        self.assertEqual(done["completion_count"], 1)
