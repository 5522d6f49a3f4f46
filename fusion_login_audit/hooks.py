from odoo import fields

from . import const


def post_init_hook(env):
    """Remember since when there is a record; the empty list says so."""
    now = fields.Datetime.to_string(fields.Datetime.now())
    env["ir.config_parameter"].sudo().set_param(const.PREFIX + "installed_at", now)
