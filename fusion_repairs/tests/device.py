"""A person's device: one browser that is driven from page to page, pages without a script too."""

import json
import time
from contextlib import contextmanager

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

WAIT_S = 30
#: Finds the first visible element of a selector whose text holds a text.
FIND = """((selector, text) => [...document.querySelectorAll(selector)].find((one) =>
    one.getClientRects().length && (one.textContent + (one.value || '')).includes(text)))"""


class Device:
    def __init__(self, case, browser):
        self.case, self.browser = case, browser

    def open(self, path):
        self.browser.navigate_to(self.case.base_url() + path, wait_stop=True)

    def run(self, script):
        """:return: the value of a JavaScript expression; nothing while a page is being left"""
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": script, "awaitPromise": True, "returnByValue": True,
                    "userGesture": True},
            timeout=20,
        )  # fmt: skip
        return answer.get("result", {}).get("value")

    def wait(self, script, what=""):
        """:return: the first true value of the expression"""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            found = self.run(script)
            if found:
                return found
            time.sleep(0.1)
        text = self.run("document.body.innerText.slice(0, 3000)")
        self.browser.take_screenshot("device_").result(10)
        self.case.fail(f"waited for {what or script} on {self.run('location.pathname')}:\n{text}")

    def see(self, text, selector="body"):
        found = f"{FIND}({json.dumps(selector)}, {json.dumps(text)})"
        self.wait(f"Boolean({found})", f"{selector} {text!r}")

    def click(self, selector, text=""):
        found = f"{FIND}({json.dumps(selector)}, {json.dumps(text)})"
        self.wait(
            f"(() => {{ const one = {found}; if (!one || one.disabled) {{ return false; }}"
            " one.scrollIntoView({block: 'center'}); one.click(); return true; })()",
            f"{selector} {text!r}",
        )

    def fill(self, selector, value):
        self.wait(
            f"""(() => {{
                const one = {FIND}({json.dumps(selector)}, "");
                if (!one) {{ return false; }}
                one.focus();
                one.value = {json.dumps(value)};
                for (const name of ["input", "change", "blur"]) {{
                    one.dispatchEvent(new Event(name, {{ bubbles: name !== "blur" }}));
                }}
                return true;
            }})()""",
            selector,
        )

    def press(self, text):
        """A button of the status bar, which a phone keeps in a menu."""
        self.wait(
            f"""(() => {{
                const found = [...document.querySelectorAll(
                    ".o_statusbar_buttons button, .o-dropdown-item button")].find(
                    (one) => one.getClientRects().length && one.textContent.trim() === "{text}");
                if (found) {{ found.click(); return true; }}
                const more = document.querySelector(".o_statusbar_buttons button[title=More]");
                if (more && more.getAttribute("aria-expanded") !== "true") {{ more.click(); }}
                return false;
            }})()""",
            text,
        )

    def choose(self, field, text):
        """Type into a field that points to a record, and take what is offered."""
        place = f".o_field_widget[name={field}] input"
        self.click(place)
        self.fill(place, text)
        self.click(".o-autocomplete--dropdown-item a", text)

    def write_cell(self, cell, text):
        """Open a cell of a list and type into it."""
        self.wait(
            f"""(() => {{
                const cell = document.querySelector("{cell}");
                const isOpen = cell?.querySelector("input, textarea");
                if (!isOpen) {{ cell?.click(); }}
                return Boolean(isOpen);
            }})()""",
            cell,
        )
        self.fill(f"{cell} input, {cell} textarea", text)


class DeviceCase(HttpCase):
    def as_phone(self):
        self.browser_size, self.touch_enabled = "390,844", True

    def as_desktop(self):
        self.browser_size, self.touch_enabled = "1366,900", False

    @contextmanager
    def device(self, login=None):
        """Nobody is signed in without ``login``, whose password is the login."""
        browser = ChromeBrowser(self)
        with self.allow_requests(browser=browser):
            self.authenticate(login, login, browser=browser)
            self.cr.flush()
            self.cr.clear()
            try:
                yield Device(self, browser)
            finally:
                browser.navigate_to("about:blank", wait_stop=True)
                self._wait_remaining_requests()
                browser.stop()
        self.env.invalidate_all()
