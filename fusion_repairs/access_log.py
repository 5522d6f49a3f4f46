"""Keep the tokens of our pages, which stand in the path, out of the server's log."""

import logging
import re

_PATH = re.compile(r"(/repairs/(?:maintenance/(?:book|visit)|unsubscribe)/)[^/\s\"'?]+")
_LOGGERS = ("werkzeug", "odoo.http", "odoo.service.server", "odoo.addons.base.models.ir_http")


class MaskRepairTokens(logging.Filter):
    def filter(self, record):
        """Rewrite the record where it holds such a path; never drops one."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True  # logging itself reports bad arguments
        if "/repairs/" in text:
            record.msg, record.args = _PATH.sub(r"\1***", text), None
        return True


def mask_access_log():
    """Attach the filter once to each logger that writes paths."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, MaskRepairTokens) for item in logger.filters):
            logger.addFilter(MaskRepairTokens())
