from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairInspectionCertificateExpiry(models.Model):
    """Before a certificate ends the office hears of it, and the client whose unit is maintained."""

    _name = "fusion.repair.inspection.certificate"
    _inherit = ["fusion.repair.inspection.certificate", "fusion.repair.mail.mixin"]

    reminded_days = fields.Integer(
        copy=False, readonly=True, help="Smallest band of 60, 30 and 7 days of which mail went out."
    )

    @api.model
    @api.private
    def cron_certificate_expiry(self):
        counts = super().cron_certificate_expiry()
        if not self._email_is_on():
            return counts
        failed = []
        for company in self.env["res.company"].search([("active", "=", True)]):
            today = company._fc_today()
            found = self.search(
                Domain("company_id", "=", company.id)
                & Domain("state", "=", "expiring")
                & Domain("expiry_date", ">=", today)
                & Domain("expiry_date", "<=", today + timedelta(days=max(const.EXPIRY_BANDS)))
            )
            counts["done"] += run_batch(
                found.filtered(lambda one: one._get_expiry_band()),
                lambda certificate: certificate._remind_expiry(),
                is_due=lambda certificate: bool(certificate._get_expiry_band()),
                on_failure=lambda certificate, _error: failed.append(certificate.id),
            )
        counts["failed"] += len(failed)
        return counts

    def _get_expiry_band(self):
        """:return: the band of days to be told now, 0 when none is"""
        left = (self.expiry_date - self.company_id._fc_today()).days
        band = min((band for band in const.EXPIRY_BANDS if left <= band), default=0)
        is_new = not self.reminded_days or self.reminded_days > band
        return band if left >= 0 and band and is_new else 0

    def _remind_expiry(self):
        self.reminded_days = self._get_expiry_band()
        contract = self.contract_id
        is_active = contract.state == "active" and not contract.open_visit_id
        partner = contract.partner_id
        if is_active and contract._can_be_mailed() and not partner.x_fc_maintenance_opt_out:
            self._mail_client(
                "email_template_certificate_expiry", booking_url=contract._get_booking_url()
            )
        office = self._in_office_words()
        coordinator = self.company_id.sudo().x_fc_service_user_id.partner_id
        office._email_send(
            office.env._("Certificate %(number)s expires soon", number=self.name),
            office._email_expiry(),
            partner_ids=coordinator.ids,
            email_to=[] if coordinator else [self.company_id.email or ""],
        )

    def _mail_get_readers(self):
        return self.contract_id._mail_get_readers()

    def _email_expiry(self, booking_url=None):
        """:return: Markup"""
        day = self._format_day(self.expiry_date)
        rows = [
            (self.env._("Unit"), self.equipment_id._fc_get_public_name()),
            (self.env._("Certificate"), self.name),
            (self.env._("Valid until"), day),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            self.env._("An inspection certificate expires soon"),
            self.env._("It is valid until %(day)s. A maintenance visit renews it.", day=day),
            sections=[(self.env._("The unit"), rows)],
            email_type="attention",
            button_url=booking_url,
            button_text=self.env._("Choose a time"),
        )
