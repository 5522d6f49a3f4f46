from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .. import const


class HelpdeskTicket(models.Model):
    """Closing and reopening by the reporter."""

    _inherit = "helpdesk.ticket"

    def _fc_find_stage(self, is_closed):
        """:return: the first stage of the ticket's team that a customer may close it to, or the
        first open one"""
        self.ensure_one()
        stages = self.env[self._fields["stage_id"].comodel_name].sudo()
        closed = self._fc_closed_path().rpartition(".")[2]
        domain = Domain(closed, "=", is_closed)
        if is_closed and "close_from_portal" in stages._fields:
            domain &= Domain("close_from_portal", "=", True)
        if "team_ids" in stages._fields:
            teams = [False, self.sudo().team_id.id]
            domain &= Domain("team_ids", "in", teams)
        if "company_id" in stages._fields:
            domain &= Domain("company_id", "in", [False, self.sudo().company_id.id])
        return stages.search(domain, limit=1)

    def _fc_can_close(self):
        return not self._fc_is_closed() and bool(self._fc_find_stage(is_closed=True))

    def _fc_can_reopen(self):
        """Within 14 days of closing."""
        self.ensure_one()
        ends = fields.Datetime.now() - timedelta(days=const.REOPEN_DAYS)
        closed_at = self.sudo().close_date
        return self._fc_is_closed() and bool(not closed_at or closed_at > ends)

    def _fc_set_state(self, action, name):
        """:param action: ``close`` or ``reopen``
        :param name: who asks, for the desk's note
        :return: whether it was done
        """
        self.ensure_one()
        if action == "close" and self._fc_can_close():
            note = self.env._("Closed by %(name)s from the deployment.", name=name)
        elif action == "reopen" and self._fc_can_reopen():
            note = self.env._("Reopened by %(name)s from the deployment.", name=name)
        else:
            return False
        self.stage_id = self._fc_find_stage(is_closed=action == "close")
        self.message_post(
            body=note,
            subtype_xmlid="mail.mt_note",
            partner_ids=self.user_id.partner_id.ids if action == "reopen" else [],
        )
        return True
