from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Jobs that were planned before are in nobody's calendar yet."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    domain = [("status", "in", ("scheduled", "en_route", "in_progress"))]
    for task in env["fusion.technician.task"].search(domain):
        task.with_company(task.company_id)._sync_event()
