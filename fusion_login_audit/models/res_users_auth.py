import functools
import hashlib
import secrets
import time

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessDenied
from odoo.http import request
from odoo.tools import config

from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..services.attempt import Memory, get_attempt, open_attempt
from ..services.origin import clean_text

_logger = redact_logger(__name__)
_SALT = secrets.token_bytes(16)
_api_memory = Memory(const.API_MEMORY)
_dummy_hashes = {}  # password scheme -> hash nobody's password has
_MFA_TYPES = ("totp", "totp_mail")
_METHODS = {"webauthn": "passkey", "oauth_token": "oauth"}
CONFLICTS = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
_PATCHED = ("_check_credentials", "auth_oauth")


def _make_outermost_check(origin):
    """Outside every addon's override: auth_oauth and auth_ldap turn an inner refusal around."""

    @functools.wraps(origin)
    def _check_credentials(self, credential, env):
        with open_attempt() as attempt:
            call = functools.partial(origin, self, credential, env)
            if attempt is None:
                auth_info = call()
                get_attempt().method = auth_info.get("auth_method") or ""
                return auth_info
            return self._fc_watch(
                call,
                lambda auth_info: self._fc_note_reauth(credential, auth_info),
                lambda error: self._fc_note_refused_check(credential, error),
            )

    _check_credentials.fc_login_audit_origin = origin
    return _check_credentials


def _make_outermost_oauth(origin):
    """A refusal of the provider comes before any login."""

    @functools.wraps(origin)
    def auth_oauth(self, provider, params):
        def note_refusal(_error):
            vals = self.env["fusion.login.audit"]._fc_build_event_vals(
                "failure", "oauth", "oauth_denied", auth_method="oauth"
            )
            self.env["fusion.login.audit"]._fc_record(vals)

        return self._fc_watch(
            functools.partial(origin, self, provider, params), lambda _done: None, note_refusal
        )

    auth_oauth.fc_login_audit_origin = origin
    return auth_oauth


