"""QR codes as pictures, drawn by the library of Odoo's two-factor page."""

import base64
import io

import qrcode


def make_qr(text):
    """:return: base64 of a PNG"""
    buffer = io.BytesIO()
    qrcode.make(text.encode(), box_size=6, border=2).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue())
