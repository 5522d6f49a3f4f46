"""Reading Odoo's log: which tests ran, which failed and how long they took."""

import re
from collections import Counter
from datetime import datetime

from .outcome import Outcome

LINE = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d+ (?P<level>[A-Z]+) (?P<db>\S+) "
    r"(?P<logger>[\w.\-]+): (?P<text>.*)$"
)
STARTING = re.compile(r"^Starting (?P<name>\w+\.\w+) ?\.\.\.")
FAILED = re.compile(r"^(?:FAIL|ERROR): (?P<name>.*)")
TOTAL = re.compile(r"(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<ran>\d+) tests when")
#: Lines of Odoo's own that say nothing about our addons.
EXPECTED = [
    re.compile(r"Some modules are not loaded, some dependencies or manifest may be missing: \[\]"),
    re.compile(r"asn1crypto|pdfminer|python-ldap|phonenumbers"),
    re.compile(r"Wkhtmltopdf"),
]


def records(log):
    """Yield a dict per log record: time, level, db, logger, text; a traceback joins its text."""
    record = None
    with open(log, errors="replace") as lines:
        for line in lines:
            found = LINE.match(line)
            if found:
                if record:
                    yield record
                record = found.groupdict()
            elif record:
                record["text"] += "\n" + line.rstrip("\n")
    if record:
        yield record


def complaints(log):
    """:return: list of the WARNING and worse records of an installation, as text"""
    return [
        f"{record['level']} {record['logger']}: {record['text']}"
        for record in records(log)
        if record["level"] in ("WARNING", "ERROR", "CRITICAL")
        and not any(pattern.search(record["text"]) for pattern in EXPECTED)
    ]


def _seconds(begin, end):
    form = "%Y-%m-%d %H:%M:%S,%f"
    return (datetime.strptime(end, form) - datetime.strptime(begin, form)).total_seconds()


def read_tests(log):
    """:return: (Outcome, {test class: seconds})"""
    outcome, took, ran, failed = Outcome(), Counter(), 0, 0
    running = None
    for record in records(log):
        text = record["text"]
        starting = STARTING.match(text)
        total = TOTAL.search(text)
        if running and (starting or total):
            took[running[0].partition(".")[0]] += _seconds(running[1], record["time"])
            running = None
        if starting:
            running = (starting["name"], record["time"])
        elif total:
            ran += int(total["ran"])
            failed += int(total["failed"]) + int(total["errors"])
        elif record["level"] in ("ERROR", "CRITICAL"):
            found = FAILED.match(text)
            name = found["name"].partition("\n")[0] if found else f"log of {record['logger']}"
            outcome.fail(name, text)
        elif text.startswith("skipped "):
            outcome.skipped += 1
    outcome.passed = max(0, ran - failed - outcome.skipped)
    return outcome, took
