"""WCAG 2.1, levels A and AA, tested by axe-core in the page that a browser shows."""

import json

from . import paths

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_AXE = paths.NODE / "node_modules" / "axe-core" / "axe.min.js"


def violations(browser, area="html", but=()):
    """Test what the browser shows now.

    :param browser: a :class:`toolbox.browser.Browser`
    :param area: CSS selector of the part that is ours
    :param but: names of rules to leave out
    :return: list of texts "rule: element (what is wrong)", empty when the page passes
    """
    browser.evaluate(_AXE.read_text() + ";true")
    rules = {name: {"enabled": False} for name in but}
    options = json.dumps({"runOnly": {"type": "tag", "values": LEVELS}, "rules": rules})
    return browser.evaluate(
        f"axe.run({json.dumps(area)}, {options}).then((result) => result.violations.flatMap("
        "(rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} "
        "(${node.failureSummary})`)))"
    )
