"""Tokens and signatures: new, hash, sign, verify, rotate.

- A random token is mailed or shown once; only its SHA-256 is stored, beside its scope.
- A signed token carries its values; each purpose has a scope of its own.
- A webhook is signed with ``X-Fusion-Signature: t=<unix>,v1=<hex>[,v1=<hex>]``, where v1 is
  HMAC-SHA-256 of ``"<t>." + body``, one per valid secret while secrets rotate.
"""

import hashlib
import hmac as hmac_lib
import re
import secrets as secrets_lib
import time

from odoo.tools.misc import consteq, hash_sign, verify_hash_signed

SIGNATURE_HEADER = "X-Fusion-Signature"
SIGNATURE_MAX_AGE_S = 300
_TOKEN_BYTES = 32  # 256 bits
_MAX_SIGNATURES = 10  # a header is outside text
_HEADER = re.compile(r"t=([0-9]{1,12})((?:,v1=[0-9a-f]{64})+)")


class SignatureError(Exception):
    """``reason``: ``no_secret``, ``malformed``, ``expired`` or ``mismatch``."""

    def __init__(self, reason):
        super().__init__(f"Signature refused: {reason}")
        self.reason = reason


def new_token():
    """:return: 256 random bits as URL-safe text of 43 characters"""
    return secrets_lib.token_urlsafe(_TOKEN_BYTES)


def hash_token(token):
    """:return: what is stored of a token: its SHA-256 as 64 hex characters"""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def verify_token(token, token_hashes):
    """Compare in constant time.

    :param token: what came from outside, may be empty or None
    :param token_hashes: one stored hash or, while keys rotate, a list of them
    """
    if isinstance(token_hashes, str):
        token_hashes = [token_hashes]
    given = hash_token(token or "")
    found = [consteq(given, stored) for stored in token_hashes or () if stored]
    return bool(token) and any(found)


def sign_values(env, scope, values, *, hours=None):
    """Sign JSON values for one purpose with the database's secret.

    :param scope: purpose, e.g. ``"fusion_tasks.confirm"``; a token of another scope is refused
    :param hours: lifetime, None for ever
    :return: URL-safe text; readable by whoever holds it
    """
    return hash_sign(env(su=True), scope, values, expiration_hours=hours)


def verify_values(env, scope, token):
    """:return: the signed values; None when altered, expired, of another scope or garbage"""
    try:
        return verify_hash_signed(env(su=True), scope, token)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def sign_text(keys, scope, text):
    """Sign with the first key of a list (the current one).

    :return: HMAC-SHA-256 as hex
    """
    return _hmac(_as_keys(keys)[0], _scoped(scope, text))


def verify_text(keys, scope, text, signature):
    """Whether any key of the list (current and retiring ones) made the signature."""
    message = _scoped(scope, text)
    found = [_is_equal(_hmac(key, message), signature) for key in _as_keys(keys)]
    return any(found)


def sign_webhook(secrets, body, *, now=None):
    """:param secrets: one secret or the list of all valid ones
    :param body: the exact bytes that are sent
    :param now: unix time in seconds, default the present
    :return: value of ``X-Fusion-Signature``
    """
    stamp = int(time.time() if now is None else now)
    keys = _as_keys(secrets)
    return f"t={stamp}" + "".join(f",v1={_hmac(key, _stamped(stamp, body))}" for key in keys)


def check_webhook(secrets, header, body, *, max_age_s=SIGNATURE_MAX_AGE_S, now=None):
    """Check a received webhook: age limit first, then compare in constant time.

    :param secrets: one secret or the list of all valid ones; none set means refuse
    :param header: value of ``X-Fusion-Signature``, may be None
    :param body: the raw bytes received
    :raise SignatureError: its ``reason`` says why
    """
    if not any(secrets or ()):
        raise SignatureError("no_secret")
    match = _HEADER.fullmatch(header or "")
    if not match:
        raise SignatureError("malformed")
    stamp, given = match[1], match[2].split(",v1=")[1:]
    if len(given) > _MAX_SIGNATURES:
        raise SignatureError("malformed")
    if abs((time.time() if now is None else now) - int(stamp)) > max_age_s:
        raise SignatureError("expired")
    message = _stamped(stamp, body)
    expected = [_hmac(key, message) for key in _as_keys(secrets)]
    if not any([consteq(one, other) for one in expected for other in given]):  # no short cut
        raise SignatureError("mismatch")


def _as_keys(keys):
    """:return: list of non-empty keys as bytes"""
    keys = [keys] if isinstance(keys, str | bytes) else keys
    keys = [key.encode() if isinstance(key, str) else key for key in keys or () if key]
    if not keys:
        raise ValueError("A key is required")
    return keys


def _scoped(scope, text):
    if not scope:
        raise ValueError("A scope is required")
    return f"{len(scope)}:{scope}:{text}".encode()


def _stamped(stamp, body):
    return f"{stamp}.".encode() + body


def _hmac(key, message):
    return hmac_lib.new(key, message, hashlib.sha256).hexdigest()


def _is_equal(expected, given):
    return consteq(expected.encode(), (given or "").encode("utf-8", "replace"))
