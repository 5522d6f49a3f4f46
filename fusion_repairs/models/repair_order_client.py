from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.signing import hash_token
from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const

STATUS_SCOPE = "repair_status"


class RepairOrderClient(models.Model):
    """What a client sees of a job: the next step first, then what happened, in words."""

    _inherit = "repair.order"

    x_fc_request_key = fields.Char(
        "Key of the Online Form", copy=False, readonly=True, groups=fields.NO_ACCESS,
        help="Hash of the form's own key: sent twice, it stays one job.",
    )  # fmt: skip
    x_fc_quote_sent_on = fields.Datetime("Quote Sent On", copy=False, readonly=True)

    _x_fc_request_key_uniq = models.UniqueIndex(
        "(x_fc_request_key) WHERE x_fc_request_key IS NOT NULL"
    )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for repair in self:
            repair.access_url = f"/my/repairs/{repair.id}"
        return result

    # -- Reported online --------------------------------------------------------------------------

    @api.model
    def _fc_create_online(self, vals, key=""):
        """:param vals: of :meth:`_fc_create_from_intake`
        :param key: random text of the form; the same form sent again gives the same job
        :return: the job
        :raise UserError: as :meth:`_fc_create_from_intake`; nothing is written
        """
        mark = hash_token(key) if key else False
        known = mark and self.search([("x_fc_request_key", "=", mark)], limit=1)
        if known:
            return known
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                repair = self._fc_create_from_intake(vals)
                repair.write({"x_fc_request_key": mark, "user_id": repair._fc_find_reviewer().id})
                self.env.flush_all()
        except UniqueViolation as error:  # a second click at the same moment: read what it made
            raise ConcurrencyError("The form was sent twice.") from error
        if not repair.x_fc_safety_flag:
            repair._fc_ask_for_review()
        repair._mail_client("email_template_request_received", status_url=repair._get_status_url())
        return repair

    def _fc_find_reviewer(self):
        """:return: who looks at a request from outside: coordinator, salesperson, or a manager"""
        company = self.company_id.sudo()
        seller = self.partner_id.user_id.filtered(lambda user: company in user.company_ids)
        return company.x_fc_service_user_id or seller or self._fc_find_manager()

    def _fc_ask_for_review(self):
        words = self._in_office_words()
        words.activity_schedule(
            "fusion_repairs.mail_activity_schedule",
            date_deadline=self.company_id._fc_today(),
            summary=words.env._("New request: %(repair)s", repair=self.name),
            user_id=(self.user_id or self._fc_get_coordinator()).id,
        )

    def _email_request_received(self, status_url=None):
        """:return: Markup"""
        unit = self.x_fc_equipment_id.sudo()
        rows = [
            (self.env._("Number"), self.name),
            (self.env._("Unit"), self._fc_get_unit_name(unit)),
            (self.env._("Next step"), self._fc_get_next_step()),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            self.env._("We received your request"),
            self.env._("Thank you. With the button you can follow what we do."),
            sections=[(self.env._("Your repair"), rows)],
            email_type="success",
            button_url=status_url,
            button_text=self.env._("Follow the repair"),
        )

    # -- Status page ------------------------------------------------------------------------------

    def _issue_status_token(self):
        """:return: raw token of the status page"""
        self.ensure_one()
        tokens = self.env["fusion.access.token"].sudo()
        return tokens._issue(self, STATUS_SCOPE, days=const.STATUS_DAYS)

    def _get_status_url(self):
        return f"{self.get_base_url()}/repairs/status/{self._issue_status_token()}"

    def _fc_get_client_page(self):
        """:return: what whoever holds the link may know, in the language of the context: no name,
        no address, no price
        """
        unit = self.x_fc_equipment_id.sudo()
        return {
            "number": self.name,
            "unit": self._fc_get_unit_name(unit),
            "next_step": self._fc_get_next_step(),
            "steps": self._fc_get_timeline(),
            "advice": self._fc_get_advice() if self.x_fc_safety_flag else [],
            "do_not_use": self.x_fc_do_not_use,
            "is_closed": self.state in ("done", "cancel"),
        }

    def _fc_get_unit_name(self, unit):
        named = unit and unit._fc_get_public_name()
        return named or self.x_fc_category_id.name or self.product_id.name or ""

    def _fc_get_next_step(self):
        """:return: one sentence"""
        planned = self._fc_get_planned_task()
        texts = {
            "new": self.env._("We look at your request and call you on the next working day."),
            "quote": self.env._("We are preparing the price."),
            "parts": self._fc_get_parts_step(),
            "to_schedule": self.env._("We will call you to find a time for the visit."),
            "in_progress": self.env._("Our technician is on the way or at work."),
            "return_visit": self.env._("Another visit is needed. We will call you to find a time."),
            "done": self.env._("Your repair is done."),
            "cancelled": self.env._("This request is cancelled."),
        }
        if self.x_fc_service_state == "quote" and self.x_fc_quote_state == "sent":
            return self.env._("Please look at the price and tell us whether we may begin.")
        if self.x_fc_service_state == "scheduled" and planned:
            return self.env._(
                "%(technician)s comes on %(day)s, arrival %(window)s.",
                technician=planned.technician_id.name.split()[0],
                day=self._format_day(planned.scheduled_date),
                window=self._format_window(planned.datetime_start, planned.window_minutes),
            )
        return texts.get(self.x_fc_service_state, texts["to_schedule"])

    def _fc_get_planned_task(self):
        tasks = self.sudo()._fc_get_tasks().filtered(lambda task: task.status == "scheduled")
        return tasks.sorted("datetime_start")[:1]

    def _fc_get_parts_lines(self):
        return self.move_ids.sudo().created_purchase_line_ids.filtered(
            lambda line: line.order_id.state == "purchase"
        )

    def _fc_get_parts_step(self):
        expected = [line.date_planned for line in self._fc_get_parts_lines() if line.date_planned]
        if not expected:
            return self.env._("We are ordering the parts.")
        day = to_local(max(expected), self.company_id._fc_tz()).date()
        return self.env._("We wait for the parts, expected on %(day)s.", day=self._format_day(day))

    def _fc_get_timeline(self):
        """:return: list of ``(local day as text, sentence)``, newest first"""
        steps = [(self.create_date, self._fc_get_first_step())]
        if self.x_fc_quote_sent_on:
            steps.append((self.x_fc_quote_sent_on, self.env._("We sent you the price.")))
        for line in self._fc_get_parts_lines():
            text = self.env._("We ordered the part: %(part)s.", part=line.product_id.name)
            steps.append((line.order_id.date_approve, text))
            arrived = line.move_ids.filtered(lambda move: move.state == "done")
            if arrived:
                text = self.env._("The part is here: %(part)s.", part=line.product_id.name)
                steps.append((max(arrived.mapped("date")), text))
        for task in self.sudo()._fc_get_tasks().filtered("completed_at"):
            steps.append((task.completed_at, self.env._("Our technician was with you.")))
        tz = self.company_id._fc_tz()
        ordered = sorted((step for step in steps if step[0]), key=lambda step: step[0])
        return [
            (self._format_day(to_local(moment, tz).date()), text)
            for moment, text in reversed(ordered)
        ]

    def _fc_get_first_step(self):
        if self.x_fc_recall_line_ids:
            return self.env._("We opened a visit for the recall.")
        return self.env._("We received your request.")

    def _fc_request_callback(self, phone="", note=""):
        """:return: the open ``mail.activity`` of this job; a second request adds to it"""
        self.ensure_one()
        words = self._in_office_words()
        said = ((phone or "")[: const.MAX_PHONE], (note or "")[: const.MAX_NOTE])
        text = Markup("<br/>").join(part for part in said if part)
        kind = self.env.ref("mail.mail_activity_data_call")
        known = self.activity_ids.filtered(lambda one: one.activity_type_id == kind)[:1]
        if known:
            known.note = (known.note or "") + Markup("<br/>") + text
            return known
        return words.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.company_id._fc_today(),
            summary=words.env._("Call %(client)s about a time", client=self.partner_id.name),
            note=text,
            user_id=(self.user_id or self._fc_get_coordinator()).id,
        )

    # -- Sales representative ---------------------------------------------------------------------

    @api.model
    def _fc_sales_rep_tile(self, user):
        """:return: ``{"open", "waiting_client", "done_30d", "url"}`` of the jobs of the
        orders and sold units of that representative
        """
        jobs = self.sudo()
        mine = [
            "|",
            ("sale_order_id.user_id", "=", user.id),
            ("x_fc_equipment_id.x_fc_sale_line_id.order_id.user_id", "=", user.id),
            ("company_id", "in", user.company_ids.ids),
        ]
        is_open = [*mine, ("state", "not in", ("done", "cancel"))]
        since = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        done = [*mine, ("state", "=", "done"), ("x_fc_done_on", ">=", since)]
        return {
            "open": jobs.search_count(is_open),
            "waiting_client": jobs.search_count([*is_open, ("x_fc_quote_state", "=", "sent")]),
            "done_30d": jobs.search_count(done),
            "url": "/my/repairs",
        }
