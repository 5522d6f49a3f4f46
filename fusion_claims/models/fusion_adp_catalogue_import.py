import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list, split_every

from .. import const
from ..services import catalogue_file

_CODES = "fusion.adp.device.code"
#: What a person sets; everything else is found by *Check* and *Apply*.
_SETTINGS = {"file", "filename", "is_complete", "currency_id"}
#: What two looks at a file must have in common.
_PLAN = ("kind", "device_code", "before", "values")


class FusionAdpCatalogueImport(models.Model):
    """The program's catalogue from a file: looked at first, applied whole, taken back whole.

    The catalogue is the same for all companies, so its imports are as well.
    """

    _name = "fusion.adp.catalogue.import"
    _description = "ADP Catalogue Import"
    _order = "id desc"
    _rec_name = "filename"

    file = fields.Binary("File", attachment=True, help="CSV or XLSX with a row of headings.")
    filename = fields.Char("File Name", required=True)
    is_complete = fields.Boolean(
        "Whole Catalogue",
        default=True,
        help="Codes that the file leaves out are withdrawn: archived, and kept on their orders.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    state = fields.Selection(
        [("draft", "To Check"), ("checked", "Checked"), ("done", "Applied"), ("undone", "Undone")],
        required=True,
        default="draft",
        readonly=True,
    )
    line_ids = fields.One2many(
        "fusion.adp.catalogue.import.line", "import_id", "Changes", readonly=True
    )
    row_count = fields.Integer("Rows", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    price_count = fields.Integer("Price Changes", readonly=True)
    text_count = fields.Integer("Other Changes", readonly=True)
    withdrawn_count = fields.Integer("Withdrawn", readonly=True)
    back_count = fields.Integer("Back Again", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    column_names = fields.Json(readonly=True)
    unread = fields.Json(readonly=True)
    columns_text = fields.Text("Columns", compute="_compute_columns_text")
    errors = fields.Json(readonly=True)
    error_count = fields.Integer("Wrong Cells", readonly=True)
    error_html = fields.Html("What Is Wrong", compute="_compute_error_html", sanitize=False)
    withdraws_many = fields.Boolean(compute="_compute_withdraws_many")
    done_at = fields.Datetime("Applied on", readonly=True)
    done_uid = fields.Many2one("res.users", "Applied by", readonly=True)

    @api.depends("column_names", "unread")
    @api.depends_context("lang")
    def _compute_columns_text(self):
        codes = self.env[_CODES]
        for one in self:
            rows = [
                f"{heading} → {codes._fields[name]._description_string(self.env)}"
                for name, heading in (one.column_names or {}).items()
            ]
            if one.unread:
                rows.append(
                    self.env._("Not read: %(headings)s", headings=format_list(self.env, one.unread))
                )
            one.columns_text = "\n".join(rows)

    @api.depends("errors", "error_count")
    @api.depends_context("lang")
    def _compute_error_html(self):
        for one in self:
            rows = [
                [row, heading, cell, self._describe_error(reason, detail)]
                for row, heading, cell, reason, detail in one.errors or []
            ]
            hidden = one.error_count - len(rows)
            more = hidden > 0 and self.env._("And %(count)s more.", count=hidden)
            one.error_html = bool(rows) and self.env["ir.qweb"]._render(
                "fusion_claims.catalogue_errors", {"errors": rows, "more": more}
            )

    @api.depends("withdrawn_count", "unchanged_count", "price_count", "text_count")
    def _compute_withdraws_many(self):
        for one in self:
            stays = one.unchanged_count + one.price_count + one.text_count
            one.withdraws_many = one.withdrawn_count > stays

    # -- CRUD -------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_settings(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Another file or another meaning of it is looked at anew."""
        if self.env.su:
            return super().write(vals)
        self._check_settings(vals)
        self._check_open()
        done = super().write(vals)
        self.sudo()._forget()
        return done

    def _check_settings(self, vals):
        if not self.env.su and vals.keys() - _SETTINGS:
            raise AccessError(self.env._("What an import found and did cannot be edited."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(one.state in ("done", "undone") for one in self):
            raise UserError(self.env._("An import that was applied is kept as a record of it."))

    # -- Actions ----------------------------------------------------------------------------------

    def action_check(self):
        """Say what the file would do; the catalogue stays as it is.

        :raise UserError: it is applied already"""
        self._check_open()
        self.sudo()._forget()
        catalogue = self._read_file()
        if catalogue:
            self._keep_plan(catalogue, self._make_plan(catalogue))

    def action_apply(self):
        """Do what the preview shows, all of it or nothing.

        :return: None, or a notice that the preview was renewed because the catalogue has changed
        :raise UserError: it is applied already, or was not checked"""
        self._check_open()
        if self.state != "checked":
            raise UserError(self.env._("Check the file first, and look at what it would change."))
        catalogue = self._read_file()
        plan = self._make_plan(catalogue) if catalogue else []
        shown = [{name: line[name] for name in _PLAN} for line in self.line_ids]
        if shown != [{name: line[name] for name in _PLAN} for line in plan]:
            self.action_check()
            return self._notify_renewed()
        self.line_ids._apply()
        self.sudo().write(
            {"state": "done", "done_at": fields.Datetime.now(), "done_uid": self.env.uid}
        )

    def action_undo(self):
        """Put the catalogue back as it was before.

        :raise UserError: not the newest import, or one of its codes was changed or used since"""
        self.ensure_one()
        self.check_access("write")
        if not self.try_lock_for_update() or self.state != "done":
            raise UserError(self.env._("Only an import that is applied can be undone."))
        newest = self.search([("state", "=", "done")], order="done_at desc, id desc", limit=1)
        if newest != self:
            raise UserError(
                self.env._("Undo %(file)s first: it was applied later.", file=newest.filename)
            )
        self.line_ids._undo()
        self.sudo().state = "undone"

    def action_view_lines(self):
        """:return: an action on the changes of the context's ``fusion_claims_kind``"""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("fusion_claims.action_catalogue_lines")
        kind = self.env.context.get("fusion_claims_kind")
        domain = [("import_id", "=", self.id), ("kind", "=", kind)]
        return {**action, "domain": domain, "context": {}}

    def _check_open(self):
        """:raise UserError: applied already, by this click or another one at the same moment"""
        self.check_access("write")
        if len(self.try_lock_for_update()) != len(self) or any(
            one.state not in ("draft", "checked") for one in self
        ):
            raise UserError(self.env._("This file is applied already. Begin a new import."))

    def _notify_renewed(self):
        message = self.env._(
            "The catalogue has changed since the file was checked. Nothing was applied; please "
            "look at the preview again."
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": message,
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- The file and what it changes -------------------------------------------------------------

    def _forget(self):
        self.line_ids.unlink()
        counts = [name for name in self._fields if name.endswith("_count")]
        self.write(
            {
                **dict.fromkeys(counts, 0),
                **dict.fromkeys(("errors", "column_names", "unread"), False),
                "state": "draft",
            }
        )

    def _read_file(self):
        """:return: Catalogue; None where something is wrong, which is kept to be shown then"""
        self.ensure_one()
        try:
            catalogue = catalogue_file.read_catalogue(base64.b64decode(self.file or b""))
        except catalogue_file.CatalogueError as error:
            self._keep_errors([["", "", "", error.code, error.detail]])
            return None
        self.sudo().write({"column_names": catalogue.columns, "unread": catalogue.unread})
        known = self.env[_CODES].with_context(active_test=False)
        known = known.search_fetch([("device_code", "in", list(catalogue.rows))], ["device_code"])
        for code in catalogue.rows.keys() - set(known.mapped("device_code")):
            if "device_type" not in catalogue.rows[code]:
                heading = catalogue.columns.get("device_type", "")
                row = catalogue.lines[code]
                catalogue.errors.append([row, heading, code, "no_type", ""])
        if catalogue.errors:
            self._keep_errors(sorted(catalogue.errors, key=lambda error: error[0]))
            return None
        return catalogue

    def _keep_errors(self, errors):
        shown = errors[: const.CATALOGUE_ERRORS_SHOWN]
        self.sudo().write({"errors": shown, "error_count": len(errors)})

    def _make_plan(self, catalogue):
        """:return: list of values of lines, of what would change only"""
        domain = Domain("device_code", "in", list(catalogue.rows))
        if self.is_complete:
            domain |= Domain("active", "=", True)
        codes = self.env[_CODES].with_context(active_test=False)
        codes = codes.search_fetch(domain, ["device_code", *const.CATALOGUE_FIELDS])
        snapshots = codes._get_snapshots()
        known = {code.device_code: code for code in codes}
        plan = []
        for name, row in catalogue.rows.items():
            values = {"currency_id": self.currency_id.id, "active": True, **row}
            values.pop("device_code")
            code = known.pop(name, codes.browse())
            plan.append(self._make_line(name, code, snapshots.get(code.id, {}), values))
        for name, code in known.items():
            plan.append(self._make_line(name, code, snapshots[code.id], {"active": False}))
        return [line for line in plan if line["values"]]

    def _make_line(self, name, code, before, values):
        given = values
        values = {key: value for key, value in given.items() if before.get(key) != value}
        if "device_type" in values and "sn_required" in given:  # else found from the type
            values["sn_required"] = given["sn_required"]
        if not before:
            kind = "new"
        elif "active" in values:
            kind = "back" if values["active"] else "withdrawn"
        else:
            kind = "price" if values.keys() & {"adp_price", "currency_id"} else "text"
        return {
            "import_id": self.id,
            "kind": kind,
            "device_code": name,
            "code_id": code.id,
            "before": before or False,
            "values": values,
            "old_price": before.get("adp_price", 0),
            "new_price": values.get("adp_price", before.get("adp_price", 0)),
        }

    def _keep_plan(self, catalogue, plan):
        lines = self.env["fusion.adp.catalogue.import.line"].sudo()
        for part in split_every(const.BATCH, plan, list):
            lines.create(part)
        kinds = Counter(line["kind"] for line in plan)
        touched = sum(count for kind, count in kinds.items() if kind != "withdrawn")
        self.sudo().write(
            {
                "row_count": len(catalogue.rows),
                "unchanged_count": len(catalogue.rows) - touched,
                **{f"{kind}_count": count for kind, count in kinds.items()},
                "state": "checked",
            }
        )

    @api.model
    def _describe_error(self, reason, detail):
        """:return: what is wrong and what to do, in the user's language"""
        texts = {
            "empty": self.env._("Choose a file first."),
            "too_large": self.env._("The file is larger than 10 MB."),
            "too_many_rows": self.env._("The file has more than 20,000 rows. Please split it."),
            "not_a_table": self.env._("This is no table. Please save it as CSV or XLSX."),
            "no_rows": self.env._("The file has headings but no rows."),
            "no_code_column": self.env._(
                "No column of codes was found. Give its heading the name Device Code."
            ),
            "no_price_column": self.env._(
                "No column of prices was found. Give its heading the name ADP Price."
            ),
            "two_columns": self.env._("Two columns mean the same: %(detail)s. Remove one."),
            "too_many_cells": self.env._(
                "The row has more cells than there are headings. Put amounts that hold a comma "
                "between quotation marks."
            ),
            "missing": self.env._("The cell is empty."),
            "twice": self.env._("The code stands on row %(detail)s already."),
            "no_type": self.env._("A new code needs a type."),
            "is_date": self.env._("The spreadsheet made a date of it. Format the cell as text."),
            "is_fraction": self.env._("Format the cell as text."),
            "too_long": self.env._("At most %(detail)s characters."),
            "not_an_amount": self.env._("This is no amount. Write it as 1234.50."),
            "ambiguous_amount": self.env._("This may be thousands or cents. Write it as 1234.50."),
            "negative": self.env._("A price cannot be negative."),
            "not_a_quantity": self.env._("Write a whole number from 1 to 999."),
            "not_yes_no": self.env._("Write yes or no."),
            "not_a_date": self.env._("This is no date. Write it as 2026-04-30."),
            "no_result": self.env._(
                "A formula without a result. Open the file in a spreadsheet, save it, try again."
            ),
            "spreadsheet_error": self.env._("The formula has an error. Correct it in the file."),
        }
        return texts[reason].replace("%(detail)s", str(detail))
