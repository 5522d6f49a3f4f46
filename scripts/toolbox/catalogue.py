"""Reading translation catalogues (GNU gettext, .pot and .po)."""

import ast


def entries(po):
    """:return: {msgid: msgstr} of a catalogue"""
    found, key, parts = {}, None, {"msgid": "", "msgstr": ""}
    for line in [*po.read_text().splitlines(), 'msgid ""']:
        word, _space, rest = line.partition(" ")
        if word in ("msgid", "msgstr"):
            if word == "msgid" and parts["msgid"]:
                found[parts["msgid"]] = parts["msgstr"]
            if word == "msgid":
                parts = {"msgid": "", "msgstr": ""}
            key = word
            parts[key] = ast.literal_eval(rest)
        elif line.startswith('"') and key:
            parts[key] += ast.literal_eval(line)
    return found
