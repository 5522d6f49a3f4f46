from odoo import models
from odoo.exceptions import AccessError


class FusionRepairOfficeMixin(models.AbstractModel):
    """Records that a technician may write, but not all of: what makes the price, or says whose
    work it is, is the office's. The technician's buttons and report go on with more rights."""

    _name = "fusion.repair.office.mixin"
    _description = "Written by Technicians in Part"

    #: What a technician may write.
    _field_writable = frozenset()

    def write(self, vals):
        self._fc_check_field_writes(vals)
        return super().write(vals)

    def _fc_check_field_writes(self, vals):
        """:raise AccessError: naming what only the office may change"""
        if self.env.su or not self.env.user._fc_is_field_only():
            return
        refused = {
            self._fields[name]
            for name in self._fc_get_office_fields(vals)
            if self._fc_does_change(name, vals[name])
        }
        if refused:
            labels = ", ".join(sorted(field._description_string(self.env) for field in refused))
            raise AccessError(
                self.env._("Only the office may change this: %(fields)s.", fields=labels)
            )

    def _fc_does_change(self, name, value):
        """:return: whether the value is another one; forms send those that stay, too"""
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return True
        return any(
            field.convert_to_cache(value, one, validate=False)
            != field.convert_to_cache(one[name], one, validate=False)
            for one in self
        )

    def _fc_get_office_fields(self, names):
        return set(names) - self._field_writable
