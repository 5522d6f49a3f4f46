import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..exceptions import BillingApiError

REQUIRED = (
    "external_subscription_id", "metric_code", "quantity", "period_start", "period_end",
)  # fmt: skip
COLUMNS = (*REQUIRED, "idempotency_key", "unique_value")

#: Rows whose period is on an invoice stay in the books: they count 0 from now on. Those that stood
#: before the upload get their old figure back.
UNDO = """
WITH ours AS (
    SELECT u.id, u.subscription_id, u.idempotency_key, u.quantity,
           (SELECT l.old_quantity FROM fusion_billing_usage_log l
             WHERE l.usage_id = u.id AND l.id > %(log_mark)s
             ORDER BY l.id LIMIT 1) AS before,
           EXISTS (
               SELECT 1 FROM sale_order_line s
                 JOIN fusion_billing_charge c ON c.id = s.x_fc_charge_id
                 JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                 JOIN account_move_line i ON i.id = r.invoice_line_id
                WHERE s.order_id = u.subscription_id AND c.metric_id = u.metric_id
                  AND i.parent_state <> 'cancel' AND u.period_start >= s.x_fc_usage_period_start
                  AND u.period_start < s.x_fc_usage_period_end) AS is_invoiced
      FROM fusion_billing_usage u
      JOIN sale_order o ON o.id = u.subscription_id AND o.x_fc_billing_service_id = %(service)s
     WHERE u.source = %(source)s),
kept AS (
    UPDATE fusion_billing_usage u
       SET quantity = COALESCE(o.before, 0), source = %(code)s, write_uid = %(uid)s,
           write_date = %(now)s
      FROM ours o WHERE o.id = u.id AND (o.is_invoiced OR o.before IS NOT NULL)
    RETURNING u.id, u.subscription_id, u.idempotency_key, o.quantity AS old, u.quantity AS new),
logged AS (
    INSERT INTO fusion_billing_usage_log
        (usage_id, subscription_id, idempotency_key, old_quantity, new_quantity, changed_at)
    SELECT id, subscription_id, idempotency_key, old, new, %(now)s FROM kept RETURNING 1),
gone AS (
    DELETE FROM fusion_billing_usage u USING ours o
     WHERE o.id = u.id AND NOT o.is_invoiced AND o.before IS NULL RETURNING 1)
SELECT (SELECT COUNT(*) FROM gone), (SELECT COUNT(*) FROM logged)
"""


