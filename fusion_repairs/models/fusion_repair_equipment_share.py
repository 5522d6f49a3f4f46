from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .. import const

SHARE_SCOPE = "equipment_share"


class FusionRepairEquipmentShare(models.Model):
    """A caregiver who sees one unit and may book its maintenance, without a login."""

    _name = "fusion.repair.equipment.share"
    _description = "Shared Unit"
    _inherit = ["fusion.repair.mail.mixin"]
    _order = "id desc"
    _rec_name = "email"

    equipment_id = fields.Many2one(
        "maintenance.equipment", "Unit", required=True, index=True, ondelete="cascade"
    )
    email = fields.Char(required=True)
    shared_by = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _one_per_address = models.UniqueIndex(
        "(equipment_id, email) WHERE active", "This unit is shared with that address already."
    )

    @api.model
    def _share(self, unit, email, user):
        """Invite somebody; invited again, a fresh link goes out and the earlier ones stop.

        :return: the share
        :raise UserError: for an address that is none, or when too many people share the unit
        """
        address = email_normalize(email or "")
        if not address:
            raise UserError(self.env._("Please enter an e-mail address."))
        share = self.search([("equipment_id", "=", unit.id), ("email", "=", address)], limit=1)
        count = self.search_count([("equipment_id", "=", unit.id)])
        if not share and count >= const.SHARES_PER_UNIT:
            raise UserError(self.env._("Stop sharing with somebody before you add another person."))
        share = share or self.create(
            {
                "equipment_id": unit.id,
                "email": address,
                "shared_by": user.id,
                "company_id": (unit.company_id or self.env.company).id,
            }
        )
        tokens = self.env["fusion.access.token"].sudo()
        tokens._revoke(share, SHARE_SCOPE)
        raw = tokens._issue(share, SHARE_SCOPE, days=const.SHARE_DAYS)
        share._mail_invitation(f"{share.get_base_url()}/repairs/unit/{raw}")
        return share

    def _stop(self):
        """The link ends at once."""
        for share in self:
            self.env["fusion.access.token"].sudo()._revoke(share, SHARE_SCOPE)
        self.active = False

    def _mail_invitation(self, url):
        client = self.equipment_id.x_fc_client_id
        share = self.with_context(lang=client.lang)
        body = share._email_build(
            share.env._("A unit is shared with you"),
            share.env._(
                "%(client)s shares a unit with you: you see when it is due and may book a visit.",
                client=client.name,
            ),
            sections=[
                (
                    share.env._("Unit"),
                    [
                        (share.env._("Unit"), share.equipment_id._fc_get_public_name()),
                        (share.env._("Questions"), share.company_id.phone),
                    ],
                )
            ],
            button_url=url,
            button_text=share.env._("See the unit"),
        )
        subject = share.env._("%(client)s shares a unit with you", client=client.name)
        return share._email_send(subject, body, email_to=self.email)
