import logging
from contextlib import closing
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

JOB_LATE_HOURS = 2


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
    def _fusion_make_check(self, code, label, is_bad, value, unit="", bad="warning"):
        """:param bad: the state where ``is_bad``
        :return: one row of ``_fusion_health_checks``"""
        state = bad if is_bad else "ok"
        return {"code": code, "label": label, "state": state, "value": value, "unit": unit}

    @api.model
    def _fusion_make_invariant(self, code, ids, what):
        """:param ids: of the rows that break it
        :return: one row of ``_fusion_invariants``; its detail names the first ten"""
        shown = ", ".join(map(str, sorted(ids)[:10]))
        return {"code": code, "ok": not ids, "detail": f"{len(ids)} {what}: {shown}" if ids else ""}

    @api.model
    def _fusion_select_ids(self, query):
        """:param query: SQL that gives one id a row
        :return: sorted list, of what is in memory too"""
        self.env.flush_all()
        self.env.cr.execute(query)
        return sorted(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _fusion_check_jobs(self, addon):
        """A job that is switched off is somebody's decision and no fault.

        :param addon: whose scheduled jobs, by their external ids
        :return: one row of ``_fusion_health_checks``: jobs that failed last, or should have begun
            two hours ago
        """
        crons_sudo = self._find_jobs(addon).filtered("active")
        late = fields.Datetime.now() - timedelta(hours=JOB_LATE_HOURS)
        bad = crons_sudo.filtered(lambda cron: cron.failure_count or cron.nextcall < late)
        label = self.env._("Scheduled jobs that fail or are late")
        return self._fusion_make_check(f"{addon}.jobs", label, bool(bad), len(bad), "jobs")

    def _find_jobs(self, addon):
        """:return: sudoed ``ir.cron`` records, those switched off too"""
        data_sudo = self.env["ir.model.data"].sudo()
        named = data_sudo.search([("module", "=", addon), ("model", "=", "ir.cron")])
        crons_sudo = self.env["ir.cron"].sudo().with_context(active_test=False)
        return crons_sudo.browse(named.mapped("res_id")).exists()

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
            except Exception as error:  # the report shows the fault
                _logger.exception("Fusion health hook %s failed", hook.__name__)
                return [fault_row(type(error).__name__)]