class FusionBillingUsageUpload(models.Model):
    """Counters from a file: looked at first, stored all or not at all, taken back whole."""

    _name = "fusion.billing.usage.upload"
    _description = "Usage Upload"
    _order = "id desc"
    _rec_name = "filename"

    service_id = fields.Many2one("fusion.billing.service", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    file = fields.Binary(
        "File", attachment=True, help="CSV in UTF-8; its columns are the fields of POST /usage."
    )
    filename = fields.Char("File Name")
    state = fields.Selection(
        [("draft", "To Check"), ("checked", "Checked"), ("done", "Stored"), ("undone", "Undone")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    inserted = fields.Integer("New", readonly=True, copy=False)
    updated = fields.Integer("Corrections", readonly=True, copy=False)
    unchanged = fields.Integer("Known Already", readonly=True, copy=False)
    errors = fields.Json("What Is Wrong", readonly=True, copy=False)
    error_html = fields.Html("Errors", compute="_compute_error_html", sanitize=False)
    done_at = fields.Datetime("Stored at", readonly=True, copy=False)
    log_mark = fields.Integer(
        readonly=True, copy=False, help="The newest correction before this file was stored."
    )
    undone = fields.Char("Taken Back", readonly=True, copy=False)

    @api.depends("errors")
    def _compute_error_html(self):
        for upload in self:
            upload.error_html = upload.errors and self.env["ir.qweb"]._render(
                "fusion_centralize_billing.upload_errors", {"errors": upload.errors}
            )

    def action_check(self):
        """Say what the file would do; nothing of it is kept.

        :raise UserError: it is no such file"""
        self._check_open()
        with self.env.cr.savepoint() as savepoint:
            found = self._record()
            savepoint.rollback()
        self.env["fusion.billing.usage"].invalidate_model()
        self.write({**found, "state": "draft" if found["errors"] else "checked"})

    def action_store(self):
        """Store all rows, or none where one is wrong: the errors are shown then.

        :raise UserError: it is no such file, or it is stored already"""
        self._check_open()
        newest = self.env["fusion.billing.usage.log"].sudo().search([], order="id desc", limit=1)
        with self.env.cr.savepoint() as savepoint:
            found = self._record()
            if found["errors"]:
                savepoint.rollback()
        self.env["fusion.billing.usage"].invalidate_model()
        good = {"state": "done", "done_at": fields.Datetime.now(), "log_mark": newest.id}
        self.write({**found, **({"state": "draft"} if found["errors"] else good)})

    def _check_open(self):
        """:raise UserError: stored already, by this click or another one at the same moment"""
        self.ensure_one()
        self.check_access("write")
        if not self.try_lock_for_update() or self.state not in ("draft", "checked"):
            raise UserError(self.env._("This file is stored already."))

    def _record(self):
        """:return: values of the counts and the errors"""
        rows = self._read_rows()
        found = {"row_count": len(rows), "inserted": 0, "updated": 0, "unchanged": 0, "errors": []}
        service = self.service_id.sudo()
        for start in range(0, len(rows), const.MAX_ROWS):
            part = rows[start : start + const.MAX_ROWS]
            try:
                with self.env.cr.savepoint():
                    counts = service._api_record_usage({"usage": part}, self._get_source())
            except BillingApiError as error:
                found["errors"] += self._describe(error, start)
                continue
            for name in ("inserted", "updated", "unchanged"):
                found[name] += counts[name]
        found["errors"] = found["errors"][: const.UPLOAD_ERRORS]
        return found

    def _get_source(self):
        return f"csv:{self.id}"

    def _describe(self, error, start):
        """:return: [[line of the file or "", column, what is wrong]] of a refusal"""
        if not error.details:
            return [["", "", self._get_words().get(error.code, error.code)]]
        found = []
        for path, words in error.details.items():
            _usage, number, column = path.split(".", 2)
            text = ", ".join(self._get_words().get(word, word) for word in words)
            found.append([start + int(number) + 2, column, text])
        return found

    def _get_words(self):
        return {
            "value_is_mandatory": self.env._("is missing"),
            "value_is_invalid": self.env._("cannot be read"),
            "value_is_out_of_range": self.env._("is out of range"),
            "value_too_long": self.env._("is too long"),
            "value_already_exist": self.env._("stands twice with other figures"),
            "not_found": self.env._("is not known"),
            "subscription_paused": self.env._("A subscription of the file is paused."),
            "subscription_terminated": self.env._("A subscription of the file has ended."),
        }

    def _read_rows(self):
        """:return: list of counters as ``POST /usage`` takes them
        :raise UserError: no text, no rows, too many, or a column is missing"""
        try:
            text = base64.b64decode(self.file or b"").decode("utf-8-sig")
            reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
            rows = [row for row in reader if any(row.values())]
        except (UnicodeDecodeError, csv.Error) as error:
            raise UserError(self.env._("This is no CSV in UTF-8 with commas: %s", error)) from error
        missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
        if missing:
            raise UserError(
                self.env._(
                    "The first line names the columns; these are missing: %s", ", ".join(missing)
                )
            )
        if not 0 < len(rows) <= const.UPLOAD_ROWS:
            raise UserError(self.env._("A file has 1 to %s rows.", const.UPLOAD_ROWS))
        return [{name: row[name] for name in COLUMNS if row.get(name)} for row in rows]

    def action_undo(self):
        """Take the file back: rows of open periods go, corrected ones get their old figure, and
        what is on an invoice becomes an adjustment of the next one.

        :raise UserError: it is not stored"""
        self.ensure_one()
        self.check_access("write")
        if not self.try_lock_for_update() or self.state != "done":
            raise UserError(self.env._("Only a file that is stored can be taken back."))
        self.env.flush_all()
        self.env.cr.execute(
            UNDO,
            {
                "source": self._get_source(),
                "service": self.service_id.id,
                "code": self.service_id.code,
                "log_mark": self.log_mark,
                "uid": self.env.uid,
                "now": fields.Datetime.now(),
            },
        )
        gone, changed = self.env.cr.fetchone()
        self.env["fusion.billing.usage"].invalidate_model()
        text = self.env._("%(gone)s rows removed, %(changed)s set back", gone=gone, changed=changed)
        self.write({"state": "undone", "undone": text})

    def action_view_usage(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "fusion_centralize_billing.action_fc_usage"
        )
        return {**action, "domain": [("source", "=", self._get_source())], "context": {}}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_stored(self):
        if any(upload.state in ("done", "undone") for upload in self):
            raise UserError(self.env._("A file that was stored is kept, so that it can be undone."))
