from odoo import api, models
from odoo.exceptions import AccessError


class FusionRepairOfficeMixin(models.AbstractModel):
    """Records that a technician may make or write, but not all of: what makes the price, or says
    whose work it is, is the office's. The technician's buttons and report go on with more rights.
    """

    _name = "fusion.repair.office.mixin"
    _description = "Written by Technicians in Part"

    #: What a technician may write.
    _field_writable = frozenset()
    #: What a technician says once, with a new record, and may not change.
    _field_initial = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._fc_check_field_creates(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._fc_check_field_writes(vals)
        return super().write(vals)

    def _fc_check_field_writes(self, vals):
        """:raise AccessError: naming what only the office may change"""
        if self._fc_is_by_technician():
            self._fc_refuse_changes(vals, self._fc_get_office_fields(vals))

    def _fc_check_field_creates(self, vals):
        """What follows from the rest by itself may be said, too: forms do.

        :raise AccessError: naming what only the office may decide
        """
        if self._fc_is_by_technician():
            names = self._fc_get_office_fields(vals) - self._field_initial
            rest = {name: value for name, value in vals.items() if name not in names}
            defaults = self.default_get(list(names))
            self.sudo().new({**defaults, **rest})._fc_refuse_changes(vals, names)

    def _fc_is_by_technician(self):
        return not self.env.su and self.env.user._fc_is_field_only()

    def _fc_refuse_changes(self, vals, names):
        refused = [self._fields[name] for name in names if self._fc_does_change(name, vals[name])]
        if refused:
            labels = ", ".join(sorted(field._description_string(self.env) for field in refused))
            raise AccessError(
                self.env._("Only the office may change this: %(fields)s.", fields=labels)
            )

    def _fc_does_change(self, name, value):
        """:return: whether the value is another one; forms send those that stay, too"""
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return bool(value)
        return any(
            field.convert_to_cache(value, one, validate=False)
            != field.convert_to_cache(one[name], one, validate=False)
            for one in self
        )

    def _fc_get_office_fields(self, names):
        return set(names) - self._field_writable
