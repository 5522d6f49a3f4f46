import json
import os
import time
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from odoo.tests.common import (
    ChromeBrowser,
    ChromeBrowserException,
    HttpCase,
    _registry_test_lock,
)

_OFFLINE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SECONDS = 30

#: How much of any visit this tablet still holds.
KEPT = """new Promise((resolve) => {
    indexedDB.open("fusion_visit").onsuccess = async ({ target: { result } }) => {
        const count = (name) => new Promise((done) => {
            const rows = result.transaction(name).objectStore(name).count();
            rows.onsuccess = () => done(rows.result);
        });
        resolve([await count("ops"), await count("photos"), await count("snapshots")]);
    };
})"""


class Tablet:
    """A browser whose network can be cut, also for the service worker that serves its pages."""

    def __init__(self, browser, base_url):
        self.browser = browser
        self.base_url = base_url
        self.is_losing = False
        # Fetches that a cut network or a left page breaks are no faults; the harness overlooks them
        # once the story is over, and reports every other error all the same.
        browser._result.set_result(True)
        browser._handlers["Fetch.requestPaused"] = self._on_paused
        self.command(
            "Fetch.enable",
            patterns=[
                {"urlPattern": "*"},
                {"urlPattern": "*/sync", "requestStage": "Response"},
                {"urlPattern": "*/photo", "requestStage": "Response"},
                {"urlPattern": "*/complete", "requestStage": "Response"},
            ],
        )

    def _on_paused(self, **params):
        """The answers of changes get lost after the server has given them, while it says so."""
        if "responseStatusCode" in params:
            work = "Fetch.failRequest" if self.is_losing else "Fetch.continueRequest"
            extra = {"errorReason": "ConnectionAborted"} if self.is_losing else {}
            self.browser._websocket_send(work, params={"requestId": params["requestId"], **extra})
            return
        self.browser._handle_request_paused(**params)

    def command(self, method, session=None, **params):
        """:param session: of another target than the page"""
        if not session:
            return self.browser._websocket_request(method, params=params, timeout=SECONDS)
        number = next(self.browser._request_id)
        answer = self.browser._responses[number] = Future()
        self.browser.ws.send(
            json.dumps({"id": number, "method": method, "params": params, "sessionId": session})
        )
        return answer.result(timeout=SECONDS)

    def run(self, script):
        """:return: the value of an expression; a promise is awaited"""
        answer = self.command(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def wait(self, condition, seconds=SECONDS):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(AssertionError, KeyError, ChromeBrowserException):  # between pages
                if self.run(f"!!({condition})"):
                    return
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s for {condition}: {self.text()}")

    def text(self):
        return self.run("document.body.innerText")[:1500]

    def open(self, path):
        self.command("Page.navigate", url=self.base_url + path)
        self.wait(f"location.pathname === {json.dumps(urlsplit(path).path)}")

    def reload(self):
        self.run("window.isOldPage = true")
        self.command("Page.reload")
        self.wait("!window.isOldPage && document.readyState === 'complete'")

    # -- The network ------------------------------------------------------------------------------

    def _workers(self):
        targets = self.command("Target.getTargets")["targetInfos"]
        for target in targets:
            if target["type"] == "service_worker":
                answer = self.command(
                    "Target.attachToTarget", targetId=target["targetId"], flatten=True
                )
                yield answer["sessionId"]

    def cut(self, is_cut=True):
        for session in [None, *self._workers()]:
            self.command("Network.enable", session=session)
            self.command(
                "Network.emulateNetworkConditions", session=session, offline=is_cut, **_OFFLINE
            )

    def restore(self):
        self.cut(False)

    # -- What a person does -----------------------------------------------------------------------

    def press(self, selector):
        quoted = json.dumps(f"{selector}:not([disabled])")
        self.wait(f"document.querySelector({quoted})")
        self.run(f"document.querySelector({quoted}).click()")

    def fill(self, name, value):
        quoted = json.dumps(f"[name='{name}']")
        self.wait(f"document.querySelector({quoted})")
        self.run(
            f"""(() => {{
                const input = document.querySelector({quoted});
                input.focus();
                input.value = {json.dumps(value)};
                input.dispatchEvent(new Event("input", {{ bubbles: true }}));
                input.dispatchEvent(new Event("change", {{ bubbles: true }}));
                input.blur();
            }})()"""
        )

    def sent(self):
        """Wait until nothing is left on the tablet that the server does not know."""
        end = time.monotonic() + SECONDS
        while self.run(KEPT)[:2] != [0, 0]:
            if time.monotonic() > end:
                raise AssertionError(f"not sent within {SECONDS} s: {self.text()}")
            time.sleep(0.05)
        self.chip("Saved")

    def chip(self, text):
        self.wait(
            "document.querySelector('.o_fusion_visit_chip')?.textContent.includes("
            f"{json.dumps(text)})"
        )


class TabletCase(HttpCase):
    browser_size = "1280x800"

    @contextmanager
    def tablet(self, login, kind=Tablet):
        """:param login: nobody is signed in without one
        :return: a Tablet, or another ``kind``, that this person is signed in on"""
        browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                self.sign_in(browser, login)
                try:
                    yield kind(browser, self.base_url())
                finally:
                    browser.stop()
                    self._wait_remaining_requests()
        finally:
            self.env.invalidate_all()

    def sign_in(self, browser, login):
        """A page's requests share the connection that signs in here: they wait for it."""
        with _registry_test_lock:
            self.authenticate(login, login, browser=browser)
            self.cr.flush()
            self.cr.clear()


IS_HEAVY = os.environ.get("FUSION_HEAVY") == "1"
