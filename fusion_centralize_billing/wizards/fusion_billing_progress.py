from time import monotonic

from psycopg2 import Error

from odoo.addons.fusion_base.tools.cursor import own_cursor
from odoo.addons.fusion_base.tools.redact import redact_logger

_logger = redact_logger(__name__)
FIRST_S = 1  # a run that ends sooner shows nothing
EVERY_S = 1


class RunCancelled(Exception):
    """The person who waits wants the run no more."""


class Progress:
    """Tells the person who waits how far a run is, and asks whether they still want it. Both go
    through a cursor of their own: the run's transaction shows nothing before its end, and sees
    nothing of what others do meanwhile.

    :param wizard: the open dialog; an empty one (a cron, a shell) is told nothing
    :param total: rows to do
    """

    def __init__(self, wizard, total):
        self._wizard = wizard
        self._total = total
        self._done = 0
        self._next = monotonic() + FIRST_S

    def step(self):
        """Count one row.

        :raise RunCancelled: the person asked for it"""
        self._done += 1
        if self._wizard and monotonic() >= self._next:
            self._next = monotonic() + EVERY_S
            if self._tell():
                raise RunCancelled

    def _tell(self):
        """:return: whether the run was cancelled"""
        env = self._wizard.env
        try:
            with own_cursor(env) as cr:
                wizard = self._wizard.with_env(env(cr=cr))
                wizard.env.user._bus_send(
                    "fusion_billing.progress",
                    {
                        "model": wizard._name,
                        "id": wizard.id,
                        "done": self._done,
                        "total": self._total,
                    },
                )
                return wizard._is_cancelled()
        except Error as error:  # the run matters more than its bar
            _logger.warning("Progress could not be told: %s", type(error).__name__)
            return False
