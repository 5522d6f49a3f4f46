from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..services.nexacloud import COUNTS, MONTHS, PLANS, SUBSCRIPTIONS, USERS
from .fusion_billing_progress import Progress

_logger = redact_logger(__name__)
KINDS = ("partners", "plans", "subscriptions")
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class FusionBillingImportWizard(models.TransientModel):
    """Copies NexaCloud's customers, plans and subscriptions as shadows: to compare, never to bill.

    It reads NexaCloud only and writes here only; it may be run again at any time.
    """

    _name = "fusion.billing.import.wizard"
    _description = "NexaCloud Import"
    _inherit = "fusion.billing.nexacloud"

    dry_run = fields.Boolean("Dry Run", default=True, help="Shows what would be written.")
    active_only = fields.Boolean(
        "Active Only", default=True, help="Leaves out cancelled subscriptions and retired plans."
    )

    def action_run_import(self):
        return self._fc_run("import", self._run_import)

    def _run_import(self):
        result = self._import_rows(
            self._read_nexacloud_rows(), dry_run=self.dry_run, active_only=self.active_only
        )
        return result, len(result["failed"])

    def action_test_connection(self):
        """Count what there is to read."""
        return self._fc_run("test", lambda: (self._count_rows(), 0))

    def _count_rows(self):
        with self._fc_open_source() as source:
            (counts,) = source.fetch(COUNTS)
        return counts

    def action_run_reconciliation(self):
        """Compare all months of the source."""
        return self._fc_run("reconciliation", self._reconcile)

    @api.model
    def _cron_reconcile(self):
        started_at = fields.Datetime.now()
        result, failed = self._reconcile()
        self._fc_keep_run("reconciliation", result, failed, started_at)
        return result

    @api.model
    def _reconcile(self):
        """:return: (result of ``_reconcile_rows``, rows that failed or differ)"""
        text = self.env["ir.config_parameter"]._fc_billing("reconciliation_tolerance", "0.01")
        result = self.env["fusion.billing.reconciliation"]._reconcile_rows(
            self._read_reconciliation_rows(), tolerance=float(text)
        )
        return result, len(result["failed"]) + result["delta"]

    @api.model
    def _read_nexacloud_rows(self):
        """:return: ``{users, plans, subscriptions}``: lists of the source's rows, one snapshot
        :raise UserError: the source cannot be read"""
        with self._fc_open_source() as source:
            return {
                "users": source.fetch(USERS),
                "plans": source.fetch(PLANS),
                "subscriptions": source.fetch(SUBSCRIPTIONS),
            }

    @api.model
    def _read_reconciliation_rows(self, period=None):
        """:param period: ``YYYY-MM`` in the billing zone, None for all
        :return: rows of ``fusion.billing.reconciliation._reconcile_rows``; amounts of invoices
            without a subscription have an empty id
        :raise UserError: the source cannot be read"""
        with self._fc_open_source() as source:
            rows = source.fetch(MONTHS, zone=str(self._fc_zone()), period=period)
        for row in rows:
            row["cpu_seconds"] = float(row["cpu_seconds"])
            row["external_amount"] = float(row["external_amount"])
        return rows

    @api.model
    def _import_rows(self, data, dry_run=False, active_only=True):
        """:param data: ``{users, plans, subscriptions}``, rows as the source holds them
        :return: result of ``_do_import``, with ``dry_run`` True where nothing was kept"""
        if not dry_run:
            return self._do_import(data, active_only)
        with self.env.cr.savepoint() as savepoint:
            result = self._do_import(data, active_only)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        return {**result, "dry_run": True}

    @api.model
    def _do_import(self, data, active_only=True):
        """Write rows one by one; a bad one never stops the rest.

        :return: ``{created, updated: {kind: n}, skipped, failed, warnings: [{kind, id, ...}]}``
        """
        books = self.sudo().with_context(**SILENT)
        run = ImportRun(books, active_only)
        service, metric = books._fc_service(), books._fc_cpu_metric()
        books = books.with_company(service.company_id)
        recurrences = {unit: books._fc_recurrence_plan(unit) for unit in ("month", "year")}
        subscriptions = data.get("subscriptions", [])
        used = {str(row.get("plan_id")) for row in subscriptions if not _is_over(row)}
        partners, plans = {}, {}
        users = data.get("users", [])
        progress = Progress(self, sum(map(len, (users, data.get("plans", []), subscriptions))))
        for row in users:
            progress.step()
            partners[str(row.get("id"))] = run.keep(
                "user", row, lambda row=row: books._import_user(service, row)
            )
        for row in data.get("plans", []):
            progress.step()
            is_left_out = row.get("is_active") is False and str(row.get("id")) not in used
            plans[str(row.get("id"))] = run.keep(
                "plan", row, lambda row=row: books._import_plan(metric, row), is_left_out
            )
        for row in subscriptions:
            progress.step()
            run.keep_subscription(row, service, partners, plans, recurrences, books)
        return run.result


class ImportRun:
    """Counts what an import does, and keeps one bad row from the others."""

    def __init__(self, wizard, active_only):
        self.wizard = wizard
        self.active_only = active_only
        self.result = {
            "created": dict.fromkeys(KINDS, 0),
            "updated": dict.fromkeys(KINDS, 0),
            "skipped": [],
            "failed": [],
            "warnings": [],
        }

    def keep_subscription(self, row, service, partners, plans, recurrences, wizard):
        partner = partners.get(str(row.get("user_id")))
        plan = plans.get(str(row.get("plan_id")))
        if self.active_only and _is_over(row):
            self.skip("subscription", row, "inactive")
        elif not partner:
            self.skip("subscription", row, "unresolved user")
        elif not plan:
            self.skip("subscription", row, "unresolved plan")
        elif wizard._fc_is_live(service, row):
            self.skip("subscription", row, "live")
        else:
            self.keep(
                "subscription",
                row,
                lambda: wizard._import_subscription(service, partner, plan, recurrences, row),
            )

    def skip(self, kind, row, reason):
        self.result["skipped"].append({"kind": kind, "id": row.get("id"), "reason": reason})

    def keep(self, kind, row, work, is_left_out=False):
        """:param work: returns (record, whether it is new, [what a person should look at])
        :return: the record, None where nothing was written"""
        if self.active_only and is_left_out:
            return self.skip(kind, row, "inactive")
        number = row.get("id")
        try:
            if not number:
                raise ValueError("the row has no id")
            with self.wizard.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                record, is_new, warnings = work()
        except OperationalError:
            raise
        except Exception as error:  # row boundary: one bad row never stops the rest
            _logger.warning("The %s %s was not imported", kind, number, exc_info=True)
            text = self.wizard._fc_name_error(error)
            self.result["failed"].append({"kind": kind, "id": number, "error": text})
            return None
        counts = self.result["created" if is_new else "updated"]
        counts["partners" if kind == "user" else f"{kind}s"] += 1
        self.result["warnings"] += [
            {"kind": kind, "id": number, "reason": reason} for reason in warnings
        ]
        return record


def _is_over(row):
    return str(row.get("status") or "").lower() in ("cancelled", "canceled")
