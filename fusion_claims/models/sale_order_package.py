import io

from odoo import models
from odoo.exceptions import AccessError

from .. import const
from ..services import documents

_NOT_BESIDE = {"x_fc_original_application": "x_fc_final_application"}


class SaleOrder(models.Model):
    """The papers of a case as one file: a cover sheet, then each of them."""

    _inherit = "sale.order"

    def _fc_get_package(self):
        """:return: list of ``{"label", "pages", "raw"}``; pages is 0 for what cannot be read, whose
            raw is empty then
        :raise AccessError: the papers are not the user's to read"""
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(const.HEALTH):
            raise AccessError(self.env._("Only who may read the papers prints them."))
        papers = []
        for name in const.DOCUMENTS:
            document = self._fc_get_document(name)
            newer = _NOT_BESIDE.get(name)
            if document and not (newer and self._fc_has(newer)):
                label = self._fields[name]._description_string(self.env)
                papers.append(self._fc_read_paper(label, document.raw))
        for sign_request in self.page11_sign_request_ids.sudo():
            if sign_request.state == "signed" and sign_request.signed_pdf:
                label = self.env._("Page 11, signed by %s", sign_request.signed_name)
                raw = sign_request._get_signed_bytes()
                papers.append(self._fc_read_paper(label, raw))
        return papers

    def _fc_read_paper(self, label, raw):
        try:
            pages = documents.count_pages(raw, len(raw))
        except documents.DocumentFault:
            pages = False
        return {"label": label, "pages": pages or 0, "raw": raw if pages else b""}

    def _fc_build_package(self, cover):
        """:param cover: bytes of the cover sheet
        :return: io.BytesIO of the whole package"""
        parts = [cover, *(row["raw"] for row in self._fc_get_package() if row["pages"])]
        self.env["fusion.phi.access.log"]._log(self, "print", "case package")
        return io.BytesIO(documents.merge(parts))
