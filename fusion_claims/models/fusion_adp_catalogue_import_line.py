from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list, formatLang, split_every

from .. import const

_CODES = "fusion.adp.device.code"
_NAMED = 10  # codes that a refusal names


class FusionAdpCatalogueImportLine(models.Model):
    """What an import changes of one code, and how the code stood before and after."""

    _name = "fusion.adp.catalogue.import.line"
    _description = "Change of an ADP Catalogue Import"
    _rec_name = "device_code"

    import_id = fields.Many2one(
        "fusion.adp.catalogue.import", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("new", "New"),
            ("price", "Price Change"),
            ("text", "Other Change"),
            ("withdrawn", "Withdrawn"),
            ("back", "Back Again"),
        ],
        "What",
        required=True,
    )
    device_code = fields.Char("Code", required=True)
    code_id = fields.Many2one(_CODES, "Device Code", index="btree_not_null", ondelete="set null")
    currency_id = fields.Many2one(related="import_id.currency_id")
    old_price = fields.Monetary("Price Before")
    new_price = fields.Monetary("New Price")
    difference = fields.Monetary(compute="_compute_difference")
    values = fields.Json(help="What the file sets of the code, by field.")
    before = fields.Json(help="The code before the import, by field; empty for a new one.")
    after = fields.Json(help="The code right after the import, by field.")
    device_type = fields.Char("Type", compute="_compute_device_type")
    description = fields.Char(compute="_compute_device_type")
    changes = fields.Char("What Else Changes", compute="_compute_changes")

    @api.depends("old_price", "new_price", "kind")
    def _compute_difference(self):
        for line in self:
            line.difference = line.kind != "new" and line.new_price - line.old_price

    @api.depends("values", "before")
    def _compute_device_type(self):
        for line in self:
            known = {**(line.before or {}), **(line.values or {})}
            line.device_type = known.get("device_type")
            line.description = known.get("description")

    @api.depends("values", "before", "kind")
    @api.depends_context("lang")
    def _compute_changes(self):
        for line in self:
            texts = []
            for name, value in line.before and line.values.items() or ():
                if name not in ("active", "adp_price") and value != line.before.get(name):
                    label = self.env[_CODES]._fields[name]._description_string(self.env)
                    old, new = (self._show(name, one) for one in (line.before.get(name), value))
                    texts.append(f"{label}: {old} → {new}")
            line.changes = "; ".join(texts)

    @api.model
    def _show(self, name, value):
        """:return: a value of a code as a person reads it"""
        field = self.env[_CODES]._fields[name]
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if not value:
            return "–"
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value).display_name
        if field.type == "date":
            return fields.Date.to_string(value)
        return value if isinstance(value, str) else formatLang(self.env, value, digits=0)

    def _apply(self):
        """Change the catalogue, with the user's own rights."""
        codes = self.env[_CODES]
        new = self.filtered(lambda line: line.kind == "new")
        for part in split_every(const.BATCH, new.ids, self.browse):
            created = codes.create(
                [{**line.values, "device_code": line.device_code} for line in part]
            )
            for line, code in zip(part.sudo(), created, strict=True):
                line.code_id = code
        codes._write_each([(line.code_id, line.values) for line in self - new])
        snapshots = self.code_id._get_snapshots()
        for line in self.sudo():
            line.after = snapshots[line.code_id.id]

    def _undo(self):
        """:raise UserError: a code was changed since, or a new one is in use"""
        self._check_unchanged()
        new = self.filtered(lambda line: line.kind == "new")
        self._check_unused(new.code_id)
        self.env[_CODES]._write_each(
            [
                (line.code_id, {name: line.before[name] for name in const.CATALOGUE_FIELDS})
                for line in self - new
            ]
        )
        new.code_id.unlink()

    def _check_unchanged(self):
        snapshots = self.code_id._get_snapshots()
        changed = self.filtered(lambda line: snapshots.get(line.code_id.id) != line.after)
        if changed:
            raise UserError(
                self.env._(
                    "The import cannot be undone, because these codes were changed since: "
                    "%(codes)s. Correct them by hand, or import the earlier catalogue again.",
                    codes=self._name_codes(changed),
                )
            )

    def _check_unused(self, codes):
        """Orders and products of every company count, and those that the user may not see."""
        used = self.env[_CODES]
        for model in ("sale.order.line", "product.template"):
            records = self.env[model].sudo().with_context(active_test=False)
            domain = [("x_fc_adp_device_code_id", "in", codes.ids)]
            for (code,) in records._read_group(domain, ["x_fc_adp_device_code_id"]):
                used |= code
        if used:
            raise UserError(
                self.env._(
                    "The import cannot be undone, because orders or products use its new codes: "
                    "%(codes)s. Archive what should no longer be used.",
                    codes=self._name_codes(used),
                )
            )

    def _name_codes(self, records):
        names = records[:_NAMED].mapped("device_code")
        return format_list(self.env, names + ["…"] * (len(records) > _NAMED))
