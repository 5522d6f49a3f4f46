import math

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..services import lengths

_lt = LazyTranslate(__name__)

_LONGEST = {"char": 200, "text": 10_000}  # characters
_LARGEST = 1_000_000  # of any number a tablet sends

NOT_ALLOWED = _lt("not allowed")
NO_CHOICE = _lt("There is no such choice.")
TOO_LONG = _lt("The text is too long.")


class Unreadable(ValueError):
    """What was typed is no value of the field; it is kept as text."""


class FusionSyncMixin(models.AbstractModel):
    """A record that several devices edit: every field knows the revision of its last change."""

    _name = "fusion.sync.mixin"
    _description = "Record Edited on Several Devices"

    #: What a portal user may write.
    _PORTAL_FIELDS = ()
    #: Numbers that are no lengths: pounds, kilometres, degrees, ratios.
    _PLAIN_NUMBERS = ()

    rev = fields.Integer("Revision", readonly=True, copy=False)
    field_revs = fields.Json(copy=False, readonly=True)
    raw_values = fields.Json(copy=False, help="Text that could not be read, by field.")

    def write(self, vals):
        touched = set(vals) & set(self._PORTAL_FIELDS)
        if not touched:
            return super().write(vals)
        for record in self:
            rev = record.rev + 1
            revs = {**(record.field_revs or {}), **dict.fromkeys(touched, rev)}
            super(FusionSyncMixin, record).write({**vals, "rev": rev, "field_revs": revs})
        return True

    def _merge(self, values, base_rev, own_revs, allowed):
        """Write what a device sends, field by field.

        :param values: {field: number, text, boolean, key or id}; a length may be tape text
        :param base_rev: revision of this record that the device had seen
        :param own_revs: set of revisions that this device made itself in this call
        :param allowed: names that its user may write
        :return: ``(written, errors, conflicts)``: number of fields kept, {field: message},
            {field: {"mine", "theirs"}}
        """
        self.ensure_one()
        revs, raws = self.field_revs or {}, dict(self.raw_values or {})
        vals, errors, conflicts = {}, {}, {}
        written = 0
        for name, value in values.items():
            if name not in allowed or name not in self._fields:
                errors[name] = self.env._(NOT_ALLOWED)
                continue
            last = revs.get(name, 0)
            is_newer = last > base_rev and last not in own_revs
            try:
                new = self._read_entry(name, value)
            except Unreadable:
                if is_newer:
                    conflicts[name] = {"mine": value, "theirs": self._show_entry(name)}
                else:
                    raws[name] = str(value)[:200]
                    errors[name] = self._get_raw_error(name, value)
                    written += 1
                continue
            except ValueError as error:
                errors[name] = str(error)
                continue
            if is_newer and new != self._show_entry(name):
                conflicts[name] = {"mine": value, "theirs": self._show_entry(name)}
                continue
            vals[name] = new
            raws.pop(name, None)
            written += 1
        if raws != (self.raw_values or {}):
            self.sudo().raw_values = raws
            if not vals:
                self.sudo().rev += 1
        if vals:
            self.sudo().write(vals)
        return written, errors, conflicts

    def _get_raw_error(self, name, text):
        if self._is_length(name):
            return self.env._("“%s” is no length.", text)
        return self.env._("“%s” is no number.", text)

    def _is_length(self, name):
        return self._fields[name].type == "float" and name not in self._PLAIN_NUMBERS

    def _show_entry(self, name):
        """:return: the value as a device knows it"""
        value, kind = self[name], self._fields[name].type
        if kind == "many2one":
            return value.id
        if kind in ("date", "datetime"):
            return value and fields.Datetime.to_string(value)[: 10 if kind == "date" else 19]
        return value

    @api.model
    def _read_entry(self, name, value):
        """:return: the value of the field
        :raise Unreadable: no number, no length
        :raise ValueError: with the message"""
        field = self._fields[name]
        if field.type == "boolean":
            return value is True
        if value in (None, False, ""):
            return 0 if field.type in ("integer", "float") else False
        reader = getattr(self, f"_read_{field.type}", None)
        if not reader:
            raise ValueError(self.env._(NOT_ALLOWED))
        return reader(field, value)

    @api.model
    def _read_float(self, field, value):
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise Unreadable(value)
        try:
            if self._is_length(field.name):
                number = lengths.parse(value)
            else:
                number = float(str(value).strip().replace(",", "."))
        except ValueError:
            raise Unreadable(value) from None
        if not math.isfinite(number) or not 0 <= number <= _LARGEST:
            raise Unreadable(value)
        return round(number, 3)

    @api.model
    def _read_integer(self, field, value):
        number = self._read_float(field, value)
        if number != int(number):
            raise Unreadable(value)
        return int(number)

    @api.model
    def _read_selection(self, field, value):
        if value not in field.get_values(self.env):
            raise ValueError(self.env._(NO_CHOICE))
        return value

    @api.model
    def _read_char(self, field, value):
        text = str(value).strip() if isinstance(value, (str, int, float)) else ""
        if len(text) > _LONGEST[field.type]:
            raise ValueError(self.env._(TOO_LONG))
        return text

    _read_text = _read_char

    @api.model
    def _read_date(self, field, value):
        try:
            moment = field.to_date(str(value)[:10])
        except ValueError:
            moment = None
        if not moment:
            raise ValueError(self.env._("This is no date."))
        return fields.Date.to_string(moment)

    @api.model
    def _read_datetime(self, field, value):
        try:
            moment = fields.Datetime.to_datetime(str(value).replace("T", " ")[:19])
        except ValueError:
            raise ValueError(self.env._("This is no date.")) from None
        return fields.Datetime.to_string(moment)

    @api.model
    def _read_many2one(self, field, value):
        """Which of the records a user may choose: the model that has the field says so."""
        is_id = isinstance(value, int) and not isinstance(value, bool)
        if not is_id or not self._may_choose(field.name, value):
            raise ValueError(self.env._(NO_CHOICE))
        return value

    @api.model
    def _may_choose(self, name, record_id):
        """:return: whether a device may link this record"""
        return False
