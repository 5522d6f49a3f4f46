from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const


class RepairOrderRepeat(models.Model):
    """A unit that keeps failing, or has cost half of a new one: repair or replace?"""

    _inherit = "repair.order"

    x_fc_repeat_note = fields.Char("Repair or Replace", compute="_compute_x_fc_repeat_note")

    @api.depends("x_fc_equipment_id")
    def _compute_x_fc_repeat_note(self):
        for repair in self:
            facts = repair._fc_get_repeat_facts()
            repair.x_fc_repeat_note = bool(facts) and self.env._(
                "%(count)s repairs in 90 days, %(spent)s in 12 months; a new one costs %(price)s.",
                count=facts["count"],
                spent=repair._format_money(facts["spent"]),
                price=repair._format_money(facts["price"]),
            )

    def _fc_get_repeat_facts(self):
        """:return: ``{"count", "spent", "price", "symptoms", "age_days"}`` of a unit that is worth
        a thought, empty for any other; money before tax
        """
        unit = self.x_fc_equipment_id.sudo()
        is_planned = self.x_fc_repair_type == "maintenance" or self.x_fc_intake_source == "recall"
        if not unit or is_planned:
            return {}
        begun = self.create_date or fields.Datetime.now()
        year = begun - timedelta(days=365)
        jobs = self.sudo().search(
            Domain("x_fc_equipment_id", "=", unit.id)
            & Domain("x_fc_repair_type", "!=", "maintenance")
            & Domain("x_fc_intake_source", "!=", "recall")
            & Domain("state", "!=", "cancel")
            & Domain("create_date", ">=", year)
            & Domain("create_date", "<=", begun)
        )
        since = begun - timedelta(days=const.REPEAT_DAYS)
        count = len(jobs.filtered(lambda job: job.create_date >= since))
        orders = jobs.sale_order_id.filtered(lambda order: order.state == "sale")
        spent, price = sum(orders.mapped("amount_untaxed")), unit.x_fc_product_id.list_price
        is_dear = price and spent > price * const.REPEAT_SHARE
        if count < const.REPEAT_COUNT and not is_dear:
            return {}
        installed = unit.x_fc_install_date
        return {
            "count": count,
            "spent": spent,
            "price": price,
            "symptoms": Counter(job.x_fc_symptom_id.name for job in jobs if job.x_fc_symptom_id),
            "age_days": (begun.date() - installed).days if installed else 0,
        }

    def _fc_watch_repeats(self):
        """Tell a manager once per job, with the sheet to decide by."""
        facts = self._fc_get_repeat_facts()
        if not facts:
            return
        words = self._in_office_words()
        unit = self.x_fc_equipment_id.sudo()
        lines = [
            words.x_fc_repeat_note,
            facts["age_days"]
            and words.env._("In use for %(months)s months.", months=facts["age_days"] // 30),
            *(f"{name}: {count}" for name, count in facts["symptoms"].most_common()),
        ]
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.company_id._fc_today(),
            summary=words.env._("Repair or replace %(unit)s?", unit=unit._fc_get_public_name()),
            note=Markup("<br/>").join(line for line in lines if line),
            user_id=self._fc_find_manager().id,
        )

    def _fc_find_manager(self):
        managers = self.env.ref("fusion_repairs.group_manager").sudo().all_user_ids
        company = self.company_id.sudo()
        people = managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        return people[:1] or self._fc_get_coordinator()
