import logging

_logger = logging.getLogger(__name__)

OLD = "['|', ('x_fc_task_ids.technician_id', '=', user.id), ('user_id', '=', user.id)]"
NEW = (
    "['|', '|', ('x_fc_task_ids.technician_id', '=', user.id), "
    "('x_fc_maintenance_visit_id.technician_id', '=', user.id), ('user_id', '=', user.id)]"
)


def migrate(cr, version):
    """A technician reads the jobs of all units of a household's visit. The rule is data that an
    upgrade leaves alone; one that somebody changed stays as it is."""
    if not version:
        return
    cr.execute(
        """UPDATE ir_rule SET domain_force = %s
            WHERE domain_force = %s AND id IN (
                  SELECT res_id FROM ir_model_data
                   WHERE module = 'fusion_repairs' AND name = 'repair_rule_field')""",
        (NEW, OLD),
    )
    _logger.info("Rule of the technicians' jobs renewed: %s", bool(cr.rowcount))
