"""Rows as JSON lines or CEF, over a signed webhook or syslog (RFC 5424, RFC 6587 framing).

CEF escaping: ArcSight Common Event Format, "Character Encoding".
"""

import json
import socket
import ssl
from urllib.parse import urlsplit

from odoo.addons.fusion_base.tools.outbound import LOOPBACK, OutboundClient, check_url
from odoo.addons.fusion_base.tools.signing import SIGNATURE_HEADER, sign_webhook

from .. import const

_CEF = {
    "rt": "event_time", "suser": "attempted_login", "src": "ip_address", "outcome": "result",
    "reason": "failure_reason", "requestClientApplication": "user_agent_raw",
    "cnt": "attempt_count",
    "app": "channel", "externalId": "id", "cs1": "seal_hash", "act": "event_type",
    "cs2": "auth_method", "msg": "detail",
}  # fmt: skip
_CEF_LABELS = {"cs1Label": "sealHash", "cs2Label": "authMethod"}


def to_json(row):
    """:return: one line of JSON; times as ISO text in UTC"""
    return json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":"))


def to_cef(row):
    """:return: one CEF line"""
    plain = _plain(row)
    head = ["Nexa Systems Inc.", "Fusion Login Audit", "19.0", row["event_type"]]
    head.append(f"{row['event_type']} {row['result']}")
    head.append("3" if row["result"] == "success" else "6")
    values = {name: plain[column] for name, column in _CEF.items()} | _CEF_LABELS
    extension = " ".join(
        f"{name}={_escape(value, '=')}" for name, value in values.items() if value not in (None, "")
    )
    return "CEF:0|" + "|".join(_escape(part, "|") for part in head) + "|" + extension


def _plain(row):
    plain = dict(row)
    plain["event_time"] = row["event_time"].strftime("%Y-%m-%dT%H:%M:%SZ")
    return plain


def _escape(value, separator):
    text = str(value).replace("\\", "\\\\").replace(separator, "\\" + separator)
    return text.replace("\r", "\\r").replace("\n", "\\n")


def to_syslog(row, text):
    """:return: an RFC 5424 message as bytes, without framing"""
    severity = const.SYSLOG_NOTICE if row["result"] == "success" else const.SYSLOG_WARNING
    priority = const.SYSLOG_FACILITY * 8 + severity
    when = row["event_time"].strftime("%Y-%m-%dT%H:%M:%SZ")
    host = "".join(c for c in row["database"] or "" if "!" <= c <= "~") or "-"
    return f"<{priority}>1 {when} {host} fusion_login_audit - {row['id']} - {text}".encode()


class Exporter:
    """:param mode: ``udp``, ``tcp``, ``tls`` or ``webhook``
    :param url: ``https://…`` for a webhook, ``host:port`` for syslog
    """

    def __init__(self, mode, text_format, url, secret=""):
        self._mode = mode
        self._format = to_cef if text_format == "cef" else to_json
        self._url = url
        self._secret = secret

    def send(self, rows):
        """Hand over all rows; returning means the receiver has them.

        :raise OutboundError: webhook
        :raise OSError: syslog
        """
        texts = [self._format(row) for row in rows]
        if self._mode == "webhook":
            self._post("\n".join(texts) + "\n")
        else:
            self._send_syslog([to_syslog(row, text) for row, text in zip(rows, texts, strict=True)])

    def _post(self, text):
        body = text.encode()
        headers = {"Content-Type": "application/x-ndjson"}
        if self._secret:
            headers[SIGNATURE_HEADER] = sign_webhook(self._secret, body)
        client = OutboundClient(
            self._url, timeout=const.SIEM_TIMEOUT_S, allow_private=True, allow_http=LOOPBACK
        )
        client.request("POST", "", content=body, headers=headers, truncate=True)

    def _send_syslog(self, messages):
        host, port = split_host(self._url)
        if self._mode == "udp":
            kind = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(kind, socket.SOCK_DGRAM) as sock:
                for message in messages:
                    sock.sendto(message, (host, port))
            return
        with socket.create_connection((host, port), timeout=const.SIEM_TIMEOUT_S) as plain:
            with self._wrap(plain, host) as sock:
                sock.sendall(b"".join(b"%d %s" % (len(one), one) for one in messages))
                sock.shutdown(socket.SHUT_WR)

    def _wrap(self, plain, host):
        if self._mode == "tcp":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def split_host(text):
    """:return: (host, port) of ``host:port``, ``[ipv6]:port`` or ``syslog://host:port``
    :raise ValueError: when it is neither
    """
    parts = urlsplit(text if "://" in text else f"syslog://{text}")
    if not parts.hostname or not parts.port or parts.username or parts.path not in ("", "/"):
        raise ValueError("host:port is expected")
    return parts.hostname, parts.port


def check_web_address(url):
    """:raise OutboundBlocked: unless https, or http on loopback"""
    check_url(url, allow_private=True, allow_http=LOOPBACK)
