from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.fusion_tasks.services.openings import Diary

from .. import const


class FusionRepairDashboard(models.AbstractModel):
    """Numbers of the service department, each with the list behind it."""

    _name = "fusion.repair.dashboard"
    _description = "Service Dashboard"

    @api.model
    def get_dashboard_data(self, date_from=None, date_to=None):
        """Of the current company, in its local days.

        :param date_from: first day of what is counted over time, default: the month's first
        :param date_to: last day, default: today
        :return: ``repairs``, ``today``, ``maintenance``, ``revenue``, ``quality``,
            ``certificates``, ``parts``, ``plans``: names to numbers, each
            ``{"value", "model", "domain"}``; shares are 0 to 1, days are days; beside them
            ``currency_id``, ``period``, ``warnings`` (texts) and ``setup`` (steps)
        :raise AccessError: for everyone but the office
        """
        if not self.env.user.has_group("fusion_repairs.group_user"):
            raise AccessError(self.env._("The dashboard is for the office."))
        company = self.env.company
        today = company._fc_today()
        first = fields.Date.to_date(date_from) or today.replace(day=1)
        last = fields.Date.to_date(date_to) or today
        span = (self._to_utc(first), self._to_utc(last + timedelta(days=1)))
        return {
            "period": [fields.Date.to_string(first), fields.Date.to_string(last)],
            "currency_id": company.currency_id.id,
            "repairs": self._count_repairs(span),
            "today": self._count_today(today),
            "maintenance": self._count_maintenance(today, first, last),
            "revenue": self._sum_revenue(span),
            "quality": self._measure_quality(span),
            "certificates": self._count_certificates(),
            "parts": self._count_parts(),
            "plans": self._count_plans(today),
            "warnings": self._list_warnings(),
            "setup": self._list_setup(),
        }

    def _to_utc(self, day):
        """:return: naive UTC of the local midnight"""
        tz = self.env.company._fc_tz()
        return tz.localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)

    def _ours(self, *terms):
        """:return: domain of the company's records"""
        return [("company_id", "=", self.env.company.id), *terms]

    def _number(self, value, model, domain):
        """:return: a number with its list; moments as text, as the client sends them back"""
        terms = [
            [one if not isinstance(one, datetime) else fields.Datetime.to_string(one)
             for one in term] if isinstance(term, tuple) else term
            for term in domain
        ]  # fmt: skip
        return {"value": value, "model": model, "domain": terms}

    def _count(self, model, *terms):
        domain = self._ours(*terms)
        return self._number(self.env[model].search_count(domain), model, domain)

    # -- Jobs -------------------------------------------------------------------------------------

    def _count_repairs(self, span):
        jobs = self.env["repair.order"]
        ended = ("done", "cancelled")
        is_open = ("x_fc_service_state", "not in", ended)
        counts = dict(jobs._read_group(self._ours(is_open), ["x_fc_service_state"], ["__count"]))
        states = [code for code, _label in jobs._fields["x_fc_service_state"].selection]
        found = {
            state: self._number(
                counts.get(state, 0),
                jobs._name,
                self._ours(("x_fc_service_state", "=", state)),
            )
            for state in states
            if state not in ended
        }
        waiting = ("to_schedule", "return_visit")
        found["without_schedule"] = self._number(
            sum(counts.get(state, 0) for state in waiting),
            jobs._name,
            self._ours(("x_fc_service_state", "in", list(waiting))),
        )
        midnight = self._to_utc(self.env.company._fc_today())
        found["late"] = self._count(jobs._name, is_open, ("schedule_date", "<", midnight))
        start, end = span
        found["done"] = self._count(
            jobs._name, ("state", "=", "done"), ("x_fc_done_on", ">=", start),
            ("x_fc_done_on", "<", end),
        )  # fmt: skip
        return found

    def _count_today(self, today):
        """:return: list per technician, those with the most visits first"""
        tasks = self.env["fusion.technician.task"]
        planned = self._ours(
            ("scheduled_date", "=", fields.Date.to_string(today)),
            ("status", "not in", ("draft", "cancelled")),
        )
        rows = tasks._read_group(planned, ["technician_id", "status"], ["__count"])
        found = {}
        for technician, status, count in rows:
            row = found.setdefault(technician, {"visits": 0, "done": 0})
            row["visits"] += count
            row["done"] += count if status == "completed" else 0
        return [
            {
                "technician_id": technician.id,
                "name": technician.name or self.env._("Nobody"),
                "done": row["done"],
                **self._number(
                    row["visits"], tasks._name, [*planned, ("technician_id", "=", technician.id)]
                ),
            }
            for technician, row in sorted(
                found.items(), key=lambda one: (-one[1]["visits"], one[0].name or "")
            )
        ]

    # -- Maintenance ------------------------------------------------------------------------------

    def _count_maintenance(self, today, first, last):
        contracts = "fusion.repair.maintenance.contract"
        active = ("state", "=", "active")
        soon = fields.Date.to_string(today + timedelta(days=30))
        day = fields.Date.to_string(today)
        is_due = (active, ("next_due_date", "<=", soon))
        booked = self._count(contracts, *is_due, ("open_visit_id", "!=", False))
        due = self._count(contracts, *is_due)
        reminded = (
            active,
            ("last_reminder_date", ">=", fields.Date.to_string(first)),
            ("last_reminder_date", "<=", fields.Date.to_string(last)),
        )
        sent = self._count(contracts, *reminded)
        answered = self._count(contracts, *reminded, ("open_visit_id", "!=", False))
        return {
            "due_30": self._count(contracts, *is_due, ("next_due_date", ">=", day)),
            "overdue": self._count(contracts, active, ("next_due_date", "<", day)),
            "booked_share": {**booked, "value": _share(booked["value"], due["value"])},
            "sent": sent,
            "conversion": {**answered, "value": _share(answered["value"], sent["value"])},
        }

    # -- Money ------------------------------------------------------------------------------------

    def _sum_revenue(self, span):
        """Orders of the jobs done in the period, before tax; an order of two jobs counts once."""
        self.env["repair.order"].flush_model()
        self.env["sale.order"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT kind, SUM(amount) FROM (
                       SELECT DISTINCT ON (o.id) COALESCE(r.x_fc_repair_type, 'repair') AS kind,
                              o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount
                         FROM repair_order r JOIN sale_order o ON o.id = r.sale_order_id
                        WHERE r.company_id = %s AND r.state = 'done' AND o.state = 'sale'
                          AND r.x_fc_done_on >= %s AND r.x_fc_done_on < %s
                        ORDER BY o.id, r.id) AS earned
                    GROUP BY kind""",
                self.env.company.id,
                *span,
            )
        )
        sums = {kind: float(amount) for kind, amount in rows}
        kinds = self.env["repair.order"]._fields["x_fc_repair_type"].selection
        is_done = (
            ("state", "=", "done"), ("x_fc_done_on", ">=", span[0]), ("x_fc_done_on", "<", span[1]),
        )  # fmt: skip
        round_ = self.env.company.currency_id.round
        found = {
            kind: self._number(
                round_(sums[kind]),
                "repair.order",
                self._ours(*is_done, ("x_fc_repair_type", "=", kind)),
            )
            for kind, _label in kinds
            if kind in sums
        }
        total = round_(sum(sums.values()))
        return {"month": self._number(total, "repair.order", self._ours(*is_done)), **found}

    # -- Quality ----------------------------------------------------------------------------------

    def _measure_quality(self, span):
        """First-time fix: of the units repaired in the period, those without another job in the 30
        days after."""
        start, end = span
        jobs = self._ours(
            ("state", "=", "done"), ("x_fc_done_on", ">=", start), ("x_fc_done_on", "<", end),
            ("x_fc_repair_type", "!=", "maintenance"), ("x_fc_intake_source", "!=", "recall"),
        )  # fmt: skip
        done = self._ours(("done_on", ">=", start), ("done_on", "<", end))
        percent, days = self.env["fusion.repair.quality"]._read_group(
            done, [], ["first_time_fix:avg", "days_to_done:avg"]
        )[0]
        fixed = round((percent or 0) / 100, const.SHARE_DIGITS)
        stars = self.env["rating.rating"].sudo()._read_group(
            [("res_model", "=", "fusion.technician.task"), ("consumed", "=", True),
             ("create_date", ">=", start), ("create_date", "<", end),
             ("res_id", "in", self._get_rated_tasks())],
            [], ["rating:avg", "__count"],
        )  # fmt: skip
        average, count = stars[0]
        name = "repair.order"
        return {
            "first_time_fix": self._number(fixed, name, jobs),
            "days_to_done": self._number(round(float(days or 0), 1), name, jobs),
            "rating": self._number(
                round(average or 0, 1) if count else False, "rating.rating",
                [("res_model", "=", "fusion.technician.task"), ("consumed", "=", True),
                 ("create_date", ">=", start), ("create_date", "<", end)],
            ),
        }  # fmt: skip

    def _get_rated_tasks(self):
        return self.env["fusion.technician.task"].sudo()._search(self._ours())

    # -- What runs out ----------------------------------------------------------------------------

    def _count_certificates(self):
        name = "fusion.repair.inspection.certificate"
        states = ("expiring", "expired")
        rows = self.env[name]._read_group(
            self._ours(("state", "in", states)), ["state"], ["__count"]
        )
        counts = dict(rows)
        return {
            state: self._number(counts.get(state, 0), name, self._ours(("state", "=", state)))
            for state in states
        }

    def _count_parts(self):
        """Jobs that wait for a part whose promised day is over."""
        now = fields.Datetime.now()
        jobs = self.env["repair.order"].sudo()
        domain = self._ours(
            ("x_fc_parts_state", "in", ("ordered", "partial")),
            ("move_ids.created_purchase_line_ids.date_planned", "<", now),
        )
        late = jobs.search(domain)
        return {"late": self._number(len(late), jobs._name, self._ours(("id", "in", late.ids)))}

    def _count_plans(self, today):
        return {
            "ending": self._count(
                "fusion.repair.service.plan.subscription",
                ("state", "=", "active"),
                ("date_end", ">=", fields.Date.to_string(today)),
                ("date_end", "<=", fields.Date.to_string(today + timedelta(days=30))),
            )
        }

    # -- Putting it into use ----------------------------------------------------------------------

    def _list_warnings(self):
        """:return: texts: types of units that no technician may maintain today"""
        tasks = self.env["fusion.technician.task"].sudo()
        company = self.env.company
        types = self.env["fusion.repair.product.category"].search(
            [("x_fc_maintenance_enabled", "=", True), ("x_fc_maintenance_skill_id", "!=", False)]
        )
        if not types:
            return []
        users = tasks._search_technicians(company)
        skills = tasks._load_skills(users, company)
        today = company._fc_today()
        return [
            self.env._("No technician may maintain %(type)s today.", type=one.name)
            for one in types
            if not any(
                Diary(0, "", (), skills=skills[user.id]).has_skills(
                    one.x_fc_maintenance_skill_id.ids, today
                )
                for user in users
            )
        ]

    def _list_setup(self):
        """:return: list of ``{"code", "label", "done", "action"}`` in the order of work, for those
        who set the service up
        """
        if not self.env.user.has_group("fusion_repairs.group_manager"):
            return []
        types = self.env["fusion.repair.product.category"]
        on = [("x_fc_maintenance_enabled", "=", True)]
        sorted_products = [("x_fc_repair_category_id", "!=", False)]
        technicians = (
            self.env["fusion.technician.task"].sudo()._search_technicians(self.env.company)
        )
        rates = [("active", "=", True), ("company_id", "=", self.env.company.id)]
        runs = self.env["fusion.repair.backfill.run"].sudo()
        steps = (
            ("types", self.env._("Switch maintenance on for your types of equipment"),
             types.search_count(on, limit=1), "fusion_repairs.action_categories"),
            ("products", self.env._("Give your products their type, and exclude accessories"),
             self.env["product.template"].search_count(sorted_products, limit=1),
             "fusion_repairs.action_classify_products"),
            ("technicians", self.env._("Enter your technicians and their skills"),
             len(technicians), "fusion_tasks.action_technicians"),
            ("rates", self.env._("Enter the call-out rates"),
             self.env["fusion.repair.callout.rate"].search_count(rates, limit=1),
             "fusion_repairs.action_callout_rates"),
            ("backfill", self.env._("Enrol what you sold before"),
             runs.search_count([("state", "=", "done")], limit=1),
             "fusion_repairs.action_backfill_wizard"),
        )  # fmt: skip
        return [
            {"code": code, "label": label, "done": bool(done), "action": action}
            for code, label, done, action in steps
        ]


def _share(part, whole):
    """:return: 0 to 1, 0 without anything"""
    return round(part / whole, const.SHARE_DIGITS) if whole else 0
