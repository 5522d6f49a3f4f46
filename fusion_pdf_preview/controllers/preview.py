import hashlib
import json
from urllib.parse import quote

from werkzeug.exceptions import BadRequest, InternalServerError
from werkzeug.http import parse_options_header

from odoo import http
from odoo.http import request
from odoo.tools.misc import is_list_of

from odoo.addons.web.controllers.report import ReportController


class PdfPreview(ReportController):
    _open_url = "/fusion_pdf_preview/open"
    _event_url = "/fusion_pdf_preview/event"
    _report_url = "/fusion_pdf_preview/report"
    _all_url = "/fusion_pdf_preview/download_all"
    _zip_url = "/fusion_pdf_preview/zip"

    @http.route(_open_url, type="jsonrpc", auth="user", readonly=False)
    def fusion_open(self, attachment_id, access_token=None, **stated):
        """The only place that hands out a document's addresses, and so logs each opening."""
        return request.env["ir.attachment"]._fusion_open(attachment_id, access_token, stated)

    @http.route(_event_url, type="jsonrpc", auth="user", readonly=False)
    def fusion_event(self, log_id, event):
        log = request.env["fusion.pdf.preview.log"]._log_child(log_id, event)
        return {"log_id": log.id}

    @http.route(_all_url, type="jsonrpc", auth="user", readonly=False)
    def fusion_download_all(self, attachment_ids):
        """Log the download of each document, then hand out the archive's address."""
        attachments = self._find_attachments(attachment_ids)
        for attachment in attachments:
            origin = request.env["ir.attachment"]._fusion_check_origin(attachment, {})
            request.env["fusion.pdf.preview.log"]._log_event("download", attachment, **origin)
        return {"url": attachments._fusion_zip_url()}

    @http.route(_zip_url, type="http", auth="user", methods=["GET"])
    def fusion_zip(self, ids="", **_params):
        numbers = [int(part) for part in ids.split(",") if part.isascii() and part.isdigit()]
        content = self._find_attachments(numbers)._fusion_make_zip()
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", http.content_disposition("documents.zip")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers)

    def _find_attachments(self, ids):
        """:raise AccessError: one of them is not the user's to read, or is gone"""
        is_valid = is_list_of(ids, int) and all(0 < id_ < 2**31 for id_ in ids)
        attachments = request.env["ir.attachment"].browse(dict.fromkeys(ids) if is_valid else ())
        attachments._fusion_check_many()
        return attachments.sudo()

    @http.route(_report_url, type="http", auth="user", methods=["POST"], readonly=False)
    def fusion_report(self, report_name="", docids="[]", data="{}", context="{}", **_params):
        """Render a report once, for preview, print and download.

        The rendering, the file's name and the form of a fault are those of ``/report/download``.

        :param docids: JSON list of ids
        :param data: JSON options of a wizard's report; with them Odoo ignores the ids
        :param context: JSON, the context of the client's action
        """
        ids, options = _read_json(docids, "[]", list), _read_json(data, "{}", dict)
        if not report_name or not is_list_of(ids, int):
            raise BadRequest
        _read_json(context, "{}", dict)
        url = self._prepare_report_url(report_name, ids, options)
        response = self._download_report(url, context or "{}")
        disposition = response.headers["Content-Disposition"]
        response.headers["Content-Disposition"] = disposition.replace("attachment", "inline", 1)
        log = self._log_report(report_name, ids, response)
        response.headers["X-Fusion-Log-Id"] = str(log.id)
        return response

    def _download_report(self, url, context):
        """:raise InternalServerError: with Odoo's JSON error; Odoo itself sends it with a 200"""
        try:
            return self.report_download(json.dumps([url, "qweb-pdf"]), context=context)
        except InternalServerError as error:
            if error.response is not None:
                error.response.status_code = error.code
            raise

    def _prepare_report_url(self, report_name, ids, options):
        """The address that the web client itself would build (``getReportUrl``)."""
        url = f"/report/pdf/{quote(report_name)}"
        if options:
            return f"{url}?options={quote(json.dumps(options))}"
        return f"{url}/{','.join(map(str, ids))}" if ids else url

    def _log_report(self, report_name, ids, response):
        report = request.env["ir.actions.report"]._get_report(report_name)
        disposition = response.headers["Content-Disposition"]
        document = {
            "document_name": parse_options_header(disposition)[1].get("filename", report.name),
            "checksum": hashlib.sha1(response.get_data(), usedforsecurity=False).hexdigest(),
        }
        origin = report._fusion_check_records(report.model, ids)
        return request.env["fusion.pdf.preview.log"]._log_event(
            "open", report_name=report.report_name, document=document, **origin
        )


def _read_json(text, default, kind):
    """:return: the list or dict that a form field holds
    :raise BadRequest: anything else"""
    try:
        value = json.loads(text or default)
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise BadRequest
    return value
