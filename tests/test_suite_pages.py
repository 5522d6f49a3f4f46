"""The demo, built from nothing: every page of clients, employees and tablets, every mail and every
report in French, with no English text of ours; and nothing on a page that keeps anybody out."""

import json
import re
import time

from lxml import html

from toolbox import accessibility, catalogue, databases, paths
from toolbox.browser import Browser
from toolbox.demo import Demo

from .pages import PageReader
from .support import ServerCase, size

STILL_S = 0.3
FRENCH_BROWSER = "fr-CA"
TEXT = "document.body.innerText.trim()"
SHOWN = """
    [document.body.innerText,
     ...[...document.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap((node) =>
        ['aria-label', 'placeholder', 'title'].map((name) => node.getAttribute(name) || ''))
    ].join('\\n')"""
INJECTED = """
    [window.fusionInjected ? `ran ${window.fusionInjected}` : '',
     document.querySelector('fusion-injected') ? 'an element came from a text' : '',
     [...document.querySelectorAll('*')].some((node) => [...node.attributes].some((one) =>
        one.name.startsWith('on') && one.value.includes('fusionInjected'))) ? 'a handler' : '',
     [...document.querySelectorAll('a')].some((node) =>
        node.href.startsWith('javascript:window.fusion')) ? 'a link that runs' : '',
    ].filter((fault) => fault)"""
#: What a product of the demo and a kind of ours are both called; French for "load".
NAMES = {"Straight Stair Lift", "Charger"}
#: What a hostile text multiplies with its number, where a template computes it.
PRIME, MOST_TEXTS = 7919, 3000
#: A text of ours is looked for when it is long enough to be nobody's name.
LEAST_LETTERS = 6
PHONE, TABLET, DESKTOP = (390, 844), (800, 1280), (1280, 800)
#: A tablet on the wall that zooms is stuck there; where the technician is now is an event in real
#: time, which WCAG 2.2.1 excepts.
EXCEPT = {"/fusion_clock/kiosk": ["meta-viewport"], "/tasks/track/": ["meta-refresh"]}


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def fragments(text):
    """:return: list of the texts between the tags of a translated text"""
    return [squeeze(part) for part in re.split(r"<[^>]*>", text)]


def english_texts():
    """:return: {English text: addon}, of those that are another text in French"""
    found, french_texts = {}, set()
    for addon in paths.own_addons():
        texts = catalogue.entries(paths.addon_dir(addon) / "i18n" / "fr_CA.po")
        for text, french in texts.items():
            french_texts.update(fragments(french))
            for part in fragments(text):
                if len(part) >= LEAST_LETTERS and "%" not in part:
                    found.setdefault(part, addon)
    return {text: addon for text, addon in found.items() if text not in french_texts}


def read_json(said, title):
    """:return: what a script printed after its title"""
    return json.loads(re.search(f"^{title}=(.*)$", said, re.MULTILINE)[1])


def injected(part):
    """:return: what a hostile text became in a mail or a report, [] where it stayed text"""
    page = html.fromstring(f"<div>{part}</div>")
    found = page.xpath("//fusion-injected | //script[contains(., 'fusionInjected')]")
    found += page.xpath("//iframe[contains(@srcdoc, 'fusionInjected')]")
    found += page.xpath("//*[@*[starts-with(name(), 'on') and contains(., 'fusionInjected')]]")
    found += page.xpath("//a[starts-with(@href, 'javascript:')]")
    faults = [html.tostring(node, encoding="unicode")[:200] for node in found]
    computed = {str(PRIME * number) for number in range(1, MOST_TEXTS)}
    numbers = set(re.findall(r"\b\d{5,}\b", page.text_content()))
    return [*faults, *sorted(computed & numbers)]


