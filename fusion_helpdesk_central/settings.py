"""Reading the addon's parameters; what does not parse counts as absent."""

import re

from .const import PREFIX


def get_text(env, name):
    """:return: the parameter as text, ``""`` when it is absent"""
    return (env["ir.config_parameter"].sudo().get_param(PREFIX + name) or "").strip()


def get_int(env, name, default=0):
    """:return: a whole number from 0; ``default`` when the row is absent or not a number"""
    text = get_text(env, name)
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else default


def get_bool(env, name):
    return get_text(env, name).lower() in ("true", "1")
