import re

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from .maintenance_equipment import make_serial_key


class FusionRepairBackfillScan(models.Model):
    """Which unit of which sale line becomes a contract, and why another one does not."""

    _inherit = "fusion.repair.backfill.run"

    def _read_lines(self, sale_lines):
        """Decide on each unit of these lines. Reads only, but for the lines of the run."""
        types = self.env["fusion.repair.device.type.map"]._find_all()
        accessories = self._find_accessories(sale_lines.product_id.product_tmpl_id)
        rows = self.env["fusion.repair.backfill.line"].search(
            [("run_id", "=", self.id), ("sale_line_id", "in", sale_lines.ids)]
        )
        kept = {(row.sale_line_id.id, row.unit_index): row for row in rows}
        units = []
        for line in sale_lines:
            units += self._list_units(line)
        known = self._load_known(sale_lines, [make_serial_key(unit[2]) for unit in units])
        fresh = []
        for line, index, serial in units:
            row = kept.get((line.id, index))
            if row and row.contract_id:
                continue
            values = self._decide(line, index, serial, row, types, accessories, known)
            if values and row:
                row.with_context(fusion_repairs_scan=True).write(values)
            elif values:
                fresh.append(values)
        self._insert_lines(fresh)

    def _insert_lines(self, rows):
        """In the database, because a run may have 100,000 lines.

        :param rows: list of values of stored fields, all with the same names
        """
        lines = self.env["fusion.repair.backfill.line"]
        lines.check_access("create")
        now, uid = fields.Datetime.now(), self.env.uid
        fixed = {"company_id": self.company_id.id, "create_uid": uid, "write_uid": uid,
                 "create_date": now, "write_date": now}  # fmt: skip
        rows = [{**fixed, **row} for row in rows]
        if rows:
            names = list(rows[0])
            columns = SQL(", ").join(map(SQL.identifier, names))
            values = [
                [_to_column(row[name], lines._fields[name]) for name in names] for row in rows
            ]
            query = SQL("INSERT INTO fusion_repair_backfill_line (%s) VALUES", columns)
            self.env.cr.execute_values(f"{query.code} %s", values, page_size=len(values))
            lines.invalidate_model()

    def _list_units(self, line):
        """:return: list of ``(sale line, index, serial)``"""
        serials = line._fc_get_serials()
        count = line._fc_count_units(serials)
        most = self.env["fusion.repair.parameter"]._get_number("max_units_per_line")
        count = 1 if count > most else count
        return [(line, number + 1, (serials + [False] * count)[number]) for number in range(count)]

    def _decide(self, line, index, serial, row, types, accessories, known):
        """:return: values of the unit's line, None when it is none of this run's types"""
        category, by_type = self._find_category(line, types)
        if row and row.is_manual_category:
            category, by_type = row.category_id, False
        if self.category_ids and category and category not in self.category_ids:
            return None
        product = line.product_id.product_tmpl_id
        is_on = category.x_fc_maintenance_enabled or (
            category and product.x_fc_maintenance_mode == "enabled"
        )
        interval = product.x_fc_maintenance_interval_months or (
            category.x_fc_maintenance_interval_months if is_on else 0
        )
        anchor, source = line.order_id._fc_find_anchor(line)
        key, partner = make_serial_key(serial), line.order_id.partner_id
        values = {
            "run_id": self.id,
            "sale_line_id": line.id,
            "unit_index": index,
            "partner_id": partner.id,
            "product_id": line.product_id.id,
            "category_id": category.id,
            "regime": category.x_fc_identity_regime or "line",
            "serial": serial,
            "serial_key": key or False,
            "by_device_type": by_type,
            "interval_months": interval,
            "fee": product.x_fc_maintenance_fee or category.x_fc_maintenance_fee,
            "anchor_date": anchor,
            "anchor_source": source,
            "action": "create",
            "reason": False,
        }
        reasons = (
            (row and row.is_manual_skip, False),
            (not category and not interval, "no_category"),
            (not (is_on and interval > 0), "not_maintainable"),
            (not partner, "no_partner"),
            (not partner.active, "inactive_partner"),
            (self._is_returned(line), "returned"),
            (self.delivered_only and not self._is_delivered(line), "not_delivered"),
            (values["regime"] == "line" and product in accessories, "accessory"),
            (values["regime"] == "serial" and not key, "missing_serial"),
        )
        found = next((reason for holds, reason in reasons if holds), None)
        if found is not None:
            return {**values, "action": "skip", "reason": found}
        return {**values, **self._find_known(known, line, index, key, partner)}

    def _find_category(self, line, types):
        """:return: ``(category, whether the funding programme's device type told)``"""
        category = line.product_id.x_fc_repair_category_id
        device = not category and types and line._fc_claims_facts()["device_type"]
        mapped = device and types.get(device.lower())
        return (mapped, True) if mapped else (category, False)

    def _is_delivered(self, line):
        facts = line._fc_claims_facts()
        return bool(line.qty_delivered > 0 or facts["delivery_date"] or facts["service_start"])

    def _is_returned(self, line):
        moves = line.move_ids.filtered(lambda move: move.state == "done")
        back = moves.filtered(lambda move: move.location_id.usage == "customer")
        return bool(back) and line.qty_delivered <= 0

    def _find_accessories(self, templates):
        """:return: templates whose name, in any language, holds a word of an accessory"""
        text = self.env["ir.config_parameter"].sudo().get_param(
            "fusion_repairs.accessory_keywords", const.ACCESSORY_KEYWORDS
        )  # fmt: skip
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not words:
            return templates.browse()
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
        found = templates.browse()
        asked = templates.filtered(lambda one: one.x_fc_maintenance_mode == "inherit")
        for lang, _name in self.env["res.lang"].get_installed():
            found |= asked.with_context(lang=lang).filtered(
                lambda one: pattern.search(one.name or "")
            )
        return found

    # -- What is enrolled already -----------------------------------------------------------------

    def _load_known(self, sale_lines, keys):
        """:return: ``{"lines": {(line id, index): contracts}, "serials": {key: contracts}}``"""
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        ours = Domain("x_fc_source_sale_line_id", "in", sale_lines.ids) | Domain(
            "x_fc_serial_key", "in", [key for key in keys if key]
        )
        found = contracts_sudo.with_context(active_test=False).search(
            Domain("company_id", "=", self.company_id.id) & ours
        )
        known = {"lines": {}, "serials": {}}
        for contract in found:
            place = (contract.x_fc_source_sale_line_id.id, contract.x_fc_unit_index)
            known["lines"].setdefault(place, []).append(contract)
            known["serials"].setdefault(contract.x_fc_serial_key, []).append(contract)
        return known

    def _find_known(self, known, line, index, key, partner):
        """:return: ``{"action", "reason"}`` when a contract holds the unit or held it until the
        client said no; else empty
        """
        by_line = known["lines"].get((line.id, index), [])
        by_serial = known["serials"].get(key, []) if key else []
        if any(one.active and one.state != "cancelled" for one in by_line + by_serial):
            return {"action": "already", "reason": False}
        client = partner.commercial_partner_id
        ended = by_line + [
            one for one in by_serial if one.partner_id.commercial_partner_id == client
        ]
        if any(one.x_fc_cancel_reason not in (False, "sale_cancelled") for one in ended):
            return {"action": "skip", "reason": "opted_out"}
        return {}


def _to_column(value, field):
    """:return: the value as PostgreSQL stores it: False is a value of yes-no fields alone"""
    return value if value or field.type in ("boolean", "integer", "monetary") else None
