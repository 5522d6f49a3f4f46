from datetime import timedelta

from odoo import models

from odoo.addons.fusion_base.tools.signing import hash_token

from .. import const


class FusionRepairMaintenanceContractHousehold(models.Model):
    """Units of one home that are due close together: one reminder, one page, one visit."""

    _inherit = "fusion.repair.maintenance.contract"

    def _get_household(self):
        """The open contracts of a client and site that ask for the same skills fall into groups
        from the earliest due date on, so that every unit of a group finds the same group.

        :return: the group of this contract in the order of due dates; this one alone when it is not
            open itself
        """
        self.ensure_one()
        is_alone = self.env.context.get("fusion_repairs_own_unit_only")
        is_open = self.state == "active" and self.active and not self.open_visit_id
        if is_alone or not is_open or not self._is_household_booking_on():
            return self
        candidates = self._find_open_contracts()
        if candidates <= self:
            return self
        site, skills = self._get_site(), self._get_skills()
        group = self.browse()
        for other in candidates:
            if other._get_site() != site or other._get_skills() != skills:
                continue
            if group and other.next_due_date > _last_day(group):
                if self in group:
                    break
                group = self.browse()
            group += other
        return group

    def _is_household_booking_on(self):
        return self.env["fusion.repair.parameter"]._is_on("household_booking")

    def _find_open_contracts(self):
        """:return: the client's contracts that can be booked, in the order of due dates, without
        those of the context's ``fusion_repairs_left_out``"""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("state", "=", "active"),
                ("open_visit_id", "=", False),
                ("id", "not in", self.env.context.get("fusion_repairs_left_out", ())),
            ],
            order="next_due_date, id",
        )

    def _find_clients_of_several(self):
        """:return: of these contracts' clients those who have more than one that is open"""
        groups = self._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "active"),
                ("open_visit_id", "=", False),
            ],
            ["partner_id"],
            having=[("__count", ">", 1)],
        )
        return self.partner_id.browse([client.id for (client,) in groups])

    def _get_offer(self):
        """:return: ``(now, later)``: what is booked with this contract in one visit, and what would
        make that visit too long and gets one of its own
        """
        now, later = self, self.browse()
        for other in self._get_household() - self:
            if (now + other)._get_duration() <= const.HOUSEHOLD_HOURS:
                now += other
            else:
                later += other
        return now, later

    def _get_unit_key(self):
        """:return: name of this unit on a page, good for this cycle; it opens nothing"""
        return hash_token(self.sudo().booking_cycle)[:16]

    def _get_public_name(self):
        return self.equipment_id._fc_get_public_name() or self.product_id.name

    def _get_page(self):
        """:return: what the client may know, in the language of the context: no address"""
        offered, later = self._get_offer()
        covered = offered._get_covered()
        return {
            "unit": ", ".join(one._get_public_name() for one in offered),
            "due": self._format_day(min(offered.mapped("next_due_date"))),
            "fee": offered._get_due_fee_text(covered),
            "is_covered": bool(covered),
            "phone": self.partner_id.phone or "",
            "units": [
                {
                    "key": one._get_unit_key(),
                    "name": one._get_public_name(),
                    "due": one._format_day(one.next_due_date),
                    "fee": one._get_due_fee_text(covered),
                    "is_covered": one in covered,
                }
                for one in offered
            ],
            "later": ", ".join(one._get_public_name() for one in later),
        }

    def _leave_households(self):
        for contract in self:
            (contract._get_household() - self)._keep_own_reminders()

    def _keep_own_reminders(self):
        """Left behind by the others of a household: a reminder that went out with theirs does not
        stand for one of its own that is still to come."""
        for contract in self:
            own, sent = contract._get_band(), contract.last_reminder_band
            if sent and (not own or int(sent) < own):
                contract.last_reminder_band = str(own) if own else False


def _last_day(group):
    return group[0].next_due_date + timedelta(days=const.HOUSEHOLD_DAYS)
