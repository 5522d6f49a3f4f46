"""Keep secrets out of the log. ``_logger = redact_logger(__name__)`` is all a module needs.

The rule lives in the logger, so that no call site has to remember it. It masks values by the name
of their key, in arguments, dicts, JSON text, query strings, headers and tracebacks.
"""

import logging
import re

MASK = "[REDACTED]"

_NAME = (
    r"(?<![\w-])(?:"
    r"[\w-]{0,60}?(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|"
    r"private[-_]?key|signature|authori[sz]ation|cookie|credential)s?"
    r"|(?:[\w-]{0,60}[-_])?(?:pin|pwd|key|sig|otp|totp|session[-_]id|sid|hmac|mac)"
    r")(?![\w-])"
)
_SENSITIVE_NAME = re.compile(_NAME, re.IGNORECASE)
_QUOTED = re.compile(
    rf"""(\\?["']{_NAME}\\?["']\s*[:=,]\s*[bu]?)"""  # "key": or ('key', of a repr
    r"""(?:(\\?["'])(?:\\[^"']|\\["'](?!\s*[,}\])])|(?!\2)[^\\])*?\2|[^\s,}\])"']+)""",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(
    r"""((?<![\w-])(?:[\w-]{0,60}?(?:authori[sz]ation|cookie|signature))\s*:\s*)[^\r\n"'}\]]+""",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"""({_NAME}\s*(?:=|:)\s*)(?:(?:bearer|basic|digest|token)\s+)?[^\s&"'<>;,)}}\]]+""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_USER_INFO = re.compile(r"://[^/\s@\"'<>]{1,300}@")
_KNOWN_FORMS = re.compile(r"\b(?:sk|rk|pk|whsec|ghp|xox[abp])[-_](?:live_|test_)?[\w+/=-]{8,}")


def mask_text(text):
    """:return: ``text`` with every recognised secret replaced by ``MASK``"""
    text = _USER_INFO.sub(f"://{MASK}@", text)
    text = _QUOTED.sub(lambda m: f"{m[1]}{m[2] or ''}{MASK}{m[2] or ''}", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    text = _PLAIN.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    return _KNOWN_FORMS.sub(MASK, text)


def mask_value(value):
    """Mask text and, by their keys, the values of nested dicts and sequences (copied)."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: _mask_item(key, item) for key, item in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(mask_value(item) for item in value)
    return value


def _mask_item(key, value):
    if isinstance(key, str) and _SENSITIVE_NAME.fullmatch(key) and value not in (None, False, ""):
        return MASK
    return mask_value(value)


class RedactFilter(logging.Filter):
    def filter(self, record):
        """Rewrite the record's text and traceback; never drops a record."""
        record.args = mask_value(record.args)
        try:
            record.msg, record.args = mask_text(record.getMessage()), None
        except (TypeError, ValueError, KeyError):
            record.msg = mask_text(str(record.msg))  # logging itself reports the bad arguments
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = mask_text(record.exc_text) if record.exc_text else record.exc_text
        record.stack_info = mask_text(record.stack_info) if record.stack_info else None
        return True


def redact_logger(name):
    """Attach the filter once. A filter works on its own logger only, not on child loggers.

    :return: the logger of that name
    """
    logger = logging.getLogger(name)
    if not any(isinstance(item, RedactFilter) for item in logger.filters):
        logger.addFilter(RedactFilter())
    return logger
