from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import SQL

from ..const import MAX_LOGGED_IDS


class FusionPdfPreviewLog(models.Model):
    """Who opened, printed or downloaded which document. Rows are added and, old ones, removed
    by the cron; nobody changes them."""

    _name = "fusion.pdf.preview.log"
    _description = "PDF Preview Log"
    _order = "event_time DESC, id DESC"
    _rec_name = "document_name"
    _log_access = False

    event_time = fields.Datetime(
        "Time", required=True, readonly=True, index=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one("res.users", "Person", readonly=True, ondelete="set null")
    event = fields.Selection(
        [("open", "Opened"), ("print", "Printed"), ("download", "Downloaded")],
        required=True,
        readonly=True,
    )
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null")
    document_name = fields.Char("Document", size=255, readonly=True)
    checksum = fields.Char("SHA-1", size=40, readonly=True)
    report_name = fields.Char("Report", size=128, readonly=True)
    model_name = fields.Char("Model", size=128, readonly=True)
    record_ids = fields.Char("Record Ids", size=2000, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    parent_id = fields.Many2one(
        "fusion.pdf.preview.log",
        "Opening",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    ip_address = fields.Char("Address", size=45, readonly=True)

    _user_time_idx = models.Index("(user_id, event_time DESC)")
    _attachment_idx = models.Index("(attachment_id)")
    _model_time_idx = models.Index("(model_name, event_time DESC)")

    def write(self, vals):  # pylint: disable=method-required-super
        """:raise AccessError: always, rows are not changed"""
        raise AccessError(self.env._("The log of previews cannot be changed."))

    def unlink(self):  # pylint: disable=method-required-super
        """:raise AccessError: always; old rows leave through the daily job"""
        # pylint: disable=no-raise-unlink
        raise AccessError(self.env._("The log of previews cannot be changed."))

    @api.model
    def _log_event(
        self,
        event,
        attachment=None,
        report_name=None,
        model_name=None,
        record_ids=(),
        parent=None,
        document=None,
    ):
        """Add one row; person, time and address come from the environment.

        :param event: ``open``, ``print`` or ``download``
        :param parent: the ``open`` row it belongs to; its document is copied
        :param document: ``{"document_name", "checksum"}`` of a document that is no attachment
        :return: the sudoed row
        """
        values = self._prepare_parent_values(parent) if parent else {}
        if attachment:
            values.update(
                attachment_id=attachment.id,
                document_name=attachment.name,
                checksum=attachment.checksum,
            )
        values.update(document or {})
        if report_name:
            values["report_name"] = report_name
        if model_name:
            values.update(self._prepare_record_values(model_name, list(record_ids)))
        values.update(
            event=event,
            user_id=self.env.uid,
            ip_address=request.httprequest.remote_addr if request else False,
        )
        return self.sudo().create(values)

    @api.model
    def _log_child(self, log_id, event):
        """Log printing or downloading of a document the user opened.

        :raise UserError: another event
        :raise AccessError: not an opening by this user, or no such row
        """
        if event not in ("print", "download"):
            raise UserError(self.env._("Only printing and downloading are logged here."))
        parent = self.sudo().search(
            [
                ("id", "=", log_id if isinstance(log_id, int) else 0),
                ("user_id", "=", self.env.uid),
                ("event", "=", "open"),
            ]
        )
        if not parent:
            raise AccessError(self.env._("This is not a document you opened."))
        return self._log_event(event, parent=parent)

    def _prepare_parent_values(self, parent):
        copied = (
            "document_name",
            "checksum",
            "report_name",
            "model_name",
            "record_ids",
            "record_count",
        )
        return {
            **{name: parent[name] for name in copied},
            "attachment_id": parent.attachment_id.id,
            "parent_id": parent.id,
        }

    def _prepare_record_values(self, model_name, record_ids):
        shown = [str(id_) for id_ in record_ids[:MAX_LOGGED_IDS]]
        if len(record_ids) > MAX_LOGGED_IDS:
            shown.append(f"+{len(record_ids) - MAX_LOGGED_IDS}")
        return {
            "model_name": model_name,
            "record_ids": ",".join(shown),
            "record_count": len(record_ids),
        }

    @api.model
    def _cron_gc(self, batch=5000):
        """Remove rows older than the setting, in batches, each committed inside a cron run.

        :return: number of rows removed; 0 where the setting is 0 or no number
        """
        days = self.env["ir.config_parameter"]._fc_pdf_log_days()
        if not days:
            return 0
        before = self._get_oldest_kept(days)
        removed, count = 0, batch
        while count == batch:
            count = self._remove_before(before, batch)
            removed += count
            if not self._commit_batch(count):
                break
        return removed

    def _get_oldest_kept(self, days):
        """Beyond a century nothing is old enough; larger figures would leave the calendar."""
        return fields.Datetime.now() - timedelta(days=min(days, 36500))

    def _remove_before(self, before, batch):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """DELETE FROM fusion_pdf_preview_log WHERE id IN (
                       SELECT id FROM fusion_pdf_preview_log
                        WHERE event_time < %s ORDER BY event_time LIMIT %s)""",
                before,
                batch,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        return count

    def _commit_batch(self, count):
        """:return: whether time is left"""
        if not self.env.context.get("ir_cron_progress_id"):
            return True
        return bool(self.env["ir.cron"]._commit_progress(count))
