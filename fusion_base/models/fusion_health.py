import logging
from contextlib import closing

from odoo import api, models

_logger = logging.getLogger(__name__)


class FusionHealth(models.AbstractModel):
    """What the health page and ``scripts/check`` show. Empty here, each addon adds its own."""

    _name = "fusion.health"
    _description = "Fusion Health"

    @api.model
    def _fusion_health_checks(self):
        """Extend with ``super()._fusion_health_checks() + [...]``; read only.

        :return: list of ``{"code", "label", "state": "ok" | "warning" | "error", "value",
            "unit"}``; ``code`` is ``<addon>.<what>``, ``value`` a number, text or False
        """
        return []

    @api.model
    def _fusion_invariants(self):
        """Extend with ``super()._fusion_invariants() + [...]``; read only.

        :return: list of ``{"code", "ok": bool, "detail"}``; what must hold in every database
        """
        return []

    @api.model
    def _fusion_report(self):
        """Collect both hooks. Whatever a hook writes is rolled back.

        :return: ``{"checks": [...], "invariants": [...]}``; a hook that raises becomes one row
            with the code ``fusion_base.health_checks`` or ``fusion_base.invariants``
        """
        return {
            "checks": self._run_hook(
                self._fusion_health_checks,
                lambda fault: {
                    "code": "fusion_base.health_checks",
                    "label": self.env._("Health checks could not be run"),
                    "state": "error",
                    "value": fault,
                    "unit": "",
                },
            ),
            "invariants": self._run_hook(
                self._fusion_invariants,
                lambda fault: {"code": "fusion_base.invariants", "ok": False, "detail": fault},
            ),
        }

    def _run_hook(self, hook, fault_row):
        """The fault is named by its class only: its text may hold a key or an address."""
        with closing(self.env.cr.savepoint()):
            try:
                return hook()
            except Exception as error:  # noqa: BLE001 - the report shows the fault of one hook
                _logger.exception("Fusion health hook %s failed", hook.__name__)
                return [fault_row(type(error).__name__)]
