from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairMaintenanceContractReminder(models.Model):
    """At 30, 7 and 1 days before the due date the client hears of it, once per band and cycle."""

    _inherit = "fusion.repair.maintenance.contract"

    @api.model
    @api.private
    def cron_send_due_reminders(self):
        """:return: ``{"done", "skipped", "failed"}``"""
        counts = {"done": 0, "skipped": 0, "failed": 0}
        if not self._email_is_on():
            return counts
        for company in self.env["res.company"].search([("active", "=", True)]):
            domain = self._get_reminder_domain(company)
            batch, last_id = self, 0
            while batch := self.search(
                domain & Domain("id", ">", last_id), order="id", limit=const.REMINDER_BATCH
            ):
                last_id = batch[-1].id
                batch._remind_all(counts)
        return counts

    def _remind_all(self, counts):
        failed = []

        def note_failure(contract, _error):
            failed.append(contract.id)
            contract._raise_activity(
                "mail.mail_activity_data_todo", self.env._("The reminder could not be sent")
            )

        done = run_batch(
            self,
            lambda contract: contract._remind(),
            is_due=lambda contract: bool(contract._get_band_due()),
            on_failure=note_failure,
        )
        counts["done"] += done
        counts["failed"] += len(failed)
        counts["skipped"] += len(self) - done - len(failed)

    @api.model
    def _get_reminder_domain(self, company):
        """What a band of that company's today asks for and has not got; served by ``_due_idx``."""
        today = company._fc_today()
        by_band = Domain.OR(
            Domain("next_due_date", "<=", today + timedelta(days=band))
            & Domain("last_reminder_band", "in", [False, *_larger(band)])
            for band in const.BANDS
        )
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "active")
            & Domain("next_due_date", "<=", today + timedelta(days=max(const.BANDS)))
            & Domain("open_visit_id", "=", False)
            & Domain("partner_id.active", "=", True)
            & Domain("partner_id.x_fc_maintenance_opt_out", "=", False)
            & by_band
        )

    def _get_band_due(self):
        """:return: the band to be sent now, empty when none is"""
        if self.state != "active" or self.open_visit_id:
            return ""
        left = (self.next_due_date - self.company_id._fc_today()).days
        band = min((band for band in const.BANDS if left <= band), default=None)
        sent = self.last_reminder_band
        return str(band) if band and (not sent or int(sent) > band) else ""

    def _remind(self):
        band, is_first = self._get_band_due(), not self.last_reminder_band
        self.write({"last_reminder_band": band, "last_reminder_date": self.company_id._fc_today()})
        if not self._can_be_mailed():
            if is_first:
                self._raise_activity(
                    "fusion_repairs.mail_activity_no_email",
                    self.env._("Maintenance is due and the client has no e-mail address"),
                )
            return
        days = dict(self._fields["last_reminder_band"]._description_selection(self.env))[band]
        self._mail_booking_link(
            self.env._(
                "Reminder (%(band)s) sent to %(client)s.", band=days, client=self.partner_id.name
            )
        )

    def _mail_booking_link(self, note=None):
        """:return: the ``mail.mail`` queued"""
        return self._mail_client(
            "email_template_maintenance_due_reminder",
            note=note,
            booking_url=self._get_booking_url(),
            unsubscribe_url=self._get_unsubscribe_url(),
        )

    def _can_be_mailed(self):
        partner = self.partner_id
        return bool(partner.email_normalized) and not partner.sudo().is_blacklisted

    def _mail_get_readers(self):
        return self.partner_id | self.x_fc_contact_partner_id

    def _get_unsubscribe_url(self):
        tokens = self.env["fusion.access.token"].sudo()
        raw = tokens._issue(self.partner_id, "maintenance_unsubscribe", days=const.UNSUBSCRIBE_DAYS)
        return f"{self.get_base_url()}/repairs/unsubscribe/{raw}"

    def _email_due_reminder(self, booking_url=None, unsubscribe_url=None):
        """:return: Markup of the reminder; rendering writes nothing"""
        is_late = self.next_due_date < self.company_id._fc_today()
        day = self._format_day(self.next_due_date)
        unit = self._get_unit_name()
        title = self.env._("Time for the maintenance of your %(unit)s", unit=unit)
        due = self.env._("It is due on %(day)s.", day=day)
        if is_late:
            due = self.env._("It is overdue since %(day)s.", day=day)
        pick = self.env._("Choose a time that suits you; it takes a minute.")
        fee = self._get_due_fee_text()
        rows = [
            (self.env._("Unit"), unit),
            (self.env._("Serial number"), self.x_fc_device_serial),
            (self.env._("Place"), self.equipment_id.sudo().x_fc_location_note),
            (self.env._("Due"), day),
            (self.env._("Maintenance fee"), fee),
            (self.env._("Questions"), self.company_id.sudo().phone),
        ]
        footer = unsubscribe_url and self.env["ir.qweb"].sudo()._render(
            "fusion_repairs.email_unsubscribe", {"url": unsubscribe_url}, lang=self.env.lang
        )
        return self._email_build(
            title,
            f"{due} {pick}",
            sections=[(self.env._("Your maintenance"), rows)],
            email_type="attention" if is_late else "info",
            button_url=booking_url or "/repairs/maintenance/book/preview",
            button_text=self.env._("Choose a time"),
            extra_html=footer or None,
        )


def _larger(band):
    return [str(other) for other in const.BANDS if other > band]
