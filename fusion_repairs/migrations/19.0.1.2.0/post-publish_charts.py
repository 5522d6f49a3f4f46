import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """The shipped charts are published as on a new database: an upgrade creates their steps, but
    neither returns to a record of a file that users may change nor calls its functions."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    charts = env["fusion.repair.flowchart"].search([("state", "=", "draft"), ("version", "=", 1)])
    shipped = charts.get_external_id()
    done = 0
    for chart in charts:
        name = shipped.get(chart.id) or ""
        first = name and env.ref(f"{name}_danger", raise_if_not_found=False)
        if name.startswith("fusion_repairs.") and first and not chart.start_node_id:
            chart.start_node_id = first
            chart.action_publish()
            done += 1
    _logger.info("%s flowcharts published", done)
