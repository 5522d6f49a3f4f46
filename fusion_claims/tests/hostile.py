"""Sixty files that somebody could upload as a PDF, made here byte by byte."""

import base64
import io
import zipfile
import zlib

from odoo.tools.pdf import PdfReader, PdfWriter

from .common import make_pdf

NOT_PDF, LOCKED, EMPTY, BASE64 = "not_pdf", "locked", "empty", "base64"
#: Taken and shown as "(could not read PDF)": scanners write odd files, and a clerk looks at it.
UNREADABLE = False


def build(objects, root=b"<</Type/Catalog/Pages 2 0 R>>", trailer=b"", header=b"%PDF-1.7\n"):
    """:param objects: {number: bytes of the object}
    :return: bytes of a PDF with a right cross-reference table"""
    out, places = bytearray(header), {}
    for number, body in {1: root, **objects}.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(places) + 1)
    for number in range(1, max(places) + 1):
        out += b"%010d 00000 %c \n" % (places.get(number, 0), b"n" if number in places else b"f")
    size = max(places) + 1
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def stream(data, extra=b""):
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), extra, data)


ONE = {2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: b"<</Type/Page/Parent 2 0 R>>"}
PLAIN = base64.b64decode(make_pdf(3))


def page_with(action, **objects):
    """One page whose opening, or whose annotation, does something."""
    extra = {int(name[1:]): body for name, body in objects.items()}
    root = b"<</Type/Catalog/Pages 2 0 R/OpenAction %s>>" % action
    return build({**ONE, **extra}, root)


