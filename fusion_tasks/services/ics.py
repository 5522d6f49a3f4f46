"""Calendar files (RFC 5545). No ``env``; times are naive UTC."""

MAX_OCTETS = 75  # of a line, RFC 5545 section 3.1


def build(events, method=None):
    """
    :param events: list of dicts with ``uid``, ``sequence``, ``stamp``, ``start``, ``end``,
        ``summary``, ``status`` (``CONFIRMED``, ``CANCELLED``) and, where known, ``location``,
        ``description``, ``organizer`` (``(name, uri)``)
    :param method: ``REQUEST``, ``CANCEL``, ``PUBLISH`` or None
    :return: bytes with CRLF line ends
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Nexa Systems Inc.//Fusion Tasks//EN"]
    lines += ["CALSCALE:GREGORIAN"]
    lines += [f"METHOD:{method}"] if method else []
    for event in events:
        lines += _make_event(event)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) + b"\r\n" for line in lines)


def fold(line):
    """:return: bytes of at most 75 octets a line; no character is cut in two"""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        # a continued line begins with a space, which counts
        if len(part) + len(octets) > MAX_OCTETS - bool(parts):
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part])


def escape(text):
    """:return: a TEXT value, RFC 5545 section 3.3.11"""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _make_event(event):
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event['uid']}",
        f"SEQUENCE:{event['sequence']}",
        f"DTSTAMP:{_format(event['stamp'])}",
        f"DTSTART:{_format(event['start'])}",
        f"DTEND:{_format(event['end'])}",
        f"SUMMARY:{escape(event['summary'])}",
        f"STATUS:{event['status']}",
    ]
    for name in ("location", "description"):
        if event.get(name):
            lines.append(f"{name.upper()}:{escape(event[name])}")
    if event.get("organizer"):
        name, uri = event["organizer"]
        quoted = name.replace('"', "'").replace("\n", " ")
        lines.append(f'ORGANIZER;CN="{quoted}":{uri}')
    return [*lines, "END:VEVENT"]


def _format(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")
