from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize, parse_contact_from_email


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "rating.mixin"]
    _primary_email = "partner_email"
    _mail_thread_customer = True

    description = fields.Html(required=False)
    ticket_ref = fields.Char(string="Ticket Reference", related="number")
    partner_company_name = fields.Char(string="Company Name")
    partner_phone = fields.Char(string="Phone")
    # A label of its own: OCA's closed_date is "Closed Date", and an equal one is a warning.
    close_date = fields.Datetime(string="Closed On", related="closed_date")

    @api.model_create_multi
    def create(self, vals_list):
        """Find or create the contact of each e-mail address and let it follow the ticket.

        Who is not of the desk does not become the assignee of what he creates.
        """
        vals_list = [dict(vals) for vals in vals_list]
        if not self._is_desk_user() and "default_user_id" not in self.env.context:
            for vals in vals_list:
                vals.setdefault("user_id", False)
        self._fill_partners(vals_list)
        tickets = super().create(vals_list)
        tickets._subscribe_partners()
        return tickets

    def write(self, vals):
        done = super().write(vals)
        if vals.get("partner_id"):
            self._subscribe_partners()
        return done

    @api.model
    def message_new(self, msg, custom_values=None):
        """E-mail in: a bare address and the sender's name, an empty subject and body are fine."""
        sender = msg.get("email_from") or msg.get("from") or ""
        name, address = parse_contact_from_email(sender)
        msg = {**msg, "subject": (msg.get("subject") or "").strip()}
        values = dict(custom_values or {})
        if address:
            # Both keys: OCA reads "from", core writes "email_from" over it.
            msg.update({"from": address, "email_from": address})
            values.setdefault("partner_name", name or False)
        return super().message_new(msg, custom_values=values)

    @api.model
    def _is_desk_user(self):
        """Whether the current user works at the desk, in whichever of its roles.

        OCA's lowest role is implied by all others. The superuser is a machine: gateway and crons.
        """
        return self.env.uid != SUPERUSER_ID and self.env.user.has_group(
            "helpdesk_mgmt.group_helpdesk_user_own"
        )

    # -- Contacts ---------------------------------------------------------------------------------

    @api.model
    def _fill_partners(self, vals_list):
        """Write ``partner_id`` into the rows that have an e-mail address only.

        One look-up per company of the rows, because a contact of another company is none of ours.
        """
        wanted = defaultdict(dict)
        rows = []
        for vals in vals_list:
            address = email_normalize(vals.get("partner_email"))
            if not address or vals.get("partner_id") or self.env.context.get("default_partner_id"):
                continue
            company_id = self._get_creation_company_id(vals)
            wanted[company_id].setdefault(address, self._prepare_partner_values(vals, company_id))
            rows.append((vals, company_id, address))
        found = {
            company_id: self._find_or_create_partners(values, company_id)
            for company_id, values in wanted.items()
        }
        for vals, company_id, address in rows:
            vals["partner_id"] = found[company_id].get(address, False)

    @api.model
    def _find_or_create_partners(self, values, company_id):
        """:param values: {normalised address: values of a new contact}
        :return: {normalised address: contact's id}; one of our own aliases is left out"""
        partners = (
            self.env["mail.thread"]
            .sudo()
            ._partner_find_from_emails_single(
                list(values),
                additional_values=values,
                filter_found=lambda partner: partner.company_id.id in (False, company_id),
            )
        )
        return {partner.email_normalized: partner.id for partner in partners}

    @api.model
    def _prepare_partner_values(self, vals, company_id):
        """Values of a new contact.

        The company stays a text: a parent would show all colleagues' tickets in the portal.
        """
        values = {
            "name": vals.get("partner_name"),
            "company_name": vals.get("partner_company_name"),
            "phone": vals.get("partner_phone"),
            "company_id": company_id,
            "lang": self.env.lang,
        }
        return {key: value for key, value in values.items() if value}

    @api.model
    def _get_creation_company_id(self, vals):
        """:return: id of the company that a ticket with these values will have"""
        team_id = vals.get("team_id") or self.env.context.get("default_team_id")
        team_sudo = self.env["helpdesk.ticket.team"].sudo().browse(team_id or [])
        return team_sudo.company_id.id or vals.get("company_id") or self.env.company.id

    def _subscribe_partners(self):
        """Let the contacts follow; who is archived or a customer is looked up once for all."""
        for partner, tickets in self.sudo().grouped("partner_id").items():
            if partner.active:
                customers = partner.filtered("partner_share")
                tickets._message_subscribe(partner.ids, customer_ids=customers.ids)

    # -- Portal -----------------------------------------------------------------------------------

    def _get_portal_close_stages(self):
        """:return: stages that a customer may move this ticket to"""
        self.ensure_one()
        team = self.team_id.with_company(self.company_id)
        return team._get_applicable_stages().filtered("close_from_portal")

    def _close_from_portal(self, stage):
        """Move an open ticket to one of the stages offered to its customer; else do nothing.

        :param stage: the one asked for, unchecked
        :return: whether the ticket was moved
        """
        self.ensure_one()
        if self.closed or stage not in self._get_portal_close_stages():
            return False
        self.stage_id = stage
        return True

    def _get_portal_attachments(self):
        """:return: the ticket's files without those that hang on internal notes only"""
        self.ensure_one()
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("attachment_ids", "in", self.attachment_ids.ids),
                ]
            )
        )
        public = messages.filtered(
            lambda message: (
                not message.is_internal and message.subtype_id and not message.subtype_id.internal
            )
        )
        hidden = messages.attachment_ids - public.attachment_ids
        return self.attachment_ids - hidden
