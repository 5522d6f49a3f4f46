import logging
from datetime import datetime, timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from odoo.addons.fusion_base.tools.cursor import own_cursor

from ..const import LOCK_EMPLOYEE, LOCK_REPLAY, REPLAY_FUTURE_S, REPLAY_MAX_TAPS
from ..services.local_time import to_local
from .hr_employee_clock import Clocking

_logger = logging.getLogger(__name__)
_UUID_LENGTHS = range(8, 65)


class HrEmployee(models.Model):
    """Taps that waited on a tablet for the connection: each exactly once, at its own time."""

    _inherit = "hr.employee"

    @api.model
    def _fclk_replay(self, taps, client_now, company, station=None, ip=None):
        """Record saved taps in their order.

        :param taps: list of at most 200 ``{"client_uuid", "card_uid", "client_time", "counter",
            "photo_b64"}``; times are the tablet's clock, UTC, ISO text
        :param client_now: the tablet's clock at sending; the difference to ours corrects each tap
        :return: ``{"results": [...]}`` in the order of ``taps``, each the engine's answer or a
            refusal plus ``client_uuid`` and ``status``: "recorded", "correction" (it could not
            be an attendance and waits for a lead), "refused", or "retry" (keep it, send it
            again); or a refusal of the whole batch
        """
        sent_at = _parse_time(client_now)
        if not isinstance(taps, list) or len(taps) > REPLAY_MAX_TAPS or not sent_at:
            return self._fclk_refuse_quietly("invalid")
        if not self.env["ir.config_parameter"]._fclk_get_bool("enable_nfc_kiosk"):
            return self._fclk_refuse_quietly("kiosk_disabled")
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK_REPLAY, company.id))
        skew = fields.Datetime.now() - sent_at
        earlier = self._fclk_find_replayed(taps)
        results = []
        for tap in taps:
            tap = tap if isinstance(tap, dict) else {}
            uuid = tap.get("client_uuid")
            answer = earlier.get(uuid) if isinstance(uuid, str) else None
            if answer is None:
                answer = self._fclk_replay_safely(tap, skew, company, station, ip)
                if isinstance(uuid, str):
                    earlier[uuid] = answer
            results.append({**answer, "client_uuid": uuid})
        return {"results": results}

    def _fclk_replay_safely(self, tap, skew, company, station, ip):
        try:
            with self.env.cr.savepoint():
                return self._fclk_replay_one(tap, skew, company, station, ip)
        except OperationalError:  # concurrency: Odoo runs the whole batch again
            raise
        except Exception:  # row boundary: one bad tap never stops the rest, and is kept
            _logger.exception("A saved tap could not be replayed")
            return self._fclk_refuse_quietly("invalid") | {"status": "retry"}

    def _fclk_replay_one(self, tap, skew, company, station, ip):
        uuid, at = tap.get("client_uuid"), _parse_time(tap.get("client_time"))
        card = self._fclk_normalize_uid(tap.get("card_uid"))
        is_uuid = isinstance(uuid, str) and len(uuid) in _UUID_LENGTHS
        if not is_uuid or not at or not card:
            return self._fclk_refuse_quietly("invalid") | {"status": "refused"}
        clocking = Clocking(
            "nfc_kiosk", ip=ip, station=station, photo=tap.get("photo_b64"), card_uid=card
        )
        clocking.at = at + skew
        stations = station or self.env["fusion.clock.station"].sudo()
        clocking.location = stations._get_location(company)
        employee = self._fclk_find_card(clocking, company)
        if not employee:
            answer = self._fclk_refuse_unknown(clocking, company) | {"status": "refused"}
            return self._fclk_note_replay(clocking, uuid, answer, company)
        return employee._fclk_replay_tap(clocking, uuid)

    def _fclk_replay_tap(self, clocking, uuid):
        """:return: answer with ``status``"""
        reason = self._fclk_why_not_live(clocking.at)
        answer = {}
        if not reason:
            try:
                with self.env.cr.savepoint():
                    self._fclk_wait_lock()
                    answer = self._fclk_run_debounced(clocking)
            except UserError as error:
                reason = str(error)
        if reason:
            answer = self._fclk_ask_correction(clocking, reason)
        else:
            answer["status"] = "refused" if answer.get("error") else "recorded"
        return self._fclk_note_replay(clocking, uuid, answer, self.company_id)

    def _fclk_wait_lock(self):
        """Wait for other clockings of this employee; with a stale snapshot the row lock fails and
        Odoo runs the batch again."""
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK_EMPLOYEE, self.id),
            log_exceptions=False,
        )
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT 1 FROM hr_employee WHERE id = %s FOR NO KEY UPDATE", self.id),
            log_exceptions=False,
        )

    def _fclk_why_not_live(self, at):
        """:return: text why a tap of that moment (naive UTC) can be no attendance, or ''"""
        now = fields.Datetime.now()
        hours = self.env["ir.config_parameter"]._fclk_get_float("offline_max_hours")
        if at < now - timedelta(hours=hours):
            return self.env._("the tap is older than %(hours)s hours", hours=f"{hours:g}")
        if at > now + timedelta(seconds=REPLAY_FUTURE_S):
            return self.env._("the tablet's clock runs ahead")
        later = self.env["hr.attendance"].search_count(
            [
                ("employee_id", "=", self.id),
                "|",
                ("check_in", ">=", at),
                ("check_out", ">", at),
            ],
            limit=1,
        )
        return self.env._("the hours of that time are recorded already") if later else ""

    def _fclk_ask_correction(self, clocking, reason):
        """A tap that can be no attendance becomes a request to the lead. Should even that be
        impossible, the log keeps it."""
        at = min(clocking.at, fields.Datetime.now())
        moment = format_datetime(self.env, clocking.at, tz=self._get_tz(), dt_format="short")
        text = self.env._("Tap saved on the tablet at %(time)s: %(why)s.", time=moment, why=reason)
        vals = {
            "employee_id": self.id,
            "date": to_local(at, self._get_tz()).date(),
            "reason": text,
            "origin": "offline",
        }
        running = self.env["hr.attendance"].search(
            [("employee_id", "=", self.id), ("check_out", "=", False), ("check_in", "<", at)],
            limit=1,
        )
        if running:
            vals |= {
                "kind": "missed_out",
                "attendance_id": running.id,
                "requested_check_out": at,
            }
        else:
            vals |= {"kind": "missed_in", "requested_check_in": at}
        correction_id = False
        try:
            with self.env.cr.savepoint():
                correction_id = self.env["fusion.clock.correction"].create(vals).id
        except UserError as error:
            text = f"{text} {error}"
        return {
            "error": "attendance_conflict",
            "message": text,
            "status": "correction",
            "correction_id": correction_id,
            "employee_id": self.id,
            "employee_name": self.name,
        }

    def _fclk_note_replay(self, clocking, uuid, answer, company):
        """Keep the answer with the tablet's id of the tap: asked again, it is given again."""
        event = "offline_conflict" if answer["status"] == "correction" else "offline_replayed"
        kept = {key: value for key, value in answer.items() if key != "notes"}
        self.env["fusion.clock.activity.log"]._fclk_log(
            event,
            self,
            **self._fclk_prepare_log(clocking),
            company_id=company.id,
            attendance_id=answer.get("attendance_id") or False,
            message=answer["message"],
            client_uuid=uuid,
            details={"answer": kept, "tapped_at": fields.Datetime.to_string(clocking.at)},
        )
        return answer

    @api.model
    def _fclk_find_earlier_answer(self, client_uuid):
        """:return: the answer a tap was given before, or None"""
        return self._fclk_find_replayed([{"client_uuid": client_uuid}]).get(client_uuid)

    @api.model
    def _fclk_find_replayed(self, taps):
        """:return: ``{client_uuid: earlier answer}``, as committed by now: a first sending may
        have been answered after this transaction took its snapshot"""
        uuids = [tap.get("client_uuid") for tap in taps if isinstance(tap, dict)]
        uuids = [uuid for uuid in uuids if isinstance(uuid, str)]
        if not uuids:
            return {}
        self.env.flush_all()
        with own_cursor(self.env, read_committed=True) as cr:
            log = self.env["fusion.clock.activity.log"].sudo().with_env(self.env(cr=cr, su=True))
            rows = log.search([("client_uuid", "in", uuids)])
            return {row.client_uuid: row._fclk_get_answer() for row in rows}


def _parse_time(text):
    """:param text: "YYYY-MM-DD HH:MM:SS", or ISO with T, fractions and Z; UTC
    :return: naive UTC without fractions, or None"""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo:
        moment -= moment.utcoffset()
    return moment.replace(microsecond=0, tzinfo=None)
