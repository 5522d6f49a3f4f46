from odoo import models

from odoo.addons.fusion_base.tools.table_export import to_xlsx

_COLUMNS = ("product_id", "serial", "sold_on", "state", "notified_on", "done_on", "settled_reason")


class FusionRepairRecallExport(models.Model):
    """What the manufacturer asks for: each unit and what became of it, without who owns it."""

    _inherit = "fusion.repair.recall"

    def action_export(self):
        """:return: action that downloads the units as XLSX; the file stays with the campaign, which
        alone decides who may read it
        """
        self.ensure_one()
        self.check_access("read")
        name = f"recall-{self.id}.xlsx"
        files = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("name", "=", name)]
        files.search(domain).unlink()
        attachment = files.create(
            {
                "name": name,
                "raw": to_xlsx([(self.env._("Units"), *self._list_rows(), None)]),
                "mimetype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _list_rows(self):
        """:return: ``(headings, rows)`` as people read them"""
        fields_of = self.line_ids._fields
        labels = {
            name: dict(fields_of[name]._description_selection(self.env))
            for name in ("state", "settled_reason")
        }
        texts = self.line_ids.fields_get(_COLUMNS, ["string"])
        rows = [
            [
                line[name].display_name or ""
                if fields_of[name].relational
                else labels[name].get(line[name], "")
                if name in labels
                else line[name] or ""
                for name in _COLUMNS
            ]
            for line in self.line_ids
        ]
        return [texts[name]["string"] for name in _COLUMNS], rows
