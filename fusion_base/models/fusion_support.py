import platform
import re

from odoo import api, fields, models, release

AUTHOR = "Nexa Systems Inc."
TABLES = ("fusion.", "hr.attendance", "helpdesk.", "sale.order", "account.move", "repair.")


class FusionSupport(models.AbstractModel):
    """What a supporter needs to know of a system, and nothing of the people in it."""

    _name = "fusion.support"
    _description = "Fusion Support Bundle"

    @api.model
    def _get_bundle(self):
        """Numbers, names of ours and versions; no name, address, text or value that somebody typed.

        :return: dict, JSON as it stands
        """
        report = self.env["fusion.health"].sudo()._fusion_report()
        return {
            "made_at": fields.Datetime.to_string(fields.Datetime.now()),
            "odoo": release.version,
            "python": platform.python_version(),
            "postgresql": self.env.cr.connection.server_version,
            "languages": sorted(code for code, _name in self.env["res.lang"].get_installed()),
            "addons": self._find_addons(),
            "checks": [self._strip_check(row) for row in report["checks"]],
            # the detail of a broken one may name a client
            "invariants": [{"code": row["code"], "ok": row["ok"]} for row in report["invariants"]],
            "jobs": self._find_jobs(),
            "settings": self._find_settings(),
            "rows": self._count_rows(),
        }

    def _strip_check(self, row):
        is_number = type(row["value"]) in (int, float, bool)
        return {
            "code": row["code"],
            "state": row["state"],
            "value": row["value"] if is_number else None,
            "unit": row["unit"],
        }

    def _find_addons(self):
        """:return: {addon: {"version", "installed": its version in the database, "state"}}"""
        addons = (
            self.env["ir.module.module"]
            .sudo()
            .search([("author", "=", AUTHOR), ("state", "!=", "uninstalled")])
        )
        return {
            addon.name: {
                "version": addon.installed_version,
                "installed": addon.latest_version,
                "state": addon.state,
            }
            for addon in addons
        }

    def _find_jobs(self):
        """:return: list of scheduled jobs of ours, by their external ids"""
        health = self.env["fusion.health"]
        jobs = []
        for addon in self._find_addons():
            for cron in health._find_jobs(addon):
                jobs.append(
                    {
                        "job": cron.get_external_id()[cron.id],
                        "active": cron.active,
                        "next": fields.Datetime.to_string(cron.nextcall),
                        "last": cron.lastcall and fields.Datetime.to_string(cron.lastcall),
                        "failures": cron.failure_count,
                    }
                )
        return jobs

    def _find_settings(self):
        """:return: names of our parameters that are set; their values may be keys or addresses"""
        parameters = self.env["ir.config_parameter"].sudo().search([("key", "=like", "fusion\\_%")])
        return sorted(key for key in parameters.mapped("key") if re.fullmatch(r"[\w.]+", key))

    def _count_rows(self):
        """:return: {table: PostgreSQL's estimate of its rows}"""
        tables = sorted(
            model._table
            for name, model in self.env.registry.items()
            if model._auto and not model._abstract and name.startswith(TABLES)
        )
        self.env.cr.execute(
            """SELECT relname, GREATEST(reltuples, 0)::bigint FROM pg_class
                WHERE relname = ANY(%s) AND relkind = 'r' ORDER BY relname""",
            [tables],
        )
        return dict(self.env.cr.fetchall())
