from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionTechnicianTaskMessages(models.Model):
    """What the client hears: on the way, running late, how was it. By e-mail and, where ``sms`` is
    installed, by text message, in the client's language."""

    _inherit = "fusion.technician.task"

    late_told_at = fields.Datetime(readonly=True, copy=False)
    rating_asked_at = fields.Datetime(readonly=True, copy=False)

    def _on_status_changed(self, old, new):
        result = super()._on_status_changed(old, new)
        if new == "en_route":
            task_sudo = self.sudo()
            task_sudo.eta = task_sudo.en_route_at + timedelta(minutes=task_sudo._get_drive())
            task_sudo._tell_client(task_sudo._in_clients_words()._prepare_on_the_way(), link=True)
        elif new in ("in_progress", "completed"):
            self.sudo()._tell_next_if_late(new)
        return result

    def _get_drive(self):
        """:return: minutes to this stop: those of the booking, else from where the day starts"""
        if self.travel_before:
            return self.travel_before
        user = self.technician_id
        employees = {user.id: self.env["hr.employee"].sudo()}
        employees |= self._search_employees(user, self.company_id)
        homes = self._load_homes(user, employees, self.company_id)
        here = (self.latitude, self.longitude, self.address_id.zip or "")
        return self.env["fusion.tasks.travel"]._minutes(homes[user.id], here)[0]

    def _in_clients_words(self):
        lang = self.partner_id.lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _get_clock(self, moment):
        return self._format_clock(moment, self.company_id._fc_tz())

    def _get_first_name(self):
        return (self.technician_id.name or "").split(" ")[0]

    def _prepare_on_the_way(self):
        """:return: ``(title, text)``"""
        return (
            self.env._("%(technician)s is on the way", technician=self._get_first_name()),
            self.env._(
                "We expect to be with you at about %(time)s.", time=self._get_clock(self.eta)
            ),
        )

    def _prepare_late(self, moment):
        return (
            self.env._("We are running late"),
            self.env._(
                "We are sorry: %(technician)s will be with you at about %(time)s.",
                technician=self._get_first_name(),
                time=self._get_clock(moment),
            ),
        )

    def _tell_client(self, words, link=False):
        """:param words: ``(title, text)``
        :param link: add a tracking page
        """
        partner = self.partner_id
        if not partner or not self._email_is_on():
            return
        title, text = words
        task = self._in_clients_words()
        url = task._get_track_url() if link else None
        if partner.email:
            button = task.env._("Follow the visit")
            page = task._email_build(title, text, button_url=url, button_text=button)
            self._email_send(title, page, partner_ids=partner.ids)
        body = " ".join(part for part in (f"{title}. {text}", url) if part)
        self.env["fusion.tasks.notifier"]._send_sms(partner, body)

    def _tell_next_if_late(self, status):
        """The next client of the day is told once, when the promised window cannot be kept."""
        stop = self._find_next_stop()
        if not stop or stop.late_told_at:
            return
        now = fields.Datetime.now()
        leaves = now if status == "completed" else now + timedelta(hours=self.duration_hours)
        here, there = (
            (task.latitude, task.longitude, task.address_id.zip or "") for task in (self, stop)
        )
        minutes = self.env["fusion.tasks.travel"]._minutes(here, there)[0]
        expected = leaves + timedelta(minutes=minutes)
        if expected > stop.datetime_start + timedelta(minutes=stop.window_minutes):
            stop.write({"late_told_at": now, "eta": expected})
            stop._tell_client(stop._in_clients_words()._prepare_late(expected))

    def _find_next_stop(self):
        domain = Domain("technician_id", "=", self.technician_id.id)
        domain &= Domain("status", "=", "scheduled") & Domain("id", "!=", self.id)
        domain &= Domain("scheduled_date", "=", self.scheduled_date)
        domain &= Domain("datetime_start", ">=", self.datetime_start)
        return self.search(domain, limit=1)

    # -- Rating -----------------------------------------------------------------------------------

    @api.model
    def _cron_ask_rating(self):
        """Ask clients once how the visit was, an hour after its end."""
        if not self.env["fusion.tasks.travel"]._is_on("rating_enabled"):
            return
        now = fields.Datetime.now()
        due = self.search(
            [
                ("status", "=", "completed"),
                ("rating_asked_at", "=", False),
                ("partner_id.email", "!=", False),
                ("completed_at", "<=", now - timedelta(hours=const.RATING_AFTER_HOURS)),
                ("completed_at", ">", now - timedelta(days=const.RATING_WITHIN_DAYS)),
            ],
            limit=const.RATING_BATCH,
        )
        run_batch(due, lambda task: task._ask_rating())

    def _ask_rating(self):
        self.rating_asked_at = fields.Datetime.now()
        task = self._in_clients_words()
        token = self._rating_get_access_token(partner=self.partner_id)
        base = self.get_base_url()
        choices = self.env["ir.qweb"]._render(
            "fusion_tasks.rating_choices", {"url": f"{base}/rate/{token}"}, lang=task.env.lang
        )
        title = task.env._("How was our visit?")
        text = task.env._("One click tells us.")
        page = task._email_build(title, text, extra_html=choices)
        self._email_send(title, page, partner_ids=self.partner_id.ids)

    def _rating_get_operator(self):
        return self.technician_id.partner_id

    def rating_apply(self, rate, token=None, rating=None, feedback=None, **options):
        result = super().rating_apply(
            rate, token=token, rating=rating, feedback=feedback, **options
        )
        if rate < const.GOOD_RATING:
            self._alert_dispatcher(self.env._("Unhappy client: call today"), feedback or "")
        return result