class TestSuitePages(PageReader, ServerCase):
    @classmethod
    def copy_template(cls, environment, name):
        demo = Demo(cls.odoo, database=name)
        demo.build()
        said = databases.run_script(
            cls.odoo, name, "demo_pages.py", "demo-pages", "collecting the demo's pages"
        )
        cls.pages = read_json(said, "PAGES")
        cls.papers, cls.written, cls.headers = cls.write_papers(name)

    @classmethod
    def write_papers(cls, name):
        """:return: {mail or report: list of its HTML}, texts written in English before, the
        headers of the mails"""
        said = databases.run_script(
            cls.odoo, name, "demo_papers.py", "demo-papers", "writing the demo's mails and reports"
        )
        return [read_json(said, title) for title in ("PAPERS", "WRITTEN", "HEADERS")]

    def look_at(self, work):
        """:param work: called with (browser, login, path) on every page
        :return: what it found, in one list"""
        found = []
        for login, addresses in self.pages.items():
            with Browser() as browser:
                browser.open(f"{self.server.url}/web/login")
                if login == FRENCH_BROWSER:
                    browser.command("Network.enable")
                    headers = {"Accept-Language": login}
                    browser.command("Network.setExtraHTTPHeaders", headers=headers)
                elif login:
                    browser.evaluate("document.cookie = 'frontend_lang=fr_CA; path=/'")
                    self._sign_in(browser, login)
                for address in addresses:
                    found += [f"{login} {address} {what}" for what in work(browser, login, address)]
        return found

    def open_page(self, browser, address, looks=(DESKTOP, False)):
        """:return: what it shows, when that does not change any more: some pages are made by
        script"""
        browser.resize(*looks[0], dark=looks[1])
        browser.open(self.server.url + address)
        browser.wait_for(f"document.readyState === 'complete' && {TEXT}.length > 20")
        shown, before = browser.evaluate(SHOWN), None
        while shown != before:
            time.sleep(STILL_S)
            shown, before = browser.evaluate(SHOWN), shown
        return shown

    def test_no_english_text_of_ours(self):
        english = english_texts()
        self.assertGreater(len(english), 3000)

        def work(browser, _login, address):
            shown = {squeeze(line) for line in self.open_page(browser, address).splitlines()}
            return [f"{text!r} of {english[text]}" for text in sorted(shown & set(english) - NAMES)]

        found = self.look_at(work)
        self.assertEqual(found, [], "\n".join(found))

    def test_no_english_text_of_ours_on_paper(self):
        english = set(english_texts()) - NAMES - set(self.written)
        found = []
        for name, parts in self.papers.items():
            self.assertTrue(parts, f"the demo has no record for {name}")
            for part in parts:
                page = html.fromstring(f"<div>{part}</div>")
                shown = {squeeze(text) for text in page.xpath("//text()[not(ancestor::style)]")}
                found += [f"{name}: {text!r}" for text in sorted(shown & english)]
        self.assertEqual(found, [], "\n".join(found))

    def test_nothing_keeps_anybody_out(self):
        looks = size(
            [(PHONE, True)],
            [(shape, is_dark) for shape in (PHONE, TABLET, DESKTOP) for is_dark in (False, True)],
        )

        def work(browser, login, address):
            faults = []
            for look in looks:
                self.open_page(browser, address, look)
                has_frame = browser.evaluate("!!document.querySelector('#wrap')")
                but = sum((EXCEPT[start] for start in EXCEPT if address.startswith(start)), [])
                area = "#wrap" if has_frame else "html"
                found = accessibility.violations(browser, area, but)
                faults += [f"{look} {fault}" for fault in found]
            return faults

        found = self.look_at(work)
        self.assertEqual(found, [], "\n".join(found))
        self.assertCleanLog()

    def test_z_what_people_typed_stays_text(self):
        """Hostile texts in every text of ours: no page, mail or report runs one or breaks by one.
        Last by its name, because the demo is not the same afterwards."""
        said = databases.run_script(
            self.odoo, self.name, "inject.py", "inject", "placing hostile texts"
        )
        counts = read_json(said, "PLACED")
        self.assertGreater(counts["placed"], 300, counts)

        shown = set()

        def work(browser, _login, address):
            if "fusionInjected" in self.open_page(browser, address):
                shown.add(address)
            ran = browser.evaluate(INJECTED)
            status = browser.evaluate(
                "performance.getEntriesByType('navigation')[0].responseStatus"
            )
            return [*ran, *([f"status {status}"] if status >= 500 else [])]

        found = self.look_at(work)
        self.assertEqual(found, [], "\n".join(found))
        self.assertGreater(len(shown), 5, "nothing of it was seen")
        log = self.log.read_text(errors="replace")
        self.assertNotRegex(log, r"(?m)^2026-01-01 00:00:00,000 1 CRITICAL fusion injected")
        self.assertCleanLog()

        papers, _written, headers = self.write_papers(self.name)
        seen = {name for name, parts in papers.items() if "fusionInjected" in "".join(parts)}
        self.assertGreater(len(seen), 5, "nothing of it was written")
        self.assertEqual(
            {name: sum(map(injected, parts), []) for name, parts in papers.items()},
            dict.fromkeys(papers, []),
        )
        self.assertEqual(headers, self.headers)
