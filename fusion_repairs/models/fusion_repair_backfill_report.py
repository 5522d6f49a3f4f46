from datetime import timedelta

from odoo import models
from odoo.fields import Domain

from .. import const


class FusionRepairBackfillReport(models.Model):
    """The report of a backfill, counted by the database: a run may have 100,000 units."""

    _inherit = "fusion.repair.backfill.run"

    def _report(self):
        """:return: ``{"create", "already", "skip", "by_category", "by_reason", "per_week",
        "warnings"}``; weeks are those of the first mail and of the due date, ISO Mondays
        """
        counts = {name: 0 for name in ("create", "already", "skip")}
        by_category, by_reason = {}, {}
        for category, action, reason, count in self.env["fusion.repair.backfill.line"]._read_group(
            [("run_id", "=", self.id)], ["category_id", "action", "reason"], ["__count"]
        ):
            counts[action] += count
            row = by_category.setdefault(category.code or "none", dict.fromkeys(counts, 0))
            row[action] += count
            if action != "create":
                reason = reason or action
                by_reason[reason] = by_reason.get(reason, 0) + count
        return {
            **counts,
            "by_category": by_category,
            "by_reason": by_reason,
            "per_week": self._list_weeks(),
            "warnings": self._list_warnings(),
        }

    def _list_weeks(self):
        weeks = {}
        for due, count in self.env["fusion.repair.backfill.line"]._read_group(
            self._get_create_domain(), ["due_date:day"], ["__count"]
        ):
            mail = due - timedelta(days=const.BANDS[0])
            for day, name in ((due, "due"), (mail, "first_mails")):
                monday = (day - timedelta(days=day.weekday())).isoformat()
                weeks.setdefault(monday, {"first_mails": 0, "due": 0})[name] += count
        return [{"week": week, **weeks[week]} for week in sorted(weeks)]

    def _list_warnings(self):
        """:return: ``{"without_fee", "without_skill", "without_email", "anchor_today"}``: codes of
        types, and counts of units
        """
        lines = self.env["fusion.repair.backfill.line"]
        domain = self._get_create_domain()
        found = lines._read_group(domain, ["category_id"])
        categories = self.env["fusion.repair.product.category"].union(*(one for (one,) in found))
        nobody = Domain("partner_id", "=", False)
        nobody |= Domain("partner_id", "any", [("email_normalized", "=", False)])
        return {
            "without_fee": categories.filtered(lambda one: not one.x_fc_maintenance_fee).mapped(
                "code"
            ),
            "without_skill": categories.filtered(
                lambda one: not one.x_fc_maintenance_skill_id
            ).mapped("code"),
            "without_email": lines.search_count(domain & nobody),
            "anchor_today": lines.search_count(domain & Domain("anchor_source", "=", "today")),
        }

    def _get_create_domain(self):
        return Domain("run_id", "=", self.id) & Domain("action", "=", "create")
