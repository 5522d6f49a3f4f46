"""The text of a report: its HTML body with the diagnostic table, and clean file names."""

import base64
import binascii
import re

from markupsafe import Markup

from .. import const
from ..utils import clean_text, scrub_url

_LINE_BREAK = re.compile(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_VALUE_MAX = 500  # characters of one diagnostic value
_ENTRIES = {"errors": 20, "failed_rpcs": 20, "navigations": 10}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
#: What the browser may tell, in the order of the table. Nothing else of ``context`` is read.
ROWS = [
    ("page", "Page"),
    ("action", "Action"),
    ("model", "Model / Record"),
    ("view", "View"),
    ("odoo_version", "Odoo version"),
    ("module_version", "Module version"),
    ("browser", "Browser"),
    ("screen", "Screen"),
    ("time", "Time"),
    ("errors", "Errors"),
    ("failed_rpcs", "Failed requests"),
    ("navigations", "Visited"),
]


class BadFile(Exception):
    """``name``: the refused file; ``code``: ``bad_attachment`` or ``too_large``."""

    def __init__(self, name, code="bad_attachment"):
        super().__init__(name)
        self.name = name
        self.code = code


def clean_line(text, limit):
    """:return: one trimmed line of at most ``limit`` characters"""
    text = text if isinstance(text, str) else ""
    return _LINE_BREAK.sub(" ", clean_text(text, len(text))).strip()[:limit]


def build_body(description, user_row, context=None):
    """:param user_row: ``NAME (#UID, LOGIN)``
    :param context: diagnostics of the browser, None where the box is not ticked
    :return: HTML, the user's text escaped
    """
    body = Markup("<p>%s</p>") % Markup("<br/>").join(description.split("\n"))
    if context is None:
        return str(body)
    rows = [("User", user_row), *_read_context(context)]
    cells = Markup("").join(
        Markup("<tr><td>%s</td><td><code>%s</code></td></tr>") % row for row in rows
    )
    return str(body + Markup("<table><tbody>%s</tbody></table>") % cells)


def _read_context(context):
    """Yield (label, text) of what is known; addresses lose their secrets."""
    for name, label in ROWS:
        value = context.get(name)
        if isinstance(value, list):
            lines = [clean_line(item, _VALUE_MAX) for item in value[: _ENTRIES.get(name, 0)]]
            value = Markup("<br/>").join(_scrub_words(line) for line in lines if line)
        else:
            value = _scrub_words(clean_line(value, _VALUE_MAX))
        if value:
            yield label, value


def _scrub_words(line):
    return " ".join(scrub_url(word) if "=" in word else word for word in line.split(" "))


def read_fingerprint(context):
    """:return: 64 hex digits of the newest error, empty where there are none"""
    text = context.get("fingerprint")
    return text if isinstance(text, str) and _FINGERPRINT.fullmatch(text) else ""


def clean_file_name(name, fallback="attachment"):
    """:return: a file's name without path, control and direction characters"""
    name = clean_text(name, 4096) if isinstance(name, str) else ""
    name = _CONTROL.sub("", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return name[-200:] or fallback


def read_files(attachments, limits):
    """Decode and check what the browser sent, before anything is stored.

    :param attachments: list of ``{"name", "mimetype", "data": base64}``
    :param limits: dict of ``max_files``, ``max_file_mb``, ``max_total_mb``
    :return: list of ``{"name", "mimetype", "raw": bytes}``
    :raise BadFile: naming the file that is refused
    """
    if not isinstance(attachments or [], list):
        raise BadFile(clean_file_name(""))
    files, total = [], 0
    for number, item in enumerate(attachments or []):
        found = _read_file(item)
        total += len(found["raw"])
        is_large = len(found["raw"]) > limits["max_file_mb"] * const.MB
        if number >= limits["max_files"] or is_large or total > limits["max_total_mb"] * const.MB:
            raise BadFile(found["name"], "too_large")
        files.append(found)
    return files


def _read_file(item):
    if not isinstance(item, dict):
        raise BadFile(clean_file_name(""))
    name, data = clean_file_name(item.get("name")), item.get("data")
    try:
        raw = base64.b64decode(data if isinstance(data, str) else b"*", validate=True)
    except (binascii.Error, ValueError):
        raise BadFile(name) from None
    mimetype = clean_line(item.get("mimetype"), 100)
    is_type = re.fullmatch(r"[\w.+-]+/[\w.+-]+", mimetype)
    return {
        "name": name,
        "mimetype": mimetype if is_type else "application/octet-stream",
        "raw": raw,
    }
