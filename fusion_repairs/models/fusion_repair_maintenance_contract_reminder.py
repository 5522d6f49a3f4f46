from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairMaintenanceContractReminder(models.Model):
    """At 30, 7 and 1 days before the due date the client hears of it, once per band and cycle. The
    units of a household are one message, which counts for all of them."""

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
        """Clients of one unit are worked many at once, households one by one."""
        several = self._find_clients_of_several()
        ordered = self.sorted(lambda contract: (contract.next_due_date, contract.id))
        alone = ordered.filtered(lambda contract: contract.partner_id not in several)
        worked = alone.with_context(fusion_repairs_own_unit_only=True)._remind_in_turn(
            together=const.REMINDERS_TOGETHER
        )
        for done, failed in (worked, (ordered - alone)._remind_in_turn()):
            counts["done"] += done
            counts["failed"] += failed
            counts["skipped"] -= done + failed
        counts["skipped"] += len(self)

    def _remind_in_turn(self, together=1):
        """The earliest of a household comes first and speaks; when it fails, the others go without
        it.

        :return: ``(number reminded, number failed)``
        """
        failed = []

        def in_household(contracts):
            return contracts.with_context(fusion_repairs_left_out=tuple(failed))

        def note_failure(contract, _error):
            failed.append(contract.id)
            contract._raise_activity(
                "mail.mail_activity_data_todo", self.env._("The reminder could not be sent")
            )

        done = run_batch(
            self,
            lambda contracts: in_household(contracts)._remind_each(),
            is_due=lambda contract: in_household(contract)._speaks_for_household(),
            on_failure=note_failure,
            together=together,
        )
        return done, len(failed)

    def _remind_each(self):
        self.equipment_id.sudo().fetch(["x_fc_product_id", "x_fc_location_note"])  # all at once
        for contract in self:
            contract._remind()

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
        band, sent = self._get_band(), self.last_reminder_band
        return str(band) if band and (not sent or int(sent) > band) else ""

    def _get_band(self):
        """:return: the band in which its due date lies, None before the first"""
        left = (self.next_due_date - self.company_id._fc_today()).days
        return min((band for band in const.BANDS if left <= band), default=None)

    def _speaks_for_household(self):
        """:return: whether a reminder is due, and this is the one of a household that carries it;
        not while somebody books one of its units
        """
        if not self._get_band_due():
            return False
        household = self._get_household()
        speaker = household.filtered(lambda one: one._get_band_due())[:1]
        is_alone = len(household) == 1
        return self == speaker and (is_alone or household.try_lock_for_update() == household)

    def _remind(self):
        band, is_first = self._get_band_due(), not self.last_reminder_band
        household = self._get_household()
        household.filtered(
            lambda one: not one.last_reminder_band or int(one.last_reminder_band) > int(band)
        ).write({"last_reminder_band": band, "last_reminder_date": self.company_id._fc_today()})
        if not self._can_be_mailed():
            if is_first:
                self._raise_activity(
                    "fusion_repairs.mail_activity_no_email",
                    self.env._("Maintenance is due and the client has no e-mail address"),
                )
            return
        days = dict(self._fields["last_reminder_band"]._description_selection(self.env))[band]
        note = self.env._(
            "Reminder (%(band)s) sent to %(client)s.", band=days, client=self.partner_id.name
        )
        self._mail_booking_link(note)
        for other in household - self:
            other.message_post(body=note)

    def _mail_booking_link(self, note=None):
        """:return: the ``mail.mail`` queued"""
        return self._mail_client(
            "email_template_maintenance_due_reminder",
            note=note,
            readers=self.partner_id | self._get_household().x_fc_contact_partner_id,
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
        units = self._get_household()
        first = min(units.mapped("next_due_date"))
        is_late = first < self.company_id._fc_today()
        name, day = units._get_unit_name(), self._format_day(first)
        title = self.env._("Time for the maintenance of your %(unit)s", unit=name)
        due = self._get_due_sentence(len(units) > 1, is_late, day)
        pick = self.env._("Choose a time that suits you; it takes a minute.")
        footer = unsubscribe_url and self.env["ir.qweb"].sudo()._render(
            "fusion_repairs.email_unsubscribe", {"url": unsubscribe_url}, lang=self.env.lang
        )
        return self._email_build(
            title,
            f"{due} {pick}",
            sections=units._list_reminder_sections(),
            email_type="attention" if is_late else "info",
            button_url=booking_url or "/repairs/maintenance/book/preview",
            button_text=self.env._("Choose a time"),
            extra_html=footer or None,
        )

    def _get_due_sentence(self, is_household, is_late, day):
        if is_household and is_late:
            return self.env._("The first of them is overdue since %(day)s.", day=day)
        if is_household:
            return self.env._("The first of them is due on %(day)s.", day=day)
        if is_late:
            return self.env._("It is overdue since %(day)s.", day=day)
        return self.env._("It is due on %(day)s.", day=day)

    def _list_reminder_sections(self):
        """:return: sections of the e-mail: one for each unit, and what they cost together"""
        covered = self._get_covered()
        questions = (self.env._("Questions"), self.company_id.sudo().phone)
        sections = [
            (
                one._get_unit_name(),
                [
                    (self.env._("Serial number"), one.x_fc_device_serial),
                    (self.env._("Place"), one.equipment_id.sudo().x_fc_location_note),
                    (self.env._("Due"), one._format_day(one.next_due_date)),
                    (self.env._("Maintenance fee"), one._get_due_fee_text(covered)),
                ],
            )
            for one in self
        ]
        if len(self) == 1:
            rows = [(self.env._("Unit"), self._get_unit_name()), *sections[0][1], questions]
            return [(self.env._("Your maintenance"), rows)]
        total = (self.env._("Fee for all units"), self._get_due_fee_text(covered))
        return [*sections, (self.env._("All units together"), [total, questions])]


def _larger(band):
    return [str(other) for other in const.BANDS if other > band]
