from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..utils import build_scope_domain

_AGENT = "helpdesk.group_helpdesk_user"


class HelpdeskTicket(models.Model):
    """What a ticket knows of the deployment it came from; its owner's approval."""

    _inherit = "helpdesk.ticket"

    x_fc_client_label = fields.Char("Client Deployment", index=True, copy=False)
    x_fc_client_key_id = fields.Many2one(
        "fusion.helpdesk.client.key", "Client Key", index=True, copy=False, ondelete="restrict"
    )
    x_fc_client_uuid = fields.Char("Deployment's Key", copy=False, readonly=True)
    x_fc_reporter_uid = fields.Integer(
        "Reporter's ID", copy=False, readonly=True, aggregator=None,
        help="Number of the reporting user in the deployment's own database.",
    )  # fmt: skip
    x_fc_error_fingerprint = fields.Char(
        "Error", index=True, copy=False, readonly=True,
        help="The same in all tickets about the same error, whatever their deployment.",
    )  # fmt: skip
    x_fc_same_error_count = fields.Integer(
        "Tickets With This Error", compute="_compute_x_fc_same_error_count"
    )
    x_fc_ticket_kind = fields.Selection([("bug", "Bug"), ("feature", "Feature")], "Kind")
    x_fc_customer_url = fields.Char(
        "Open as the Customer Sees It", compute="_compute_x_fc_customer_url", groups=_AGENT
    )
    x_fc_last_support_msg_id = fields.Integer(
        "Last Answer's ID", index=True, copy=False, readonly=True, aggregator=None
    )
    x_fc_last_support_at = fields.Datetime("Last Answer", index=True, copy=False, readonly=True)
    x_fc_engagement_state = fields.Selection(
        [
            ("none", "Not asked"),
            ("pending", "Awaiting approval"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        "Owner Approval",
        default="none",
        required=True,
        index=True,
        copy=False,
        readonly=True,
    )
    x_fc_engagement_email = fields.Char("Owner's Email", copy=False, readonly=True)
    x_fc_engagement_name = fields.Char("Owner", copy=False, readonly=True)
    x_fc_engagement_sent_at = fields.Datetime("Approval Asked", copy=False, readonly=True)
    x_fc_engagement_reminded_at = fields.Datetime("Owner Reminded", copy=False, readonly=True)
    x_fc_engagement_decided_at = fields.Datetime("Owner Decided", copy=False, readonly=True)
    x_fc_engagement_asked_at = fields.Datetime("Owner's Question", copy=False, readonly=True)
    x_fc_engagement_answered_at = fields.Datetime(
        "Owner's Question Answered", copy=False, readonly=True
    )
    x_fc_engagement_comment = fields.Text("Owner's Comment", copy=False, readonly=True)
    x_fc_ai_summary = fields.Text("Brief for the Owner", copy=False, readonly=True)
    x_fc_ai_draft = fields.Text("Last Summary", copy=False, readonly=True)
    x_fc_ai_draft_sha256 = fields.Char("Summarised Text", copy=False, readonly=True)
    x_fc_engagement_turnaround_hours = fields.Float(
        "Owner's Turnaround (h)",
        compute="_compute_x_fc_engagement_turnaround_hours",
        store=True,
        aggregator="avg",
    )
    x_fc_can_request_approval = fields.Boolean(
        "Owner May Be Asked", compute="_compute_x_fc_engagement_block_reason"
    )
    x_fc_engagement_block_reason = fields.Char(
        "Why the Owner Cannot Be Asked", compute="_compute_x_fc_engagement_block_reason"
    )
    x_fc_engagement_mail_waits = fields.Boolean(
        "Approval Mail Not Sent Yet", compute="_compute_x_fc_engagement_mail_waits"
    )

    _x_fc_client_uuid_uniq = models.UniqueIndex(
        "(x_fc_client_key_id, x_fc_client_uuid) WHERE x_fc_client_uuid IS NOT NULL"
    )
    _x_fc_client_activity_idx = models.Index("(x_fc_client_key_id, write_date)")
    _x_fc_engagement_idx = models.Index("(x_fc_engagement_state, x_fc_client_label)")

    # -- Computes ---------------------------------------------------------------------------------

    @api.depends("partner_id", "access_token")
    def _compute_x_fc_customer_url(self):
        for ticket in self:
            ticket.x_fc_customer_url = ticket.id and ticket.partner_id and ticket._fc_customer_url()

    @api.depends("x_fc_engagement_sent_at", "x_fc_engagement_decided_at")
    def _compute_x_fc_engagement_turnaround_hours(self):
        for ticket in self:
            sent, decided = ticket.x_fc_engagement_sent_at, ticket.x_fc_engagement_decided_at
            seconds = (decided - sent).total_seconds() if sent and decided else 0
            ticket.x_fc_engagement_turnaround_hours = seconds / 3600

    @api.depends("x_fc_client_label", "x_fc_client_key_id.owner_email")
    def _compute_x_fc_engagement_block_reason(self):
        no_owner = self.env._(
            "Owner contact not configured for this client. Ask them to fill it in under "
            "Settings → Fusion Helpdesk."
        )
        for ticket in self:
            has_owner = bool(ticket.x_fc_client_label and ticket._fc_client_key().owner_email)
            ticket.x_fc_can_request_approval = has_owner
            ticket.x_fc_engagement_block_reason = False if has_owner else no_owner

    @api.depends("x_fc_engagement_state")
    def _compute_x_fc_engagement_mail_waits(self):
        pending = self.filtered(lambda ticket: ticket.x_fc_engagement_state == "pending")
        mails_sudo = self.env["mail.mail"].sudo().search(
            [
                ("model", "=", self._name),
                ("res_id", "in", pending.ids),
                ("message_type", "=", "auto_comment"),
                ("state", "in", ("outgoing", "exception")),
            ]
        )  # fmt: skip
        waiting = set(mails_sudo.mapped("res_id"))
        for ticket in self:
            ticket.x_fc_engagement_mail_waits = ticket.id in waiting

    def _read_group_select(self, aggregate_spec, query):
        """An undecided ticket stores 0.0 hours, which is none: it stays out of averages."""
        if aggregate_spec != "x_fc_engagement_turnaround_hours:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "AVG(CASE WHEN %s IS NOT NULL THEN %s END)",
            self._field_to_sql(self._table, "x_fc_engagement_decided_at", query),
            self._field_to_sql(self._table, "x_fc_engagement_turnaround_hours", query),
        )

    @api.depends("x_fc_error_fingerprint")
    def _compute_x_fc_same_error_count(self):
        prints = [text for text in self.mapped("x_fc_error_fingerprint") if text]
        rows = self._read_group(
            [("x_fc_error_fingerprint", "in", prints)], ["x_fc_error_fingerprint"], ["__count"]
        )
        counts = dict(rows) if prints else {}
        for ticket in self:
            ticket.x_fc_same_error_count = counts.get(ticket.x_fc_error_fingerprint, 0)

    def action_open_same_error(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets With This Error"),
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": [("x_fc_error_fingerprint", "=", self.x_fc_error_fingerprint)],
        }

    # -- CRUD -------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        self._fc_fill_keys(vals_list)
        tickets = super().create(vals_list)
        for ticket in tickets.filtered("x_fc_client_label").sudo():
            ticket._portal_ensure_token()
        if not self.env.context.get("fc_no_ack"):
            tickets._fc_acknowledge_new()
        return tickets

    def write(self, vals):
        if "x_fc_client_label" in vals or "x_fc_client_key_id" in vals:
            vals = dict(vals)
            self._fc_fill_keys([vals])
        return super().write(vals)

    @api.model
    def _fc_fill_keys(self, vals_list):
        """Label and key belong together: where one is given, the other is filled in."""
        keys_sudo = self.env["fusion.helpdesk.client.key"].sudo().with_context(active_test=False)
        labels = {vals["x_fc_client_label"] for vals in vals_list if vals.get("x_fc_client_label")}
        by_label = {}
        if labels:
            found = keys_sudo.search([("client_label", "in", list(labels))])
            by_label = {key.client_label: key.id for key in found}
        for vals in vals_list:
            if vals.get("x_fc_client_key_id"):
                key_sudo = keys_sudo.browse(vals["x_fc_client_key_id"])
                vals["x_fc_client_label"] = key_sudo.client_label
            elif "x_fc_client_label" in vals:
                vals["x_fc_client_key_id"] = by_label.get(vals["x_fc_client_label"], False)

    # -- Helpers ----------------------------------------------------------------------------------

    def _fc_client_key(self):
        """:return: the client key of this ticket, sudo, maybe empty"""
        self.ensure_one()
        return self.sudo().x_fc_client_key_id

    @api.model
    def _fc_closed_path(self):
        """:return: what a domain calls a closed ticket; Enterprise's stages are folded"""
        stages = self.env[self._fields["stage_id"].comodel_name]
        return "stage_id.closed" if "closed" in stages._fields else "stage_id.fold"

    def _fc_is_closed(self):
        self.ensure_one()
        return bool(self.sudo().mapped(self._fc_closed_path())[:1] == [True])

    @api.model
    def _fc_scope_domain(self, client_key, identity):
        """Tickets that one user of a deployment may see; the wall stands in the first leaves.

        :param identity: dict with ``uid``, ``email``, ``all``
        :return: :class:`Domain`
        """
        wall = Domain("x_fc_client_key_id", "=", client_key.id)
        wall &= Domain("company_id", "in", [client_key.company_id.id, False])
        return wall & Domain(
            build_scope_domain(
                client_key.client_label, identity["email"], identity["all"], identity["uid"]
            )
        )

    def _fc_customer_url(self, partner=None):
        """:param partner: who opens it, ``False`` for nobody in particular
        :return: absolute magic link"""
        self.ensure_one()
        ticket_sudo = self.sudo()
        partner = ticket_sudo.partner_id if partner is None else partner
        url = ticket_sudo._get_share_url(pid=partner.id if partner else None)
        return ticket_sudo.get_base_url() + url
