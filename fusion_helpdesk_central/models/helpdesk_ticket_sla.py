from odoo import api, fields, models

from .. import const


class HelpdeskTicket(models.Model):
    """Deadlines of a service level. They are moved by events; nothing walks over all tickets."""

    _inherit = "helpdesk.ticket"

    x_fc_sla_id = fields.Many2one(
        "fusion.helpdesk.sla", "Service Level", copy=False, readonly=True, ondelete="set null"
    )
    x_fc_first_answer_at = fields.Datetime("First Answer", copy=False, readonly=True)
    x_fc_answer_deadline = fields.Datetime("Answer Due", copy=False, readonly=True)
    x_fc_resolve_deadline = fields.Datetime("Solution Due", copy=False, readonly=True)
    x_fc_sla_paused_at = fields.Datetime(
        "Clock Stopped", copy=False, readonly=True,
        help="While the customer or an owner is asked, the clock of the solution stands.",
    )  # fmt: skip
    x_fc_due_at = fields.Datetime(
        "Due", compute="_compute_x_fc_due_at", store=True, index=True, copy=False
    )
    x_fc_sla_is_late = fields.Boolean("Late", copy=False, readonly=True)

    @api.depends(
        "x_fc_first_answer_at", "x_fc_answer_deadline", "x_fc_resolve_deadline",
        "x_fc_sla_paused_at", "stage_id",
    )  # fmt: skip
    def _compute_x_fc_due_at(self):
        for ticket in self:
            if not ticket.x_fc_sla_id or ticket._fc_is_closed():
                ticket.x_fc_due_at = False
            elif not ticket.x_fc_first_answer_at:
                ticket.x_fc_due_at = ticket.x_fc_answer_deadline
            else:
                is_paused = ticket.x_fc_sla_paused_at
                ticket.x_fc_due_at = False if is_paused else ticket.x_fc_resolve_deadline

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets.sudo()._fc_start_sla()
        return tickets

    def write(self, vals):
        done = super().write(vals)
        if {"priority", "x_fc_client_key_id"} & vals.keys():
            self.sudo().filtered(lambda t: not t.x_fc_first_answer_at)._fc_start_sla()
        if {"stage_id", "x_fc_engagement_state", "x_fc_engagement_asked_at"} & vals.keys():
            self.sudo()._fc_move_sla()
        return done

    def _fc_start_sla(self):
        if any(name.startswith("sla_") for name in self._fields):
            return  # OCA's helpdesk_mgmt_sla, or Enterprise's own: then theirs counts
        levels, found = self.env["fusion.helpdesk.sla"], {}
        for ticket in self.filtered("x_fc_client_label"):
            kind = (ticket.company_id, ticket.x_fc_client_key_id, ticket.priority)
            if kind not in found:
                found[kind] = levels._find_for(ticket)
            level = found[kind]
            # A ticket that had a level keeps its beginning.
            start = ticket.create_date if ticket.x_fc_sla_id else fields.Datetime.now()
            values = {"x_fc_sla_id": level.id, "x_fc_sla_is_late": False}
            for name in ("answer", "resolve"):
                hours = level[f"{name}_hours"]
                values[f"x_fc_{name}_deadline"] = bool(level) and level._plan(hours, start)
            if level or ticket.x_fc_sla_id:
                ticket.write(values)

    def _fc_move_sla(self, is_answer=None):
        """Stop or restart the clock after an event.

        :param is_answer: for a new public message: whether it is the desk's
        """
        for ticket in self.filtered("x_fc_sla_id"):
            now = fields.Datetime.now()
            if is_answer and not ticket.x_fc_first_answer_at:
                ticket.x_fc_first_answer_at = now
            is_waiting = ticket._fc_is_waiting(is_answer)
            if is_waiting and not ticket.x_fc_sla_paused_at:
                ticket.x_fc_sla_paused_at = now
            elif not is_waiting and ticket.x_fc_sla_paused_at:
                ticket._fc_restart_clock(now)

    def _fc_is_waiting(self, is_answer):
        """Whether the next step is the customer's or the owner's."""
        owner_asks = self.x_fc_engagement_asked_at and not self.x_fc_engagement_answered_at
        if self.x_fc_engagement_state == "pending" and not owner_asks:
            return True
        if is_answer is not None:
            return is_answer
        newest = self._fc_public_messages()[-1:]
        return bool(newest and self.x_fc_last_support_msg_id == newest.id and not owner_asks)

    def _fc_restart_clock(self, now):
        """The working time that the clock stood is added to the deadline."""
        level = self.x_fc_sla_id
        stood = level._count_hours(self.x_fc_sla_paused_at, now)
        self.write(
            {
                "x_fc_sla_paused_at": False,
                "x_fc_resolve_deadline": level._plan(stood, self.x_fc_resolve_deadline)
                if stood
                else self.x_fc_resolve_deadline,
            }
        )

    @api.model
    def _cron_mark_late(self):
        """Mark what has come due since the last run, found by the index on the due date.

        :return: number of tickets marked
        """
        late = self.sudo().search(
            [("x_fc_due_at", "<", fields.Datetime.now()), ("x_fc_sla_is_late", "=", False)],
            limit=const.LATE_BATCH,
        )
        late.write({"x_fc_sla_is_late": True})
        for ticket in late:
            ticket._message_log(body=self.env._("The service level is late."))
        return len(late)
