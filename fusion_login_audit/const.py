"""Tables and limits of the login audit. Sources: specs of the addon, RFC 5424 (syslog)."""

PREFIX = "fusion_login_audit."
CHAIN_KEY_VARIABLE = "FUSION_LOGIN_AUDIT_CHAIN_KEY"  # environment of the server
CITY_DB_VARIABLE = "FUSION_GEOIP_CITY_DB"  # the same; path of a database of flat records

EVENT_TYPES = [
    ("login", "Login"),
    ("first_factor", "First Factor"),
    ("second_factor", "Second Factor"),
    ("reauth", "Identity Check"),
    ("api", "API Access"),
    ("logout", "Logout"),
    ("session_revoked", "Session Revoked"),
    ("password_change", "Password Change"),
    ("api_key_created", "API Key Created"),
    ("api_key_removed", "API Key Removed"),
    ("mfa_change", "Second Factor Changed"),
    ("superuser", "Switch to Superuser"),
    ("anonymised", "Anonymised"),
]
FAILURE_REASONS = [
    ("bad_password", "Wrong password"),
    ("unknown_user", "Unknown user"),
    ("disabled_user", "Archived user"),
    ("2fa_failed", "Wrong second factor"),
    ("cooldown", "Cooldown"),
    ("bad_api_key", "Wrong API key"),
    ("expired_api_key", "Expired API key"),
    ("api_key_required", "API key required"),
    ("bad_passkey", "Wrong passkey"),
    ("oauth_denied", "Refused by the identity provider"),
    ("flood", "Flood"),
    ("other", "Other"),
]
CHANNELS = [
    ("web", "Web"),
    ("xmlrpc", "XML-RPC"),
    ("jsonrpc", "JSON-RPC"),
    ("bearer", "Bearer key"),
    ("internal", "Internal"),
]
DEVICE_TYPES = [
    ("desktop", "Desktop"),
    ("mobile", "Phone"),
    ("tablet", "Tablet"),
    ("bot", "Program"),
    ("unknown", "Unknown"),
]
GEO_STATES = [
    ("pending", "Pending"),
    ("done", "Done"),
    ("private_ip", "Private network"),
    ("internal", "Internal"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
]

#: Text columns and their sizes; every outside text is cleaned and cut to them.
SIZES = {
    "attempted_login": 255,
    "auth_method": 32,
    "ip_address": 45,
    "ip_hostname": 255,
    "country_code": 2,
    "country_name": 64,
    "city": 128,
    "geo_state": 64,
    "user_agent_raw": 512,
    "browser": 64,
    "os": 64,
    "database": 64,
    "api_key_name": 128,
    "detail": 255,
    "fold_key": 64,
}
#: What the seal covers, in this order. Geo, flags and user_id change later and stay outside.
SEALED = [
    "id", "event_time", "database", "event_type", "result", "failure_reason", "attempted_login",
    "user_ref", "actor_uid", "auth_method", "channel", "ip_address", "user_agent_raw",
    "api_key_name", "detail", "attempt_count",
]  # fmt: skip

FLOOD_LOGIN = "(flood)"
API_KEY_LOGIN = "api key"
ANONYMOUS = "anonymous-"  # followed by 16 hex of a keyed hash of the login
INTERNAL = "internal"
NO_REQUEST = "<no-request>"
PRIVATE_CODE, PRIVATE_NAME = "--", "Private network"

LOGIN_LOCK_TIMEOUT_MS = 100  # what a good login waits for a locked table, before it goes without
API_MEMORY = 10_000  # throttled API successes remembered per process
DNS_TIMEOUT_S = 1.5
GEO_TIMEOUT_S = 3
GEO_MAX_BYTES = 65_536
GEO_FIELDS = "status,message,country,countryCode,regionName,city,lat,lon"
GEO_AGENT = "Odoo-FusionLoginAudit/19.0"
GEO_TRIES = 3
GEO_REUSE_DAYS = 30
GEO_PAUSE_S = 60  # after HTTP 429 without a time
RISK_DAYS = 90
TRAVEL_KM, TRAVEL_KMH = 500, 900
MAIL_TRIES = 3
SIEM_TIMEOUT_S = 10
SIEM_MAX_WAIT_MIN = 60
SYSLOG_FACILITY = 10  # authpriv, RFC 5424 table 1
SYSLOG_NOTICE, SYSLOG_WARNING = 5, 4
PAGE_ROWS = 30

#: Whole-number parameters: name -> (default, smallest, largest). Anything else is the default.
INTEGERS = {
    "alert_threshold": (5, 1, 10_000),
    "alert_window_min": (15, 1, 10_080),
    "alert_cooldown_min": (60, 0, 43_200),
    "spray_threshold": (10, 0, 100_000),
    "mail_cap_hour": (20, 1, 10_000),
    "flood_limit_per_min": (30, 1, 100_000),
    "api_success_window_min": (60, 1, 10_080),
}
BOOLEANS = {
    "alert_enabled": True,
    "reverse_dns": True,
    "self_service": False,
    "mask_unknown_logins": False,
    "equal_time": False,
    "shared_cooldown": True,
}
CHOICES = {
    "geo_provider": ["local", "local_http", "off"],
    "new_device_alert": ["internal", "off", "all"],
    "siem_mode": ["off", "udp", "tcp", "tls", "webhook"],
    "siem_format": ["json", "cef"],
}
RETENTION_DEFAULT, RETENTION_MAX = 365, 36_500  # days
