"""Headless Chromium over its DevTools protocol, for screenshots of the demo.

Needs websocket-client, so it is imported only after the test tools are installed.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from .progress import SetupError

START_S = 30
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    # A moving test picture for the camera, granted without a question.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Browser:
    """A context manager: one browser with one page and a profile of its own."""

    def __enter__(self):
        from websocket import create_connection

        self.profile = Path(tempfile.mkdtemp(prefix="fusion-browser-"))
        command = ["chromium", *FLAGS, f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            address = self._page_address()
            self.socket = create_connection(address, timeout=60, suppress_origin=True)
        except BaseException:
            self.__exit__()
            raise
        self.number = 0
        self.command("Page.enable")
        self.command("Runtime.enable")
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _page_address(self):
        port_file = self.profile / "DevToolsActivePort"
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if port_file.is_file() and port_file.read_text().count("\n"):
                port = port_file.read_text().splitlines()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    return pages[0]["webSocketDebuggerUrl"]
            time.sleep(0.1)
        raise SetupError("the browser did not start", "chromium --version")

    def command(self, method, **params):
        """:return: the protocol's result"""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SetupError(f"browser: {method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, script):
        """:return: the value of a JavaScript expression; a promise is awaited"""
        answer = self.command(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            fault = answer["exceptionDetails"]
            raise SetupError(f"browser: {fault.get('exception', fault).get('description', fault)}")
        return answer["result"].get("value")

    def wait_for(self, condition, seconds=30):
        """Wait until a JavaScript expression is true.

        :raise SetupError: when it is not in time
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.evaluate(condition):
                    return
            except SetupError:
                pass  # the page is between two documents
            time.sleep(0.1)
        raise SetupError(f"browser: waited {seconds} s for {condition}")

    def open(self, url):
        self.command("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def resize(self, width, height, scale=1, is_mobile=False, dark=False):
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=is_mobile,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def move_to(self, time_zone):
        """Show times as a device there would."""
        self.command("Emulation.setTimezoneOverride", timezoneId=time_zone)

    def picture(self, path):
        answer = self.command("Page.captureScreenshot", format="png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(answer["data"]))
