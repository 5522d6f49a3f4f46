"""A drawn signature, and the PDF that proves it."""

import base64
import binascii
import hashlib
import io
from xml.sax.saxutils import escape

from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import inch
from reportlab.platypus import Image as PdfImage
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE = 4000
_DARK = 200  # of 255: lighter than that is paper


def decode_signature(data, max_bytes, min_pixels):
    """:param data: base64 of a PNG, a ``data:`` prefix is tolerated
    :param min_pixels: so many dark dots make a stroke
    :return: bytes of the PNG
    :raise ValueError: blank, too large, no PNG"""
    text = (data or "").partition("base64,")[2] or (data or "")
    if len(text) > max_bytes * 4 // 3 + 4:
        raise ValueError("too large")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if not raw.startswith(_PNG):
        raise ValueError("no PNG")
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            if max(picture.size) > _MAX_SIDE:
                raise ValueError("too large")
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError("no PNG") from None
    dark = sum(paper.convert("L").histogram()[:_DARK])
    if dark < min_pixels:
        raise ValueError("blank")
    return raw


def digest(*parts):
    """:return: SHA-256 over texts, as 64 hex characters"""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def build_pdf(title, paragraphs, signature, facts, audit):
    """:param paragraphs: texts of the consent
    :param signature: bytes of the PNG
    :param facts: list of (label, value) above the signature
    :param audit: list of (label, value) beneath
    :return: bytes of a PDF"""
    styles = getSampleStyleSheet()
    story = [Paragraph(escape(title), styles["Title"])]
    for text in paragraphs:
        story += [Paragraph(escape(text).replace("\n", "<br/>"), styles["BodyText"]), Spacer(1, 8)]
    story += [_table(facts, styles), Spacer(1, 12)]
    picture = PdfImage(io.BytesIO(signature))
    scale = min(3.5 * inch / picture.imageWidth, 1.2 * inch / picture.imageHeight)
    picture.drawWidth, picture.drawHeight = picture.imageWidth * scale, picture.imageHeight * scale
    picture.hAlign = "LEFT"
    story += [picture, Spacer(1, 18), _table(audit, styles)]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=letter, title=title).build(story)
    return out.getvalue()


def _table(rows, styles):
    cells = [
        [Paragraph(escape(str(text)), styles["BodyText"]) for text in row] for row in rows if row[1]
    ]
    return Table(cells, colWidths=[2 * inch, 4.4 * inch], hAlign="LEFT")
