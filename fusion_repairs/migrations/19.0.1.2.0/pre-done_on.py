import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Jobs done before keep the day they were last touched, not that of the upgrade."""
    if not version:
        return
    cr.execute("ALTER TABLE repair_order ADD COLUMN IF NOT EXISTS x_fc_done_on timestamp")
    cr.execute(
        "UPDATE repair_order SET x_fc_done_on = write_date"
        " WHERE state = 'done' AND x_fc_done_on IS NULL"
    )
    _logger.info("Done On of %s jobs filled", cr.rowcount)
