import hashlib
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.misc import hmac

from odoo.addons.fusion_base.tools.cursor import own_cursor
from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..services import origin
from ..services.attempt import get_attempt

_logger = redact_logger(__name__)
USER_FIELDS = [
    "x_fc_login_audit_ids",
    "x_fc_login_audit_recent_ids",
    "x_fc_login_audit_count",
    "x_fc_last_successful_login",
    "x_fc_last_login_ip",
]


class FusionLoginAudit(models.Model):
    """One row per authentication. Append-only: rows are written by SQL, here and in the crons."""

    _name = "fusion.login.audit"
    _description = "Login Event"
    _order = "event_time desc, id desc"
    _rec_name = "attempted_login"
    _log_access = False

    user_id = fields.Many2one("res.users", "User", ondelete="set null", readonly=True)
    user_ref = fields.Integer("User Number", readonly=True)
    attempted_login = fields.Char("Login", size=255, required=True, readonly=True)
    event_type = fields.Selection(
        const.EVENT_TYPES, "Type", required=True, default="login", readonly=True
    )
    result = fields.Selection(
        [("success", "Success"), ("failure", "Failure")], required=True, readonly=True
    )
    failure_reason = fields.Selection(const.FAILURE_REASONS, "Reason", readonly=True)
    auth_method = fields.Char("Method", size=32, readonly=True)
    channel = fields.Selection(const.CHANNELS, default="internal", readonly=True)
    event_time = fields.Datetime("Time", required=True, default=fields.Datetime.now, readonly=True)
    ip_address = fields.Char("Address", size=45, readonly=True)
    ip_hostname = fields.Char("Host Name", size=255, readonly=True)
    country_code = fields.Char("Country Code", size=2, readonly=True)
    country_name = fields.Char("Country", size=64, readonly=True)
    city = fields.Char(size=128, readonly=True)
    geo_state = fields.Char("Region", size=64, readonly=True)
    latitude = fields.Float(digits=(9, 4), readonly=True)
    longitude = fields.Float(digits=(9, 4), readonly=True)
    geo_lookup_state = fields.Selection(
        const.GEO_STATES, "Place Lookup", default="pending", readonly=True
    )
    geo_attempts = fields.Integer("Place Attempts", readonly=True)
    user_agent_raw = fields.Char("User Agent", size=512, readonly=True)
    browser = fields.Char(size=64, readonly=True)
    os = fields.Char("System", size=64, readonly=True)
    device_type = fields.Selection(const.DEVICE_TYPES, "Device", default="unknown", readonly=True)
    database = fields.Char(size=64, readonly=True)
    api_key_name = fields.Char("API Key", size=128, readonly=True)
    actor_uid = fields.Integer("Done By", readonly=True)
    detail = fields.Char(size=255, readonly=True)
    attempt_count = fields.Integer("Attempts", default=1, readonly=True)
    is_new_device = fields.Boolean("New Device", readonly=True)
    is_new_country = fields.Boolean("New Country", readonly=True)
    is_impossible_travel = fields.Boolean("Impossible Travel", readonly=True)
    risk = fields.Char(compute="_compute_risk", help="The three signs above, in words.")
    assessed = fields.Boolean(readonly=True)
    fold_key = fields.Char(size=64, readonly=True)
    seal_no = fields.Integer("Seal", readonly=True)
    seal_hash = fields.Char(size=64, readonly=True)

    _user_time_idx = models.Index("(user_id, event_time DESC)")
    _login_time_idx = models.Index("(attempted_login, event_time DESC)")
    _ip_time_idx = models.Index("(ip_address, event_time DESC)")
    _time_idx = models.Index("(event_time)")
    _geo_pending_idx = models.Index(
        "(geo_lookup_state, event_time) WHERE geo_lookup_state = 'pending'"
    )
    _seal_uniq = models.UniqueIndex("(seal_no) WHERE seal_no IS NOT NULL")
    _unsealed_idx = models.Index("(id) WHERE seal_no IS NULL")
    _unassessed_idx = models.Index("(id) WHERE assessed IS NOT TRUE")
    _fold_uniq = models.UniqueIndex("(fold_key) WHERE fold_key IS NOT NULL")

    @api.depends("is_new_device", "is_new_country", "is_impossible_travel")
    def _compute_risk(self):
        names = ("is_impossible_travel", "is_new_country", "is_new_device")
        labels = self.fields_get(names, ["string"])
        for event in self:
            event.risk = ", ".join(labels[name]["string"] for name in names if event[name])

    def write(self, vals):  # pylint: disable=method-required-super
        """:raise AccessError: always, for the superuser too"""
        raise AccessError(self.env._("Login events cannot be changed."))

    def unlink(self):  # pylint: disable=method-required-super
        """:raise AccessError: always, for the superuser too"""
        message = self.env._("Login events cannot be deleted; retention removes old ones.")
        raise AccessError(message)  # pylint: disable=no-raise-unlink

    @api.model
    def _fc_build_event_vals(
        self, result, attempted_login, failure_reason=None, event_type="login", user=None, **extra
    ):
        """Describe an event of this moment; origin is read from the request or what RPC stored.

        :param user: the user it is about, an empty set or None when nobody matched
        :param extra: further columns, or other values for the ones above
        :return: dict of column values; never holds a credential
        """
        vals = {
            "user_id": (user and user.id) or None,
            "user_ref": (user and user.id) or None,
            "attempted_login": self._fc_clean_login(attempted_login, failure_reason),
            "event_type": event_type,
            "result": result,
            "failure_reason": failure_reason or None,
            "event_time": fields.Datetime.now(),
            "database": self.env.cr.dbname,
            "attempt_count": 1,
            "assessed": event_type != "login" or result != "success",
            **self._fc_describe_origin(self._fc_get_origin()),
        }
        return {**vals, **extra}

    @api.model
    def _fc_clean_login(self, login, failure_reason):
        """People type passwords into the login box: unknown ones can be masked."""
        text = origin.clean_text(login, const.SIZES["attempted_login"]) or "(empty)"
        if failure_reason != "unknown_user" or not self._fc_get_bool("mask_unknown_logins"):
            return text
        digest = hmac(self.env(su=True), "fusion_login_audit.mask", text)
        return f"{text[:2]}…{digest[:16]}"

    @api.model
    def _fc_get_origin(self):
        """:return: :class:`~..services.origin.Origin`"""
        if not request:
            return origin.get_stored() or origin.Origin()
        headers = request.httprequest.headers
        is_bearer = re.match(r"bearer\s", headers.get("Authorization") or "", re.IGNORECASE)
        return origin.Origin(
            origin.normalize_ip(request.httprequest.remote_addr),
            origin.clean_text(headers.get("User-Agent"), const.SIZES["user_agent_raw"]),
            "bearer" if is_bearer else "web",
        )

    @api.model
    def _fc_describe_origin(self, source):
        """:return: the columns that follow from the origin, place included where it is offline"""
        return {
            "ip_address": source.ip or None,
            "user_agent_raw": source.agent,
            "channel": source.channel,
            **origin.parse_agent(source.agent),
            **self._fc_locate_at_once(source.ip),
        }

    @api.model
    def _fc_record(self, vals, durable=True):
        """Write one event. Never raises: a fault costs the row, not the login.

        :param vals: as made by :meth:`_fc_build_event_vals`; may override any column
        :param durable: in a cursor of its own, so that the row survives a rollback; else in the
            current transaction, so that it exists if and only if that commits
        :return: id, or False after a fault (logged)
        """
        try:
            if durable or self.env.cr.readonly:
                with self._fc_audit_cursor() as cr:
                    event_id = self._fc_store(cr, vals)
            else:
                with self.env.cr.savepoint(flush=False):
                    event_id = self._fc_store(self.env.cr, vals)
            self._fc_forget()
            return event_id
        except Exception:  # the seam between audit and login: nothing may pass
            _logger.exception(
                "Login event not recorded: %s of %r",
                vals.get("result"),
                vals.get("attempted_login"),
            )
            return False

    @api.model
    def _fc_audit_cursor(self, lock_timeout_s=1):
        """:return: context manager of a short committed cursor, see ``fusion_base.own_cursor``.
        READ COMMITTED: counters and the check for a young alert see what others just committed."""
        return own_cursor(self.env, lock_timeout_s=lock_timeout_s, read_committed=True)

    @api.model
    def _fc_store(self, cr, vals):
        """Fold a flood, insert, look for a burst.

        :return: id
        """
        if vals.get("result") != "failure":
            return self._fc_insert(cr, vals)
        vals = self._fc_fold(cr, vals)
        event_id = self._fc_insert(cr, vals)
        self.env["fusion.login.alert"]._fc_check(cr, vals)
        return event_id

    @api.model
    def _fc_fold(self, cr, vals):
        """Beyond the limit of an address and minute, events share one row.

        :return: ``vals``, or the values of the folded row
        """
        minute = fields.Datetime.to_datetime(vals["event_time"]).replace(second=0, microsecond=0)
        address = vals.get("ip_address") or ""
        key = f"{minute:%Y-%m-%d %H:%M} {address}"
        lock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
        # two statements in one round trip: the count must see what the lock waited for
        cr.execute(
            SQL(
                """SELECT pg_advisory_xact_lock(%s);
                   SELECT COUNT(*) FROM fusion_login_audit
                    WHERE %s AND event_time >= %s AND event_time < %s + interval '1 minute'
                      AND result = 'failure'""",
                lock,
                SQL("ip_address = %s", address) if address else SQL("ip_address IS NULL"),
                minute,
                minute,
            ),
            log_exceptions=False,
        )
        count = cr.fetchone()[0]
        # by this cursor: the request's own may be read-only or have failed
        if count < self.with_env(self.env(cr=cr))._fc_get_int("flood_limit_per_min"):
            return vals
        return {
            **vals,
            "attempted_login": const.FLOOD_LOGIN,
            "user_id": None,
            "user_ref": None,
            "failure_reason": "flood",
            "detail": vals["attempted_login"],
            "fold_key": key,
        }

    @api.model
    def _fc_insert(self, cr, vals):
        """The one place that writes a row. Plain SQL: no flush, no recompute, no cache cleared.

        A user this transaction cannot see leaves ``user_id`` empty, ``user_ref`` keeps the number.
        A locked table is waited for at most a moment, and the transaction's own limit restored.

        :return: id
        :raise psycopg2.Error: whatever the database says
        """
        vals = self._fc_clean_row(vals)
        user_id = vals.pop("user_id", None)
        cr.execute(
            SQL(
                """SELECT set_config('fusion.lock_timeout', current_setting('lock_timeout'), true);
                   SET LOCAL lock_timeout = %(wait)s;
                   INSERT INTO fusion_login_audit AS evt (user_id, %(columns)s)
                   VALUES ((SELECT id FROM res_users WHERE id = %(user)s), %(values)s)
                   ON CONFLICT (fold_key) WHERE fold_key IS NOT NULL DO UPDATE
                      SET attempt_count = evt.attempt_count + 1, detail = EXCLUDED.detail
                   RETURNING id, set_config('lock_timeout',
                                            current_setting('fusion.lock_timeout'), true)""",
                wait=f"{const.LOGIN_LOCK_TIMEOUT_MS}ms",
                columns=SQL(", ").join(SQL.identifier(name) for name in vals),
                user=user_id or None,
                values=SQL(", ").join(SQL("%s", value) for value in vals.values()),
            ),
            log_exceptions=False,
        )
        return cr.fetchone()[0]

    @api.model
    def _fc_clean_row(self, vals):
        """:return: copy with known columns only; texts cut, False and "" as NULL but for flags"""
        row = {}
        for name, value in vals.items():
            field = self._fields.get(name)
            if name == "id" or not field or not field.store:
                continue
            if name in const.SIZES:
                value = origin.clean_text(value, const.SIZES[name])
            row[name] = bool(value) if field.type == "boolean" else value
            if value in ("", False) and field.type != "boolean":
                row[name] = None
        return row

    @api.model
    def _fc_forget(self):
        """Drop what the caches say about events, without flushing the login's own writes."""
        self.invalidate_model(flush=False)
        self.env["res.users"].invalidate_model(USER_FIELDS, flush=False)

    @api.model
    def _fc_recent_failure_count(self, attempted_login, now=None):
        """Failures of exactly this login in the window, after its last success.

        :param now: end of the window, naive UTC; default the present
        :return: int, folded attempts included
        """
        start = fields.Datetime.subtract(
            fields.Datetime.to_datetime(now) or fields.Datetime.now(),
            minutes=self._fc_get_int("alert_window_min"),
        )
        self.env.cr.execute(
            SQL(
                """WITH last AS (
                       SELECT event_time, id FROM fusion_login_audit
                        WHERE attempted_login = %(login)s AND event_time > %(start)s
                          AND result = 'success' AND event_type IN ('login', 'second_factor')
                     ORDER BY event_time DESC, id DESC LIMIT 1)
                   SELECT COALESCE(SUM(attempt_count), 0) FROM fusion_login_audit AS evt
                    WHERE attempted_login = %(login)s AND event_time > %(start)s
                      AND result = 'failure' AND NOT EXISTS (
                          SELECT 1 FROM last
                           WHERE (last.event_time, last.id) > (evt.event_time, evt.id))""",
                login=attempted_login,
                start=start,
            )
        )
        return int(self.env.cr.fetchone()[0])

    @api.model
    def _fc_count_address_failures(self, ip, seconds):
        """:return: login failures of an address since its last success, ``seconds`` old at most"""
        self.env.cr.execute(
            SQL(
                """SELECT COALESCE(SUM(attempt_count), 0) FROM fusion_login_audit
                    WHERE ip_address = %(ip)s AND event_time > %(start)s
                      AND result = 'failure' AND event_type = 'login'
                      AND id > COALESCE((
                          SELECT MAX(id) FROM fusion_login_audit
                           WHERE ip_address = %(ip)s AND event_time > %(start)s
                             AND result = 'success' AND event_type IN ('login', 'first_factor')),
                          0)""",
                ip=ip,
                start=fields.Datetime.subtract(fields.Datetime.now(), seconds=seconds),
            )
        )
        return int(self.env.cr.fetchone()[0])

    @api.model
    def _fc_note_key(self, name):
        """Tell the open attempt which API key was used."""
        attempt = get_attempt()
        if attempt:
            attempt.api_key_name = name

    @api.model
    def _fc_normalize_ip(self, ip):
        """:return: canonical text or False"""
        return origin.normalize_ip(ip)

    @api.model
    def _fc_is_public_ip(self, ip):
        return origin.is_public_ip(ip)
