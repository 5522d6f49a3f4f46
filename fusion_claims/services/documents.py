"""What an uploaded file really is. Nothing in it is ever executed."""

import base64
import binascii
import io

from odoo.tools.pdf import PdfReader

#: Readers tolerate so many bytes before the header (ISO 32000-1, annex H 3.4.1).
_HEADER_WITHIN = 1024
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class DocumentFault(ValueError):
    """:param code: ``base64``, ``not_pdf``, ``too_large``, ``locked`` or ``empty``"""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


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
        reader = PdfReader(io.BytesIO(raw), strict=False)
        is_locked = reader.is_encrypted and not reader.decrypt("")
        pages = None if is_locked else len(reader.pages)
    except Exception:  # noqa: BLE001 - scanners write odd files; whatever a reader raises, it is one
        return False
    if is_locked:
        raise DocumentFault("locked")
    if not pages:
        raise DocumentFault("empty")
    return pages
