"""A person's shifts as an iCalendar feed (RFC 5545)."""

import pytz
import vobject


def make_feed(name, events, stamp):
    """:param name: what calendar programs call the feed
    :param events: list of ``{"uid", "start", "end" (naive UTC), "summary", "location",
        "description"}``
    :param stamp: naive UTC moment of the feed
    :return: bytes"""
    calendar = vobject.iCalendar()
    calendar.add("prodid").value = "-//Nexa Systems Inc.//Fusion Clock//EN"
    calendar.add("x-wr-calname").value = name
    for event in events:
        entry = calendar.add("vevent")
        entry.add("uid").value = event["uid"]
        entry.add("dtstamp").value = stamp.replace(tzinfo=pytz.utc)
        entry.add("dtstart").value = event["start"].replace(tzinfo=pytz.utc)
        entry.add("dtend").value = event["end"].replace(tzinfo=pytz.utc)
        entry.add("summary").value = event["summary"]
        for key in ("location", "description"):
            if event[key]:
                entry.add(key).value = event[key]
    return calendar.serialize().encode()