class ResUsers(models.Model):
    _inherit = "res.users"

    def _register_hook(self):
        super()._register_hook()
        users_class = self.env.registry["res.users"]
        makers = (_make_outermost_check, _make_outermost_oauth)
        for name, make in zip(_PATCHED, makers, strict=True):
            origin = getattr(users_class, name, None)
            if origin and not hasattr(origin, "fc_login_audit_origin"):
                setattr(users_class, name, make(origin))

    def _unregister_hook(self):
        result = super()._unregister_hook()
        users_class = self.env.registry["res.users"]
        for name in _PATCHED:
            if hasattr(vars(users_class).get(name), "fc_login_audit_origin"):
                delattr(users_class, name)
        return result

    # the attempts

    def authenticate(self, credential, user_agent_env):
        with open_attempt() as attempt:
            call = functools.partial(super().authenticate, credential, user_agent_env)
            return self._fc_watch_login(attempt, call, credential, user_agent_env)

    def _login(self, credential, user_agent_env):
        with open_attempt() as attempt:
            call = functools.partial(super()._login, credential, user_agent_env)
            return self._fc_watch_login(attempt, call, credential, user_agent_env)

    def _fc_watch_login(self, attempt, call, credential, user_agent_env):
        if attempt is None:
            return call()
        agent_env = user_agent_env or {}
        return self._fc_watch(
            call,
            lambda auth_info: self._fc_note_login(attempt, credential, agent_env, auth_info),
            lambda error: self._fc_note_refusal(attempt, credential, agent_env, error),
        )

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        with open_attempt() as attempt:
            call = functools.partial(super()._check_uid_passwd, uid, passwd)
            if attempt is None:
                return call()
            return self._fc_watch(
                call,
                lambda _done: self._fc_note_rpc(attempt, uid, passwd),
                lambda error: self._fc_note_refused_rpc(uid, error),
            )

    def _on_login_cooldown(self, failures, previous):
        is_cooldown = super()._on_login_cooldown(failures, previous)
        if not is_cooldown and config["workers"] and request:
            is_cooldown = self._fc_is_shared_cooldown()
        attempt = get_attempt()
        if attempt:
            attempt.is_cooldown = is_cooldown
        return is_cooldown

    def _fc_is_shared_cooldown(self):
        """Core counts in one process; ask the table what the other workers saw. A fault says no."""
        audit = self.env["fusion.login.audit"]
        parameters = self.env["ir.config_parameter"].sudo()
        try:
            after = int(parameters.get_param("base.login_cooldown_after", 5))
            if not after or not audit._fc_get_bool("shared_cooldown"):
                return False
            seconds = int(parameters.get_param("base.login_cooldown_duration", 60))
            ip = audit._fc_get_origin().ip
            with audit._fc_audit_cursor(const.LOGIN_LOCK_TIMEOUT_MS / 1000) as cr:
                counter = audit.with_env(self.env(cr=cr))
                return counter._fc_count_address_failures(ip, seconds) >= after
        except Exception:  # the seam between audit and login: nothing may pass
            _logger.exception("The shared login cooldown could not be asked")
            return False

    # what becomes of them

    def _fc_watch(self, call, on_success, on_failure):
        """Call, then note the outcome; neither the result nor the exception is changed.

        A ``psycopg2.Error`` is noted by nobody: Odoo tries such a request again.
        """
        try:
            result = call()
        except psycopg2.Error:
            raise
        except Exception as error:
            self._fc_guard(on_failure, error)
            raise
        self._fc_guard(on_success, result)
        return result

    def _fc_guard(self, note, outcome):
        try:
            note(outcome)
        except CONFLICTS:
            raise  # the request's own transaction is over: Odoo tries again, and notes it then
        except Exception:  # the seam between audit and login: nothing may pass
            _logger.exception("A login event could not be noted")

    def _fc_note_login(self, attempt, credential, agent_env, auth_info):
        user = self.env["res.users"].sudo().browse(auth_info["uid"])
        is_interactive = agent_env.get("interactive", True)
        has_more = is_interactive and auth_info.get("mfa") != "skip" and user._mfa_url()
        self._fc_record_event(
            "success",
            _get_login(credential) or user.login,
            event_type="first_factor" if has_more else "login",
            user=user,
            durable=False,
            auth_method=auth_info.get("auth_method"),
            api_key_name=attempt.api_key_name,
        )

    def _fc_note_refusal(self, attempt, credential, agent_env, error):
        login, kind = _get_login(credential), _get_type(credential)
        user = self._fc_find_user(login)
        reason = self._fc_get_reason(attempt, kind, user, agent_env, error)
        self._fc_record_event(
            "failure",
            login or _METHODS.get(kind, ""),
            reason,
            user=user,
            auth_method=_METHODS.get(kind, kind),
        )
        if reason in ("unknown_user", "disabled_user") and kind == "password":
            self._fc_spend_hash_time(credential)

    def _fc_get_reason(self, attempt, kind, user, agent_env, error):
        """:return: the first reason that fits, see ``const.FAILURE_REASONS``"""
        by_kind = {"webauthn": "bad_passkey", "oauth_token": "oauth_denied"}
        by_kind.update(dict.fromkeys(_MFA_TYPES, "2fa_failed"))
        if attempt and attempt.is_cooldown:
            return "cooldown"
        if kind in by_kind:
            return by_kind[kind]
        if not user:
            return "unknown_user"
        if not user.active:
            return "disabled_user"
        is_interactive = agent_env.get("interactive", True)
        if not is_interactive and user.with_user(user).sudo()._rpc_api_keys_only():
            return "api_key_required"
        return "bad_password" if isinstance(error, AccessDenied) else "other"

    def _fc_find_user(self, login):
        """:return: the user of a login, an active one first, archived ones too; sudo"""
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        if not login or clean_text(login, len(login)) != login:
            return users_sudo.browse()
        domain = users_sudo._get_login_domain(login)
        order = users_sudo._get_login_order()
        found = users_sudo.search_fetch(domain, ["active"], order=order)
        return (found.filtered("active") or found)[:1]

    def _fc_spend_hash_time(self, credential):
        """Answer an unknown user as slowly as a wrong password, where that is switched on."""
        if not self.env["fusion.login.audit"]._fc_get_bool("equal_time"):
            return
        context = self._crypt_context()
        dummy = _dummy_hashes.get(id(context))
        if not dummy:
            _dummy_hashes.clear()
            dummy = _dummy_hashes[id(context)] = context.hash(secrets.token_hex())
        password = credential.get("password")
        context.verify(password if isinstance(password, str) else "", dummy)

    def _fc_note_reauth(self, credential, auth_info):
        user = self.env["res.users"].sudo().browse(auth_info["uid"])
        self._fc_record_event(
            "success",
            user.login,
            event_type="reauth",
            user=user,
            durable=False,
            auth_method=auth_info.get("auth_method"),
        )

    def _fc_note_refused_check(self, credential, error):
        """A code of a half-open session is a second factor, anything else an identity check."""
        kind = _get_type(credential)
        is_pending = request and not request.session.uid and request.session.get("pre_uid")
        user = self.sudo()[:1] or self.env.user
        self._fc_record_event(
            "failure",
            user.login,
            self._fc_get_reason(None, kind, user, {}, error),
            event_type="second_factor" if is_pending and kind in _MFA_TYPES else "reauth",
            user=user,
            auth_method=_METHODS.get(kind, kind),
        )

    def _fc_note_rpc(self, attempt, uid, passwd):
        found = (attempt.method or "password", attempt.api_key_name)
        user = self.env["res.users"].sudo().browse(uid)
        self._fc_note_api(user, passwd, *found)

    def _fc_note_refused_rpc(self, uid, error):
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        user = users_sudo.browse(uid).exists()
        self._fc_record_event(
            "failure",
            user.login or f"uid:{uid}",
            self._fc_get_reason(None, "password", user, {"interactive": False}, error),
            event_type="api",
            user=user,
            auth_method="password",
        )

    @api.model
    def _fc_note_api(self, user, credential, method, key_name):
        """One row per user, credential, address and channel in the window. Bounded, per process;
        the credential is remembered as a salted hash only.

        :param method: what the check said; a cached check says nothing, then the last one counts
        """
        audit = self.env["fusion.login.audit"]
        source = audit._fc_get_origin()
        parts = (self.env.cr.dbname, user.id, credential, source.ip, source.channel)
        key = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), key=_SALT).digest()
        known, until = _api_memory.get(key)
        if until > time.time():
            return
        if known and not key_name:
            method, key_name = known
        event_id = self._fc_record_event(
            "success", user.login, event_type="api", user=user,
            auth_method=method, api_key_name=key_name,
        )  # fmt: skip
        if event_id:
            minutes = audit._fc_get_int("api_success_window_min")
            _api_memory.put(key, (method, key_name), time.time() + minutes * 60)

    @api.model
    def _fc_record_event(self, result, login, reason=None, *, durable=True, **values):
        """Build and write; see ``fusion.login.audit``.

        :return: id or False
        """
        audit = self.env["fusion.login.audit"]
        return audit._fc_record(
            audit._fc_build_event_vals(result, login, reason, **values), durable=durable
        )

    # changes of credentials

    def write(self, vals):
        result = super().write(vals)
        for name, event_type, detail in (
            ("password", "password_change", ""),
            ("totp_secret", "mfa_change", "totp on" if vals.get("totp_secret") else "totp off"),
            ("auth_passkey_key_ids", "mfa_change", "passkey"),
        ):
            if name in vals:
                self._fc_guard(self._fc_note_change, (event_type, detail))
        return result

    def _fc_note_change(self, change):
        event_type, detail = change
        for user in self.sudo():
            self._fc_record_event(
                "success",
                user.login,
                event_type=event_type,
                user=user,
                durable=False,
                actor_uid=self.env.uid,
                detail=detail,
            )


def _get_login(credential):
    """:return: what was typed as login, as text; "" for nothing"""
    login = credential.get("login") if isinstance(credential, dict) else ""
    if isinstance(login, str):
        return login
    return "" if login in (None, False) else repr(login)


def _get_type(credential):
    kind = credential.get("type") if isinstance(credential, dict) else ""
    return clean_text(kind, const.SIZES["auth_method"]) or "password"
