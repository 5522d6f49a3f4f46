import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..services.stagger import spread

_logger = logging.getLogger(__name__)


class FusionRepairBackfillRun(models.Model):
    """Contracts for what was sold before this addon: scan, look, execute. A scan makes nothing but
    its lines."""

    _name = "fusion.repair.backfill.run"
    _description = "Backfill"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    category_ids = fields.Many2many(
        "fusion.repair.product.category", string="Types", help="Empty: all that are maintained."
    )
    date_from = fields.Date("Sold From")
    date_to = fields.Date("Sold Until")
    delivered_only = fields.Boolean(default=True)
    stagger_weeks = fields.Integer("Spread Over (weeks)", default=8, required=True)
    max_per_day = fields.Integer("At Most per Day", default=10, required=True)
    skip_weekends = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("draft", "New"),
            ("scanning", "Scanning"),
            ("ready", "Ready"),
            ("executing", "Creating"),
            ("done", "Done"),
        ],
        default="draft",
        required=True,
        tracking=True,
        copy=False,
    )
    is_paused = fields.Boolean(copy=False)
    last_sale_line_id = fields.Integer(copy=False, readonly=True, help="Scanned so far.")
    scanned_count = fields.Integer("Lines Read", copy=False, readonly=True)
    total_count = fields.Integer("Lines in All", copy=False, readonly=True)
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many("fusion.repair.backfill.line", "run_id", "Units")
    create_count = fields.Integer("To Create", compute="_compute_counts")
    already_count = fields.Integer("There Already", compute="_compute_counts")
    skip_count = fields.Integer("Left Out", compute="_compute_counts")
    contract_count = fields.Integer("Created", compute="_compute_counts")
    report_html = fields.Html(compute="_compute_report_html", sanitize=False)
    confirm_count = fields.Integer("Type the Number to Create", copy=False)

    _figures = models.Constraint(
        "CHECK (stagger_weeks >= 1 AND max_per_day >= 1)", "A week and a unit a day at least."
    )

    @api.depends("create_date")
    def _compute_name(self):
        for run in self:
            run.name = self.env._("Backfill %(number)s", number=run.id or "")

    @api.depends("state", "scanned_count", "total_count", "line_ids.contract_id")
    def _compute_progress(self):
        for run in self:
            if run.state == "scanning":
                part = run.scanned_count / max(run.total_count, 1)
            else:
                part = run.contract_count / max(run.create_count, 1)
            run.progress = min(100.0, 100 * part)

    @api.depends("line_ids.action", "line_ids.contract_id")
    def _compute_counts(self):
        found = {}
        for run, action, count in self.env["fusion.repair.backfill.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "action"], ["__count"]
        ):
            found[run.id, action] = count
        for run in self:
            for action in ("create", "already", "skip"):
                run[f"{action}_count"] = found.get((run.id, action), 0)
            made = [("run_id", "=", run.id), ("contract_id", "!=", False)]
            run.contract_count = self.env["fusion.repair.backfill.line"].search_count(
                [*made, ("action", "=", "create")]
            )

    @api.depends("line_ids.action", "line_ids.due_date", "state")
    def _compute_report_html(self):
        reasons = dict(self.line_ids._fields["reason"]._description_selection(self.env))
        reasons |= dict(self.line_ids._fields["action"]._description_selection(self.env))
        categories = self.env["fusion.repair.product.category"].with_context(active_test=False)
        names = {one.code: one.name for one in categories.search([("code", "!=", False)])}
        for run in self:
            run.report_html = run.state not in ("draft", "scanning") and self.env[
                "ir.qweb"
            ]._render(
                "fusion_repairs.backfill_report",
                {**run._report(), "names": names, "reasons": reasons},
            )

    def _get_sale_domain(self):
        domain = (
            Domain("order_id.company_id", "=", self.company_id.id)
            & Domain("order_id.state", "=", "sale")
            & Domain("display_type", "=", False)
            & Domain("is_downpayment", "=", False)
            & Domain("product_id", "!=", False)
            & Domain("product_uom_qty", ">", 0)
            & Domain("product_id.product_tmpl_id.x_fc_maintenance_mode", "!=", "excluded")
        )
        if self.date_from:
            domain &= Domain("order_id.date_order", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("order_id.date_order", "<", self.date_to + timedelta(days=1))
        has_type = Domain("product_id.product_tmpl_id.x_fc_repair_category_id", "!=", False)
        return domain & (has_type | Domain("product_id.product_tmpl_id.type", "=", "consu"))

    # -- Scan -------------------------------------------------------------------------------------

    def action_scan(self):
        """At once when there is little, else in the background."""
        for run in self:
            run.total_count = self.env["sale.order.line"].sudo().search_count(
                run._get_sale_domain()
            )  # fmt: skip
            limit = self.env["fusion.repair.parameter"]._get_number("backfill_inline_limit")
            if run.total_count > limit:
                run._begin_scan()
                self.env.ref("fusion_repairs.ir_cron_backfill").sudo()._trigger()
            else:
                run._scan()
        return True

    def _scan(self):
        """Fill the lines, all of them.

        :return: True
        """
        for run in self:
            run._begin_scan()
            while run._scan_chunk():
                pass
        return True

    def _begin_scan(self):
        if self.state == "done":
            raise UserError(self.env._("This backfill is done. Begin another."))
        lines = self.env["fusion.repair.backfill.line"]
        stale = lines._get_stale_domain() & Domain("run_id", "=", self.id)
        while found := lines.search(stale, limit=const.BACKFILL_CHUNK, order="id"):
            found.unlink()
        self.write(
            {
                "state": "scanning",
                "last_sale_line_id": 0,
                "scanned_count": 0,
                "total_count": self.env["sale.order.line"].sudo().search_count(
                    self._get_sale_domain()
                ),
            }
        )  # fmt: skip

    def _scan_chunk(self):
        """:return: whether there is more to read"""
        with self.env.cr.savepoint():
            found = self.env["sale.order.line"].sudo().search(
                self._get_sale_domain() & Domain("id", ">", self.last_sale_line_id),
                order="id",
                limit=const.BACKFILL_CHUNK,
            )  # fmt: skip
            self._read_lines(found)
            self.scanned_count += len(found)
            if found:
                self.last_sale_line_id = found[-1].id
            is_more = len(found) == const.BACKFILL_CHUNK
            if not is_more:
                self._finish_scan()
        self.env.invalidate_all()
        return is_more

    def _finish_scan(self):
        self._drop_older_serials()
        self._set_due_dates()
        self.state = "ready"

    def _drop_older_serials(self):
        """The newest sale of a serial wins, whoever bought the unit before."""
        self._execute_on_lines(
            SQL(
                """UPDATE fusion_repair_backfill_line line
                      SET action = 'skip', reason = 'duplicate_serial'
                     FROM (SELECT id, row_number() OVER (
                               PARTITION BY serial_key
                               ORDER BY anchor_date DESC, sale_line_id DESC, id) AS place
                             FROM fusion_repair_backfill_line
                            WHERE run_id = %s AND action = 'create' AND serial_key != '') ranked
                    WHERE ranked.id = line.id AND ranked.place > 1""",
                self.id,
            )
        )

    def _set_due_dates(self):
        """What comes later than the first reminder keeps its date; the rest is spread."""
        first = self.company_id._fc_today() + timedelta(days=const.BACKFILL_LEAD_DAYS)
        natural = SQL("(anchor_date + make_interval(months => interval_months))::date")
        free = SQL(
            """run_id = %s AND action = 'create' AND contract_id IS NULL
               AND is_manual_due IS NOT TRUE""",
            self.id,
        )
        self._execute_on_lines(
            SQL(
                """UPDATE fusion_repair_backfill_line SET due_date = %s, is_staggered = FALSE
                    WHERE %s AND %s >= %s""",
                natural, free, natural, first,
            )
        )  # fmt: skip
        near = self._execute_on_lines(
            SQL(
                """SELECT id FROM fusion_repair_backfill_line WHERE %s AND %s < %s
                    ORDER BY anchor_date, sale_line_id, unit_index""",
                free, natural, first,
            )
        ).fetchall()  # fmt: skip
        days = spread(len(near), first, self.stagger_weeks, self.max_per_day, self.skip_weekends)
        self._execute_on_lines(
            SQL(
                """UPDATE fusion_repair_backfill_line line
                      SET due_date = spread.day, is_staggered = TRUE
                     FROM unnest(%s::integer[], %s::date[]) AS spread (id, day)
                    WHERE spread.id = line.id""",
                [line_id for (line_id,) in near],
                days,
            )
        )

    def _execute_on_lines(self, query):
        """In the database, because a run may have 100,000 lines.

        :return: the cursor
        """
        lines = self.env["fusion.repair.backfill.line"]
        lines.flush_model()
        self.env.cr.execute(query)
        lines.invalidate_model()
        return self.env.cr

    # -- Execute ----------------------------------------------------------------------------------

    def action_execute(self):
        """Create the contracts; running again creates what is missing, or nothing.

        :return: number of contracts created
        :raise AccessError: for others than managers
        :raise UserError: before the scan, or when the number was not typed
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("fusion_repairs.group_manager")):
            raise AccessError(self.env._("Only a manager creates these contracts."))
        if self.state not in ("ready", "executing", "done"):
            raise UserError(self.env._("Scan first, and look at the result."))
        missing = self.env["fusion.repair.backfill.line"].search_count(self._get_missing_domain())
        is_many = missing > const.BACKFILL_CONFIRM
        if is_many and self.confirm_count != missing:
            raise UserError(
                self.env._("%(count)s contracts: type this number to confirm.", count=missing)
            )
        self.state = "executing"
        if missing > self.env["fusion.repair.parameter"]._get_number("backfill_inline_limit"):
            self.env.ref("fusion_repairs.ir_cron_backfill").sudo()._trigger()
            return 0
        created = 0
        while True:
            count, is_more = self._execute_chunk()
            created += count
            if not is_more:
                return created

    def _create_contracts(self, lines):
        """:return: number created; what the database refuses is left out, the rest goes on"""
        contracts = self.env["fusion.repair.maintenance.contract"].sudo()
        contracts = contracts.with_context(mail_create_nosubscribe=True)
        try:
            with self.env.cr.savepoint():
                made = contracts.create([line._prepare_contract_values() for line in lines])
                for line, contract in zip(lines, made, strict=True):
                    line.contract_id = contract
            return len(made)
        except OperationalError:
            raise
        except Exception:  # row boundary: one by one, and the bad one is left out
            if len(lines) < 2:
                _logger.warning("%s gets no contract", lines, exc_info=True)
                lines.write({"action": "skip", "reason": "failed"})
                return 0
        return sum(self._create_contracts(line) for line in lines)

    def _get_missing_domain(self):
        return [
            ("run_id", "=", self.id),
            ("action", "=", "create"),
            ("contract_id", "=", False),
        ]

    def _execute_chunk(self):
        """Look at each line again, because the world went on, then create in one batch.

        :return: ``(number created, whether there is more)``
        """
        with self.env.cr.savepoint():
            lines = self.env["fusion.repair.backfill.line"].sudo().search(
                self._get_missing_domain(), limit=const.BACKFILL_CHUNK
            )  # fmt: skip
            lines = lines.with_context(fusion_repairs_scan=True)
            made = self._create_contracts(lines._recheck())
            is_more = len(lines) == const.BACKFILL_CHUNK
            if not is_more:
                self.state = "done"
                self.message_post(
                    body=self.env._("%(count)s contracts created.", count=self.contract_count)
                )
        self.env.invalidate_all()
        return made, is_more

    @api.model
    def _cron_backfill(self):
        """Go on with what is under way, a chunk at a time; a killed run goes on where it was."""
        runs = self.search(
            [("state", "in", ("scanning", "executing")), ("is_paused", "=", False)], order="id"
        )
        in_cron = self.env.context.get("ir_cron_progress_id")
        for run in runs:
            is_more = True
            while is_more:
                is_more = run._scan_chunk() if run.state == "scanning" else run._execute_chunk()[1]
                if in_cron and not self.env["ir.cron"]._commit_progress(1):
                    return

    def action_pause(self):
        self.is_paused = True
        return True

    def action_go_on(self):
        self.is_paused = False
        self.env.ref("fusion_repairs.ir_cron_backfill").sudo()._trigger()
        return True

    def action_view_lines(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Units"),
            "res_model": "fusion.repair.backfill.line",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("run_id", "=", self.id)],
            "context": {"search_default_create": 1},
        }
