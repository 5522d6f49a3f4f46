from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class SaleOrder(models.Model):
    """The daily look at cases that nobody touches."""

    _inherit = "sale.order"

    x_fc_followup_key = fields.Char(
        "Last Follow-up",
        copy=False,
        groups="base.group_no_one",
        help="What the daily look last told of this case.",
    )

    @api.model
    def _cron_claims_followups(self):
        """Approvals about to lapse, applications that do not come, bills that wait.

        :return: number of cases that were followed up
        """
        due = self._fc_search_due()
        return run_batch(
            due[: const.BATCH],
            lambda order: order._fc_follow_up(),
            is_due=lambda order: bool(order._fc_get_followup()),
            remaining=max(len(due) - const.BATCH, 0),
        )

    def _fc_search_due(self):
        today = fields.Date.today()
        months = self._fc_number("adp_approval_valid_months")
        near = today - relativedelta(months=months) + timedelta(days=max(const.EXPIRY_BANDS))
        stale = fields.Datetime.now() - timedelta(days=self._fc_number("stale_application_days"))
        late = today - relativedelta(months=max(self._fc_number("adp_billing_limit_months") - 2, 0))
        field = "x_fc_adp_application_status"
        orders = self.search(
            [
                "|", "|",
                "&", (field, "in", ["approved", "approved_deduction", "ready_delivery"]),
                ("x_fc_claim_approval_date", "<=", near),
                "&", (field, "=", "waiting_for_application"), ("write_date", "!=", False),
                "&", (field, "in", ["ready_bill", "billed"]),
                ("x_fc_claim_approval_date", "<=", late),
            ],
            order="id",
        )  # fmt: skip
        waiting = orders.filtered(lambda order: order[field] == "waiting_for_application")
        since = waiting._fc_get_state_since()
        fresh = waiting.filtered(lambda order: since[order] > stale)
        return (orders - fresh).filtered(lambda order: order._fc_get_followup(since.get(order)))

    def _fc_get_state_since(self):
        """:return: ``{order: naive UTC}``, when each entered its state"""
        latest = dict(
            self.env["fusion.claims.status.log"]
            .sudo()
            ._read_group([("order_id", "in", self.ids)], ["order_id"], ["date:max"])
        )
        return {order: latest.get(order) or order.create_date for order in self}

    def _fc_get_followup(self, since=None):
        """:return: (kind, key) of what is to be done now, None when it was done or nothing is"""
        status = self.x_fc_adp_application_status
        if status == "waiting_for_application":
            found = self._fc_get_reminder(since or self._fc_get_state_since()[self])
        elif status in ("ready_bill", "billed"):
            found = ("billing", f"billing:{self.x_fc_claim_approval_date}")
        else:
            found = self._fc_get_expiry()
        return None if not found or found[1] == self.sudo().x_fc_followup_key else found

    def _fc_get_reminder(self, since):
        every = max(self._fc_number("stale_application_days"), 1)
        number = (fields.Datetime.now() - since).days // every
        if not 1 <= number <= const.AUTHORIZER_REMINDERS:
            return None
        return ("reminder", f"reminder:{since:%Y-%m-%d}:{number}")

    def _fc_get_expiry(self):
        approved = self.x_fc_claim_approval_date
        if not approved:
            return None
        ends = approved + relativedelta(months=self._fc_number("adp_approval_valid_months"))
        left = (ends - fields.Date.context_today(self)).days
        if left < 0:
            return ("expired", f"expired:{ends}")
        band = next((days for days in const.EXPIRY_BANDS if left <= days), None)
        return band and ("expiring", f"expiring:{ends}:{band}")

    def _fc_follow_up(self):
        kind, key = self._fc_get_followup()
        self.sudo().x_fc_followup_key = key
        follow = {
            "expired": self._fc_follow_expired,
            "expiring": self._fc_follow_expiring,
            "reminder": self._fc_follow_reminder,
            "billing": self._fc_follow_billing,
        }
        follow[kind](key)

    def _fc_follow_expired(self, _key):
        self.action_fc_set_status("expired")

    def _fc_follow_expiring(self, key):
        ends = key.split(":")[1]
        text = self.env._("The approval of %(order)s ends on %(day)s.", order=self.name, day=ends)
        self._fc_plan_activity(text)
        self._fc_queue_email(
            "expiring",
            self._fc_get_recipients(["sales_rep"]),
            text,
            lambda order: order._fc_build_followup(
                order.env._("Approval about to end"),
                order.env._("The approval of this case ends on %s: deliver before that day.", ends),
            ),
            key,
        )

    def _fc_follow_reminder(self, key):
        self._fc_queue_email(
            "reminder",
            self._fc_get_recipients(["authorizer"]),
            lambda order: order.env._("%s: we wait for the application form", order.name),
            lambda order: order._fc_build_followup(
                order.env._("Application form"),
                order.env._(
                    "We have not received the completed application form yet. Please send it when "
                    "it is signed, or tell us what is missing."
                ),
            ),
            key,
        )

    def _fc_follow_billing(self, _key):
        self._fc_plan_activity(
            self.env._("The time to bill %s is nearly over: bill, or ask the funder.", self.name)
        )

    def _fc_plan_activity(self, text):
        self.activity_schedule(
            "mail.mail_activity_data_todo", summary=text, user_id=(self.user_id or self.env.user).id
        )

    def _fc_build_followup(self, title, summary):
        order = self.sudo()
        facts = [
            (order.env._("Case"), order.name),
            (order.env._("Your contact"), order.user_id.name),
        ]
        return order._email_build(
            title=title, summary=summary, sections=[(False, facts)], email_type="attention",
            sender_name=order.company_id.name,
        )  # fmt: skip