def encrypted(user, owner, algorithm):
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(PLAIN)).pages:
        writer.add_page(page)
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def impostors():
    """Other kinds of files under a PDF's name."""
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    return {
        "nothing but blanks": (b" " * 2000, NOT_PDF),
        "plain text": (b"Dear clerk, the form is in my other mail.", NOT_PDF),
        "a Windows program": (b"MZ" + bytes(3000), NOT_PDF),
        "a Linux program": (b"\x7fELF" + bytes(3000), NOT_PDF),
        "a shell script": (b"#!/bin/sh\nrm -rf /\n", NOT_PDF),
        "a web page": (b"<!doctype html><script>alert(1)</script>", NOT_PDF),
        "a drawing with a script": (svg, NOT_PDF),
        "an XML bomb": (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", NOT_PDF),
        "a ZIP archive": (zipped("a.pdf", PLAIN), NOT_PDF),
        "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), NOT_PDF),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(2000), NOT_PDF),
        "a GIF": (b"GIF89a" + bytes(2000), NOT_PDF),
        "a RAR archive": (b"Rar!\x1a\x07\x00" + bytes(2000), NOT_PDF),
        "PostScript": (b"%!PS-Adobe-3.0\n(%stdin) run\n", NOT_PDF),
        "a compressed PDF": (zlib.compress(PLAIN), NOT_PDF),
        "a PDF in UTF-16": (PLAIN.decode("latin-1").encode("utf-16"), NOT_PDF),
        "a PDF behind 1,024 bytes": (b"<" * 1024 + PLAIN, NOT_PDF),
        "the header in lower case": (PLAIN.replace(b"%PDF-", b"%pdf-"), NOT_PDF),
        "a header cut short": (b"%PDF", NOT_PDF),
        "a web page that is a PDF too": (b"<script>alert(1)</script>" + PLAIN, 3),
        "a ZIP archive that is a PDF too": (PLAIN + zipped("a.js", b"alert(1)"), 3),
        "a PDF behind 1,000 bytes": (b"\0" * 1000 + PLAIN, 3),
    }


def locked():
    """With passwords of all kinds; what opens without one is fine."""
    found = {}
    for algorithm in ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"):
        found[f"a password, {algorithm}"] = (encrypted("secret", "owner", algorithm), LOCKED)
    found["an owner's password only"] = (encrypted("", "owner", "AES-256"), 3)
    found["an unknown lock"] = (
        build(ONE, trailer=b"/Encrypt<</Filter/Acme.Lock/V 9/R 9>>/ID[<00><00>]"),
        UNREADABLE,
    )
    return found


def broken():
    """Cut off, or with tables that lead nowhere."""
    found = {f"cut off after {size} bytes": (PLAIN[:size], UNREADABLE) for size in (5, 9, 60)}
    found |= {
        "cut off before its table": (PLAIN[: PLAIN.rindex(b"xref\n0")], UNREADABLE),
        "noise behind the header": (b"%PDF-1.7\n" + bytes(range(256)) * 40, UNREADABLE),
        "nothing behind the header": (b"%PDF-1.7\n%%EOF", UNREADABLE),
        "a table beyond the end": (PLAIN[:-30] + b"startxref\n999999999\n%%EOF\n", UNREADABLE),
        "a table before the beginning": (PLAIN[:-30] + b"startxref\n-5\n%%EOF\n", UNREADABLE),
        "no page": (build({2: b"<</Type/Pages/Kids[]/Count 0>>"}), EMPTY),
        "pages that are no tree": (build({2: b"(pages)"}), UNREADABLE),
        "no root": (build(ONE, root=b"null"), UNREADABLE),
        "a root that is itself": (build(ONE, root=b"1 0 R"), UNREADABLE),
    }
    return found


def endless():
    """Made to keep a reader busy, or to fill its memory."""
    bomb = stream(zlib.compress(bytes(50_000_000), 9), b"/Filter/FlateDecode")
    twice = stream(
        zlib.compress(zlib.compress(bytes(50_000_000), 9), 9),
        b"/Filter[/FlateDecode/FlateDecode]",
    )
    kids = b"".join(b"%d 0 R " % number for number in range(3, 300))
    loop = PLAIN[: PLAIN.rindex(b"trailer")]
    start = PLAIN[PLAIN.rindex(b"startxref") + 10 :].split()[0]
    return {
        "pages within themselves": (
            build({2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}), UNREADABLE),
        "two trees within each other": (
            build({2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                   3: b"<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 1>>"}), UNREADABLE),
        "a table that follows itself": (
            loop + b"trailer\n<</Size 9/Root 1 0 R/Prev %s>>\nstartxref\n%s\n%%%%EOF" % (
                start, start), UNREADABLE),
        "a million pages that are not there": (
            build({2: b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>", 3: ONE[3]}), 1),
        "fewer than no pages": (
            build({2: b"<</Type/Pages/Kids[3 0 R]/Count -7>>", 3: ONE[3]}), 1),
        "boxes in boxes": (
            build({**ONE, 4: b"[" * 20_000 + b"]" * 20_000}, trailer=b"/Info 4 0 R"), 1),
        "a page of 50 million zeros": (
            build({**ONE, 3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", 4: bomb}), 1),
        "the same, packed twice": (
            build({**ONE, 3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", 4: twice}), 1),
        "a length that is a lie": (
            build({**ONE, 4: b"<</Length 999999999>>\nstream\nx\nendstream"}), 1),
        "objects packed into a bomb": (
            build({**ONE, 4: stream(zlib.compress(bytes(50_000_000), 9),
                                    b"/Type/ObjStm/N 9/First 9/Filter/FlateDecode")}), 1),
        "kids that are not there": (
            build({2: b"<</Type/Pages/Kids[%s]/Count 297>>" % kids}), EMPTY),
        "its parent's parent": (
            build({**ONE, 3: b"<</Type/Page/Parent 3 0 R>>"}), 1),
    }  # fmt: skip


def active():
    """What would do something in a viewer; on the server nothing ever runs."""
    script = b"<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:1/'\\))>>"
    annot = b"<</Type/Page/Parent 2 0 R/Annots[<</Subtype/Link/A %s>>]>>"
    xfa = b"/AcroForm<</XFA 4 0 R/Fields[]>>"
    return {
        "a script on opening": (page_with(script), 1),
        "a program on opening": (page_with(b"<</S/Launch/F(cmd.exe)/P(/c calc)>>"), 1),
        "an address on opening": (page_with(b"<</S/URI/URI(http://127.0.0.1:1/)>>"), 1),
        "a form that sends itself": (
            page_with(b"<</S/SubmitForm/F(http://127.0.0.1:1/)/Flags 4>>"), 1),
        "another file on opening": (page_with(b"<</S/GoToR/F(\\\\\\\\host\\\\share)/D[0]>>"), 1),
        "an imported form": (page_with(b"<</S/ImportData/F(/etc/passwd)>>"), 1),
        "a script behind a link": (build({**ONE, 3: annot % script}), 1),
        "a file inside": (
            page_with(b"null", o4=stream(b"MZ", b"/Type/EmbeddedFile"),
                      o5=b"<</Type/Filespec/F(a.exe)/EF<</F 4 0 R>>>>"), 1),
        "a form with entities": (
            build({**ONE, 4: stream(b"<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
                                    b"<x>&f;</x>")},
                  b"<</Type/Catalog/Pages 2 0 R%s>>" % xfa), 1),
        "scripts for every page": (
            build({**ONE, 3: b"<</Type/Page/Parent 2 0 R/AA<</O %s/C %s>>>>" % (script, script)}),
            1),
    }  # fmt: skip


def files():
    """:return: {what it is: (bytes, the fault's code, or the number of pages, or False)}"""
    return {**impostors(), **locked(), **broken(), **endless(), **active()}


def texts():
    """Uploads that are not even base64."""
    return ["§§§", "data:application/pdf;base64,JVBERi0=", "JVBERi0", "JVBE Ri0="]
