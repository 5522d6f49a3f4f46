import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from .. import const

_LABEL = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,31}")


def _minutes_since(moment, now):
    return (now - moment).total_seconds() / 60 if moment else float("inf")


class FusionHelpdeskClientKey(models.Model):
    """One deployment of a client: its label, its bot and key, its business owner."""

    _name = "fusion.helpdesk.client.key"
    _description = "Client Key"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, help="The client's name as people say it.")
    client_label = fields.Char(
        "Label",
        required=True,
        copy=False,
        help="2 to 32 letters, digits, - or _. Every ticket of the deployment carries it; it "
        "cannot change once a ticket does.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    bot_user_id = fields.Many2one(
        "res.users", "Bot", readonly=True, copy=False, ondelete="restrict",
        groups="helpdesk.group_helpdesk_manager",
    )  # fmt: skip
    state = fields.Selection(
        [("draft", "No key yet"), ("active", "Active"), ("revoked", "Revoked")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    key_last4 = fields.Char("Key Ends With", readonly=True, copy=False)
    key_created_at = fields.Datetime("Key Made", readonly=True, copy=False)
    key_expires_at = fields.Datetime("Key Ends", readonly=True, copy=False)
    previous_key_expires_at = fields.Datetime("Previous Key Ends", readonly=True, copy=False)
    team_id = fields.Many2one("helpdesk.team", "Desk Team", help="Empty: the central default.")
    owner_name = fields.Char(tracking=True)
    owner_email = fields.Char(tracking=True)
    owner_source = fields.Selection(
        [("client", "The deployment"), ("manual", "By hand here")],
        "Set By",
        readonly=True,
        copy=False,
    )
    owner_updated_at = fields.Datetime("Set On", readonly=True, copy=False)
    allow_all_scope = fields.Boolean(
        "Admins See All Tickets",
        default=True,
        help="Off: the deployment's admins see their own tickets only, as everybody else.",
    )
    allow_ai = fields.Boolean(
        "AI Summaries",
        default=True,
        help="Off: nothing of this client's tickets is sent to the summariser.",
    )
    owner_digest = fields.Boolean(
        "Weekly Mail to the Owner",
        default=True,
        help="One mail a week while something waits for the owner's approval.",
    )
    last_seen_at = fields.Datetime("Last Seen", readonly=True, copy=False)
    client_version = fields.Char(readonly=True, copy=False)
    client_url = fields.Char("Address", readonly=True, copy=False)
    client_queue_depth = fields.Integer("Queued", readonly=True, copy=False)
    seen_state = fields.Selection(
        [("green", "Seen just now"), ("amber", "Seen today"), ("red", "Not seen for a day")],
        "Contact",
        compute="_compute_seen_state",
    )
    ticket_count = fields.Integer("Tickets", compute="_compute_ticket_count")
    open_ticket_count = fields.Integer("Open", compute="_compute_open_ticket_count")
    pending_engagement_count = fields.Integer(
        "Awaiting Owner", compute="_compute_pending_engagement_count"
    )
    active = fields.Boolean(default=True)

    _client_label_uniq = models.Constraint(
        "UNIQUE (client_label)", "There is a client key with this label already."
    )
    _bot_user_uniq = models.Constraint(
        "UNIQUE (bot_user_id)", "A bot belongs to one client key only."
    )

    @api.depends("last_seen_at")
    def _compute_seen_state(self):
        now = fields.Datetime.now()
        for key in self:
            minutes = _minutes_since(key.last_seen_at, now)
            is_green = minutes < const.SEEN_GREEN_MIN
            key.seen_state = (
                "green" if is_green else "amber" if minutes < const.SEEN_AMBER_MIN else "red"
            )

    def _compute_ticket_count(self):
        counts = self._count_tickets([])
        for key in self:
            key.ticket_count = counts.get(key.id, 0)

    def _compute_open_ticket_count(self):
        closed = self.env["helpdesk.ticket"]._fc_closed_path()
        counts = self._count_tickets([(closed, "=", False)])
        for key in self:
            key.open_ticket_count = counts.get(key.id, 0)

    def _compute_pending_engagement_count(self):
        counts = self._count_tickets([("x_fc_engagement_state", "=", "pending")])
        for key in self:
            key.pending_engagement_count = counts.get(key.id, 0)

    def _count_tickets(self, domain):
        """:return: {key's id: number of its tickets}, one query"""
        rows = self.env["helpdesk.ticket"]._read_group(
            [("x_fc_client_key_id", "in", self.ids), *domain], ["x_fc_client_key_id"], ["__count"]
        )
        return {key.id: count for key, count in rows}

    @api.constrains("client_label")
    def _check_client_label(self):
        for key in self:
            if not _LABEL.fullmatch(key.client_label or ""):
                raise ValidationError(
                    self.env._(
                        "The label %(label)s is not valid: 2 to 32 letters, digits, - or _, "
                        "beginning with a letter or digit.",
                        label=key.client_label,
                    )
                )

    @api.constrains("owner_email")
    def _check_owner_email(self):
        for key in self:
            if key.owner_email and not email_normalize(key.owner_email):
                raise ValidationError(
                    self.env._("%(email)s is not an e-mail address.", email=key.owner_email)
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Each row gets its own bot: a user in no group, who can only call the gateway."""
        vals_list = [self._clean_values(vals) for vals in vals_list]
        keys = super().create(vals_list)
        for key in keys:
            key.sudo().bot_user_id = key._create_bot()
        return keys

    def write(self, vals):
        """:raise UserError: when the label of a key with tickets would change"""
        vals = self._clean_values(vals)
        self._check_label_free(vals)
        done = super().write(vals)
        if "client_label" in vals:
            for key in self:
                key.sudo().bot_user_id.login = key._get_bot_login()
        if vals.get("active") is False:
            self.filtered(lambda key: key.state == "active").action_revoke()
        return done

    def unlink(self):
        bots = self.sudo().bot_user_id
        for key in self:
            key._close_access()
        done = super().unlink()
        partners = bots.partner_id
        bots.unlink()
        partners.unlink()
        return done

    @api.model
    def _clean_values(self, vals):
        vals = dict(vals)
        if isinstance(vals.get("client_label"), str):
            vals["client_label"] = vals["client_label"].strip().upper()
        if vals.get("owner_email"):
            vals["owner_email"] = email_normalize(vals["owner_email"]) or vals["owner_email"]
        if ("owner_email" in vals or "owner_name" in vals) and "owner_source" not in vals:
            vals.update(owner_source="manual", owner_updated_at=fields.Datetime.now())
        return vals

    def _check_label_free(self, vals):
        changed = self.filtered(
            lambda key: "client_label" in vals and key.client_label != vals["client_label"]
        )
        if changed and self.env["helpdesk.ticket"].sudo().with_context(
            active_test=False
        ).search_count([("x_fc_client_key_id", "in", changed.ids)], limit=1):
            raise UserError(self.env._("Tickets carry this label already; it cannot change."))

    # -- Business owner ---------------------------------------------------------------------------

    def _set_contact(self, contact):
        """Take over the owner that a deployment sends; an address that is none is ignored.

        :param contact: ``{"owner_email", "owner_name"}``; empty clears
        :return: list of warnings, empty when all was taken
        """
        self.ensure_one()
        raw = contact.get("owner_email") or ""
        email = email_normalize(raw) or ""
        if raw and not email:
            return [self.env._("The owner's e-mail address is not valid and was ignored.")]
        name = contact.get("owner_name") or ""
        if (email, name if email else "") == (self.owner_email or "", self.owner_name or ""):
            return []
        self._track_set_log_message(self.env._("Owner changed by the deployment."))
        self.write(
            {
                "owner_email": email or False,
                "owner_name": (email and name) or False,
                "owner_source": "client",
                "owner_updated_at": fields.Datetime.now(),
            }
        )
        return []

    # -- Screens ----------------------------------------------------------------------------------

    def action_open_tickets(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets of %(client)s", client=self.name),
            "res_model": "helpdesk.ticket",
            "view_mode": "list,kanban,form",
            "domain": [("x_fc_client_key_id", "=", self.id)],
        }

    def _touch(self, seen):
        """Write what a call tells about its deployment, at most once a minute.

        :param seen: dict of ``client_version``, ``client_url``, ``client_queue_depth``
        """
        self.ensure_one()
        before = fields.Datetime.now() - timedelta(minutes=1)
        if not self.last_seen_at or self.last_seen_at < before:
            self._write_seen({**seen, "last_seen_at": fields.Datetime.now()})
