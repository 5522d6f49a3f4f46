from odoo import models

from .. import const


class Base(models.AbstractModel):
    """Health information that leaves through an export, from whatever model it is reached."""

    _inherit = "base"

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        for path in fields_to_export:
            records = self._fc_follow_health(path)
            if records:
                self.env["fusion.phi.access.log"]._log(records, "export", path)
        return result

    def _fc_follow_health(self, path):
        """:param path: of an export, ``partner_id/x_fc_date_of_birth``
        :return: the records whose health information it reads, none if it reads none"""
        records = self
        *steps, name = path.removesuffix("/.id").removesuffix("/id").split("/")
        for step in steps:
            field = records._fields.get(step)
            if not field or not field.relational:
                return records.browse()
            records = records[step]
        field = records._fields.get(name)
        return records if field and field.groups == const.HEALTH else records.browse()

    def web_read(self, specification):
        """A screen that was given health information is a look at it."""
        rows = super().web_read(specification)
        known = (self._fields[name] for name in specification if name in self._fields)
        if self._origin and any(field.groups == const.HEALTH for field in known):
            self.env["fusion.phi.access.log"]._log(self._origin, "view", "form")
        return rows
