import io
import zipfile

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import verify_limited_field_access_token

from .. import const


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def action_fusion_preview(self, title=None):
        """Show a PDF in the dialog, download anything else. Writes nothing: no viewing yet.

        Called on a ``sudo()`` record for an internal user who may not read it, the action holds
        a scoped, expiring token; the opening route checks it.

        :param title: heading of the dialog, by default the file's name
        :return: action; for a PDF ``{"type", "tag", "name", "params": {"attachment_id", "title",
            "model_name", "record_ids", "report_name"[, "access_token"]}}``
        :raise AccessError: the user may not read the attachment
        :raise UserError: the document is empty, or its address is no http(s) one
        :raise ValueError: not exactly one attachment
        """
        self.ensure_one()
        self.check_access("read")
        if self.type == "url":
            return self._fusion_url_action()
        if not self.file_size:
            raise UserError(self.env._("This document is empty."))
        if not self._fusion_is_pdf() or not self._fusion_wants_preview():
            return self._fusion_download_action()
        if self._fusion_is_too_large():
            return self._fusion_large_action()
        return self._fusion_preview_action(title)

    def action_fusion_preview_many(self, title=None):
        """Show several PDFs in one dialog, with previous, next and "download all".

        Documents that cannot be shown (other types, too large) are only in the download. Unlike
        for one document a ``sudo()`` lends no right here: each must be readable by the user.

        :return: action; one attachment gives that of ``action_fusion_preview``; none to show gives
            the download of all as one archive
        :raise AccessError: the user may not read one of them
        :raise UserError: no attachment, or more than 100
        """
        if len(self) == 1:
            return self.action_fusion_preview(title)
        self._fusion_check_many()
        shown = self.filtered(
            lambda attachment: (
                attachment.file_size
                and attachment._fusion_is_pdf()
                and not attachment._fusion_is_too_large()
            )
        )
        if not shown or not self._fusion_wants_preview():
            return {
                "type": "ir.actions.act_url",
                "url": self._fusion_zip_url(),
                "target": "download",
            }
        title = (title or self.env._("%s documents", len(self)))[: const.TITLE_LENGTH]
        return {
            "type": "ir.actions.client",
            "tag": const.ACTION_TAG,
            "name": title,
            "params": {
                "attachment_ids": shown.ids,
                "all_ids": self.ids,
                "title": title,
                "model_name": False,
                "record_ids": [],
                "report_name": False,
            },
        }

    def _fusion_check_many(self):
        """:raise AccessError: one of them is not the real user's to read, or is gone"""
        if not 0 < len(self) <= const.MAX_DOCUMENTS:
            raise UserError(self.env._("Choose 1 to %s documents at a time.", const.MAX_DOCUMENTS))
        if len(self.exists()) != len(self):
            raise AccessError(self.env._("One of these documents no longer exists."))
        self.sudo(False).check_access("read")

    def _fusion_zip_url(self):
        return f"/fusion_pdf_preview/zip?ids={','.join(map(str, self.ids))}"

    def _fusion_make_zip(self):
        """:return: bytes of an archive of the files; equal names get a number"""
        packed, taken = io.BytesIO(), {}
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for attachment in self.filtered(lambda one: one.type == "binary"):
                name = (attachment.name or "document").replace("/", "_").replace("\\", "_")
                taken[name] = taken.get(name, 0) + 1
                if taken[name] > 1:
                    stem, dot, ending = name.rpartition(".")
                    name = f"{stem or ending} ({taken[name]}){dot + ending if stem else ''}"
                archive.writestr(name, attachment.raw or b"")
        return packed.getvalue()

    def _fusion_is_pdf(self):
        """:return: whether the file is a PDF, by its media type or, where that says nothing, by
        its name and first bytes"""
        self.ensure_one()
        if self.type != "binary":
            return False
        media_type = (self.mimetype or "").partition(";")[0].strip().lower()
        if media_type in const.PDF_TYPES:
            return True
        return (
            media_type in const.UNNAMED_TYPES
            and (self.name or "").lower().endswith(".pdf")
            and const.PDF_MARK in self._fusion_read_head()
        )

    def _fusion_read_head(self):
        """:return: the first bytes, empty where the filestore has no such file"""
        if self.store_fname:
            return self._file_read(self.store_fname, const.PDF_MARK_WITHIN)
        return (self.with_context(bin_size=False).db_datas or b"")[: const.PDF_MARK_WITHIN]

    def _fusion_wants_preview(self):
        user = self.env.user
        return user._is_internal() and user.x_fc_pdf_open_mode != "download"

    def _fusion_is_too_large(self):
        return self.file_size > self.env["ir.config_parameter"]._fc_pdf_max_mb() * 1024 * 1024

    def _fusion_preview_action(self, title):
        title = (title or self.name or "")[: const.TITLE_LENGTH]
        params = {
            "attachment_id": self.id,
            "title": title,
            "model_name": self.res_model or False,
            "record_ids": [self.res_id] if self.res_id else [],
            "report_name": False,
        }
        if self.env.su and not self.sudo(False).has_access("read"):
            params["access_token"] = self._get_raw_access_token()
        return {
            "type": "ir.actions.client",
            "tag": const.ACTION_TAG,
            "name": title,
            "params": params,
        }

    def _fusion_url_action(self):
        if not (self.url or "").lower().startswith(("http://", "https://")):
            raise UserError(self.env._("The address of this document is not a web address."))
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def _fusion_download_action(self):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.id}?download=true",
            "target": "download",
        }

    def _fusion_large_action(self):
        """The download, and why it is one."""
        limit = self.env["ir.config_parameter"]._fc_pdf_max_mb()
        message = self.env._(
            "%(name)s is larger than %(limit)s MB and is downloaded instead of shown.",
            name=self.name,
            limit=limit,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": self._fusion_download_action(),
            },
        }

    @api.model
    def _fusion_open(self, attachment_id, access_token=None, origin=None):
        """Check the real user's right, log the opening and hand out the addresses.

        :param origin: ``{"report_name", "model_name", "record_ids"}`` as the client states it
        :return: ``{"log_id", "url", "download_url", "filename", "size", "checksum"}``, size in
            bytes
        :raise AccessError: no right, or no such attachment: both answer alike
        :raise UserError: not a PDF, empty, or its file is missing
        """
        attachment_sudo, query = self._fusion_find_readable(attachment_id, access_token)
        attachment_sudo._fusion_check_shown()
        origin = self._fusion_check_origin(attachment_sudo, origin or {})
        log = self.env["fusion.pdf.preview.log"]._log_event("open", attachment_sudo, **origin)
        url = f"/web/content/{attachment_sudo.id}"
        return {
            "log_id": log.id,
            "url": f"{url}?{query}" if query else url,
            "download_url": f"{url}?download=true&{query}" if query else f"{url}?download=true",
            "filename": attachment_sudo.name,
            "size": attachment_sudo.file_size,
            "checksum": attachment_sudo.checksum,
        }

    @api.model
    def _fusion_find_readable(self, attachment_id, access_token):
        """:return: the sudoed attachment, and the query its address needs for lack of a right"""
        is_id = isinstance(attachment_id, int) and 0 < attachment_id < 2**31
        attachment = self.browse(attachment_id if is_id else []).exists()
        if attachment and attachment.has_access("read"):
            return attachment.sudo(), ""
        if attachment and attachment._fusion_is_token_valid(access_token):
            return attachment.sudo(), f"access_token={access_token}"
        raise AccessError(self.env._("This document no longer exists. (Or you may not read it.)"))

    def _fusion_is_token_valid(self, token):
        return (
            isinstance(token, str)
            and token.isascii()
            and verify_limited_field_access_token(self, "raw", token, scope="binary")
        )

    def _fusion_check_shown(self):
        """:raise UserError: this cannot be shown as a PDF"""
        if self.type == "binary" and not self.file_size:
            raise UserError(self.env._("This document is empty."))
        if not self._fusion_is_pdf():
            raise UserError(self.env._("%(name)s is not a PDF document.", name=self.name))
        if not self._fusion_read_head():
            raise UserError(
                self.env._("The file of %(name)s is missing on the server.", name=self.name)
            )

    @api.model
    def _fusion_check_origin(self, attachment_sudo, origin):
        """Keep of the client's statement only what is true or may be read.

        :return: keyword arguments of ``_log_event``
        """
        own = {
            "model_name": attachment_sudo.res_model,
            "record_ids": [attachment_sudo.res_id] if attachment_sudo.res_id else [],
        }
        model_name, record_ids = origin.get("model_name"), origin.get("record_ids")
        report = self.env["ir.actions.report"]._fusion_find_report(origin.get("report_name"))
        if report:
            readable = report._fusion_check_records(model_name, record_ids)
            return {**readable, "report_name": report.report_name}
        if not model_name and not record_ids:
            return own
        return own if [model_name, record_ids] == [*own.values()] else {}
