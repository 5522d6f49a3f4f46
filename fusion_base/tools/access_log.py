"""Keep tokens that stand in a path out of the server's log."""

import logging
import re

_LOGGERS = ("werkzeug", "odoo.http", "odoo.service.server", "odoo.addons.base.models.ir_http")


class MaskPathTokens(logging.Filter):
    """Rewrites a record that holds such a path; never drops one."""

    def __init__(self, prefix):
        super().__init__()
        self.prefix = prefix
        self._path = re.compile(rf"({prefix})[^/\s\"'?]+")

    def filter(self, record):
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True  # logging itself reports bad arguments
        if self._path.search(text):
            record.msg, record.args = self._path.sub(r"\1***", text), None
        return True


def mask_paths(prefix):
    """Attach the filter once to each logger that writes paths.

    :param prefix: regular expression without groups of what stands before the token, with the
        slash at its end
    """
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        known = [item.prefix for item in logger.filters if isinstance(item, MaskPathTokens)]
        if prefix not in known:
            logger.addFilter(MaskPathTokens(prefix))
