import random
import time
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.fusion_base.tools.signing import sign_values, verify_values
from odoo.addons.fusion_tasks.exceptions import SlotUnavailable
from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const


class FusionRepairBookableMixin(models.AbstractModel):
    """What a client books online: openings as signed keys, and a booking that outlasts collisions.
    Times are naive UTC."""

    _name = "fusion.repair.bookable.mixin"
    _description = "Bookable Online"
    _slot_scope = const.SLOT_SCOPE

    def _find_openings(self, hours, skills, site):
        """:return: openings of technicians who hold the skills, with ``key`` and labels"""
        self.ensure_one()
        number = self.env["fusion.repair.parameter"]._get_number
        earliest = fields.Datetime.now() + timedelta(hours=number("booking_lead_hours"))
        company = self.company_id
        slots = self.env["fusion.technician.task"].with_company(company)._find_slots(
            duration_hours=hours,
            date_from=to_local(earliest, company._fc_tz()).date(),
            date_to=company._fc_today() + timedelta(days=number("booking_horizon_days")),
            skill_ids=skills.ids,
            latitude=site.partner_latitude,
            longitude=site.partner_longitude,
            company_id=company.id,
            not_before=earliest,
            per_day=number("booking_slots_per_day"),
            limit=const.BOOKING_SLOTS,
        )  # fmt: skip
        return [{**slot, **self._make_offer(slot)} for slot in slots]

    def _make_offer(self, slot):
        """:return: ``key`` and labels of an opening, for these records alone"""
        values = [
            self[:1].id,
            slot["technician_id"],
            fields.Datetime.to_string(slot["start"]),
            fields.Datetime.to_string(slot["end"]),
            fields.Datetime.to_string(fields.Datetime.now()),
        ]
        window = self._format_window(slot["start"], self._get_window_minutes())
        # TRANSLATORS: day of a visit without the year, a pattern of Unicode's LDML
        pattern = self.env._("EEEE, MMMM d")
        day = self._format_day(slot["date"], pattern)
        return {
            "key": sign_values(self.env, self._slot_scope, values),
            "label": self.env._("%(day)s, %(window)s arrival", day=day, window=window),
            "day_label": day,
            "window_label": window,
        }

    def _get_window_minutes(self):
        return self.env["fusion.tasks.travel"]._get_number("window_minutes")

    def _read_slot_key(self, key):
        """:return: ``(technician id, start)``
        :raise SlotUnavailable: ``outside_hours`` for a bad key, ``past`` for an old one
        """
        tasks = self.env["fusion.technician.task"]
        values = verify_values(self.env, self._slot_scope, key or "")
        if not isinstance(values, list) or len(values) != 5 or values[0] not in self.ids:
            raise SlotUnavailable(tasks._get_reason_text("outside_hours"), "outside_hours")
        issued = datetime.fromisoformat(values[4])
        if fields.Datetime.now() - issued > timedelta(hours=const.SLOT_KEY_HOURS):
            raise SlotUnavailable(tasks._get_reason_text("past"), "past")
        return values[1], datetime.fromisoformat(values[2])

    def _try_online(self, work):
        """Work in a cursor of its own, again when bookers of the same technician's day collide.

        :param work: called with this record, gives the raw token of the page that follows
        :return: that token
        :raise SlotUnavailable: also when every try collided
        """
        for left in range(const.BOOKING_TRIES - 1, -1, -1):
            try:
                with self.env.registry.cursor() as cr:
                    record = self.with_env(self.env(cr=cr))
                    token = work(record)
                    record.env.flush_all()
                return token
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                if not left:
                    text = self.env["fusion.technician.task"]._get_reason_text("overlap")
                    raise SlotUnavailable(text, "overlap") from error
                time.sleep(random.uniform(0, const.BOOKING_PAUSE_S))
