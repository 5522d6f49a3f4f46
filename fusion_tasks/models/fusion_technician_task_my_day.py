from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .. import const
from ..services import openings
from ..services.openings import to_local
from .fusion_technician_task_board import ON_BOARD, _minute

#: What a technician does on the way, by the name the device sends.
WORK = {
    "en_route": "action_en_route",
    "start": "action_start",
    "complete": "action_complete",
    "no_show": "action_no_show",
}


class FusionTechnicianTaskMyDay(models.Model):
    """The technician's day on the phone, and what the phone did without a network."""

    _inherit = "fusion.technician.task"

    @api.model
    def get_my_day(self, day=None):
        """:param day: local day, today when empty
        :return: ``{"today", "day", "tz", "stops": [...]}`` of the current user, as lead or helper
        """
        company = self.env.company
        tz, today = company._fc_tz(), self._get_today(company)
        day = fields.Date.to_date(day) or today
        ends = openings.midnight(day, tz), openings.midnight(day + timedelta(days=1), tz)
        mine = Domain("technician_id", "=", self.env.uid) | Domain("helper_ids", "in", self.env.uid)
        domain = Domain("status", "in", ON_BOARD) & mine
        domain &= Domain("datetime_start", ">=", ends[0]) & Domain("datetime_start", "<", ends[1])
        return {
            "today": fields.Date.to_string(today),
            "day": fields.Date.to_string(day),
            "tz": tz.zone,
            "stops": [task._get_stop(tz) for task in self.search(domain)],
        }

    @api.model
    def work_task(self, task_id, work, values=None, at=None, seen_start=None):
        """One action of the phone, perhaps long after it was made; a second sending is harmless.

        :param work: a key of ``WORK``, ``note`` or ``photo``
        :param values: ``{"text"}`` of a note, ``{"image", "stage", "key"}`` of a photo
        :param at: when it was done, naive UTC
        :param seen_start: the start that the phone showed; another one now is a conflict
        :return: ``{"ok", "message", "stop"}``; a refusal is for the technician to decide on
        """
        task = self.browse(task_id).exists()
        if not task:
            return _refuse(self.env._("This task no longer exists."))
        try:
            with self.env.cr.savepoint():
                task.check_access("write")
                moved = work in WORK and task._get_moved_text(seen_start)
                if not moved:
                    task.with_context(fusion_tasks_at=task._get_done_at(at))._do_work(work, values)
        except AccessError:
            return _refuse(self.env._("This task is no longer yours. Ask your dispatcher."))
        except UserError as error:
            task.invalidate_recordset()
            return _refuse(str(error), task._get_stop(task.company_id._fc_tz()))
        stop = task._get_stop(task.company_id._fc_tz())
        return _refuse(moved, stop) if moved else {"ok": True, "message": "", "stop": stop}

    def _do_work(self, work, values):
        values = values or {}
        if work in WORK:
            getattr(self, WORK[work])()
        elif work == "note":
            self.completion_notes = values.get("text", "")
        elif work == "photo":
            self._add_photo(values)
        else:
            raise UserError(self.env._("There is no such action."))

    def _add_photo(self, values):
        photos = self.env["fusion.technician.task.photo"]
        key = values.get("key")
        if not (key and photos.search_count([("task_id", "=", self.id), ("device_key", "=", key)])):
            photos.create(
                {
                    "task_id": self.id,
                    "image": values.get("image"),
                    "stage": values.get("stage", "other"),
                    "device_key": key,
                    "taken_at": self.env.context["fusion_tasks_at"],
                }
            )

    def _get_done_at(self, at):
        """:return: the phone's time, unless it is of the future or older than the queue may be"""
        now = fields.Datetime.now()
        at = fields.Datetime.to_datetime(at) or now
        return at if now - timedelta(days=const.QUEUE_DAYS) <= at <= now else now

    def _get_moved_text(self, seen_start):
        """:return: what changed since the phone showed the task, empty when nothing did"""
        seen = fields.Datetime.to_datetime(seen_start)
        if not seen or seen == self.datetime_start:
            return ""
        if not self.datetime_start:
            return self.env._("This task was taken off the schedule.")
        start = to_local(self.datetime_start, self.company_id._fc_tz())
        return self.env._("This task was moved to %(time)s.", time=f"{start:%Y-%m-%d %H:%M}")

    def _get_stop(self, tz):
        day = self.datetime_start and to_local(self.datetime_start, tz).date()
        address_sudo = self.sudo().address_id
        return {
            "id": self.id,
            "summary": self.summary,
            "type": self._get_type_label(),
            "status": self.status,
            "start": self.datetime_start,
            "from": day and _minute(self.datetime_start, day, tz),
            "to": day and _minute(self.datetime_end, day, tz),
            "travel": self.travel_before,
            "client": self.sudo().partner_id.name or "",
            "phone": self.contact_phone or "",
            "address": address_sudo._fc_get_address_line(),
            "access_notes": self.access_notes or "",
            "notes": self.completion_notes or "",
            "photos": len(self.photo_ids),
            "details": self._get_stop_details(),
        }

    def _get_stop_details(self):
        """Hook: what else the technician should see, list of ``[label, value]``."""
        skills = ", ".join(self.sudo().skill_ids.mapped("name"))
        return [[self.env._("Skills"), skills]] if skills else []


def _refuse(message, stop=None):
    return {"ok": False, "message": message, "stop": stop}
