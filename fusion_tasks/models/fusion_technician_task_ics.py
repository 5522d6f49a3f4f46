from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..services import ics


class FusionTechnicianTaskIcs(models.Model):
    _inherit = "fusion.technician.task"

    def _get_ics(self, method="REQUEST"):
        """What the client puts into a calendar: no staff, no access notes.

        :param method: ``REQUEST``, ``CANCEL`` or ``PUBLISH``
        :return: bytes (RFC 5545)
        """
        self.ensure_one()
        if not self.datetime_start:
            raise UserError(self.env._("%(task)s has no time yet.", task=self.name))
        return ics.build([self._prepare_ics_event(method)], method)

    def _prepare_ics_event(self, method):
        company_sudo = self.sudo().company_id
        is_off = method == "CANCEL" or self.status in ("cancelled", "no_show")
        email = email_normalize(company_sudo.email or "")
        return {
            "uid": self._get_ics_uid(),
            "sequence": self.revision + (method == "CANCEL"),
            "stamp": fields.Datetime.now(),
            "start": self.datetime_start,
            "end": self.datetime_end,
            "summary": f"{self._get_type_label()}, {company_sudo.name}",
            "status": "CANCELLED" if is_off else "CONFIRMED",
            "location": self.sudo().address_id._fc_get_address_line(),
            "organizer": (company_sudo.name, f"mailto:{email}" if email else self.get_base_url()),
        }

    def _prepare_feed_event(self):
        """:return: the job as its technician reads it"""
        return {
            **self._prepare_ics_event("PUBLISH"),
            "summary": self._get_event_name(),
            "organizer": None,
        }

    def _get_ics_uid(self):
        """Stable for the task's life, and of this database alone."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"fusion-task-{self.id}@{database}"
