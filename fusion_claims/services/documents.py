"""What an uploaded file really is. Nothing in it is ever executed."""

import base64
import binascii
import io
import re
from collections import Counter

from odoo.tools.pdf import PdfReader, PdfWriter

#: Readers tolerate so many bytes before the header (ISO 32000-1, annex H 3.4.1).
_HEADER_WITHIN = 1024
#: A reader that comes to one place so often follows a circle; honest files need a few times.
_VISITS = 1000
#: Year and month of a form's edition.
EDITION = re.compile(r"20\d\d/(?:0[1-9]|1[0-2])")
#: Ontario prints number, language and edition at the foot of its forms: 1234-56E (2021/03).
_FOOT = re.compile(rf"\d{{4}}-\d{{2}}[EF]?\s*\(({EDITION.pattern})\)")
_PAGES_READ = 20  # for the foot; the forms have 14
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class DocumentFault(ValueError):
    """:param code: ``base64``, ``not_pdf``, ``too_large``, ``locked`` or ``empty``"""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class _PatientStream(io.BytesIO):
    """A file in which nobody goes in circles: a table that names itself as the one before it keeps
    pypdf 5.1 busy for ever (``_reader.py``, ``_read_xref_tables_and_trailers``)."""

    def __init__(self, raw):
        super().__init__(raw)
        self._visits = Counter()

    def seek(self, position, whence=io.SEEK_SET):
        if whence == io.SEEK_SET:
            self._visits[position] += 1
            if self._visits[position] > _VISITS:
                raise ValueError("The file leads in circles")
        return super().seek(position, whence)


def decode(data):
    """:param data: base64 as text or bytes
    :return: bytes
    :raise DocumentFault: base64"""
    try:
        return base64.b64decode(data or b"", validate=True)
    except (binascii.Error, ValueError):
        raise DocumentFault("base64") from None


def is_picture(raw):
    """PNG or JPEG by its first bytes."""
    return raw.startswith(_PICTURES)


def count_pages(raw, max_bytes):
    """:return: number of pages, False for a file that cannot be read
    :raise DocumentFault: no PDF, too large, password-protected, without a page"""
    if b"%PDF-" not in raw[:_HEADER_WITHIN]:
        raise DocumentFault("not_pdf")
    if len(raw) > max_bytes:
        raise DocumentFault("too_large")
    try:
        reader = PdfReader(_PatientStream(raw), strict=False)
        is_locked = reader.is_encrypted and not reader.decrypt("")
        pages = None if is_locked else len(reader.pages)
    except Exception:  # noqa: BLE001 - scanners write odd files; whatever a reader raises, it is one
        return False
    if is_locked:
        raise DocumentFault("locked")
    if not pages:
        raise DocumentFault("empty")
    return pages


def find_edition(raw):
    """:return: ``YYYY/MM`` that the foot of an Ontario form says, the oldest where pages differ;
    empty for a scan, another paper, or a file that cannot be read"""
    try:
        reader = PdfReader(_PatientStream(raw), strict=False)
        pages = reader.pages[:_PAGES_READ]
        found = [edition for page in pages for edition in _FOOT.findall(page.extract_text())]
    except Exception:  # noqa: BLE001 - see count_pages
        return ""
    return min(found, default="")


def merge(parts):
    """One PDF of all pages, without what pages would do by themselves when they are opened.

    :param parts: list of bytes, each a PDF that :func:`count_pages` could read
    :return: bytes
    """
    writer = PdfWriter()
    for raw in parts:
        reader = PdfReader(_PatientStream(raw), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        for page in reader.pages:
            page.pop("/AA", None)
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
