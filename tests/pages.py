"""Pages looked at in a real browser: phone and desktop, light and dark, tested by axe-core."""

import json

from toolbox import accessibility
from toolbox.browser import Browser

LOOKS = [((1280, 800), False), ((390, 844), True)]  # (size, whether dark)


class PageReader:
    """A mixin of a server's test case."""

    def assert_accessible(self, paths, area="html", login=None, ready="true", but=()):
        """No page breaks WCAG 2.1 A or AA.

        :param paths: below the server's address, or whole addresses
        :param area: CSS selector of what is ours; the rest is Odoo's
        :param login: of the user who looks; the password is the same. None: nobody
        :param ready: JavaScript that is true when the page can be tested
        :param but: names of axe's rules that do not hold for these pages
        """
        found = []
        with Browser() as browser:
            if login:
                self._sign_in(browser, login)
            for path in paths:
                url = path if path.startswith("http") else self.server.url + path
                for size, is_dark in LOOKS:
                    browser.resize(*size, dark=is_dark)
                    browser.open(url)
                    browser.wait_for(ready)
                    browser.wait_for(f"!!document.querySelector({json.dumps(area)})")
                    found += [
                        f"{path} {size} {'dark' if is_dark else 'light'}: {fault}"
                        for fault in accessibility.violations(browser, area, but)
                    ]
        self.assertEqual(found, [], "\n".join(found))

    def _sign_in(self, browser, login):
        browser.open(f"{self.server.url}/web/login")
        credentials = {"db": self.name, "login": login, "password": login}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": credentials})
        browser.evaluate(
            "fetch('/web/session/authenticate', {method: 'POST', headers: "
            f"{{'Content-Type': 'application/json'}}, body: {json.dumps(body)}}})"
            ".then((answer) => answer.json())"
        )
