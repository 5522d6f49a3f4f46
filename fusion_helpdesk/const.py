"""Limits, codes and parameters of the reporter."""

PREFIX = "fusion_helpdesk."
API = 1  # version of the wire
GATEWAY = "fusion.helpdesk.gateway"
ADMIN_GROUP = "fusion_helpdesk.group_reporter_admin"
KEY_VARIABLE = "FUSION_HELPDESK_API_KEY"  # environment; wins over the stored key

#: Missing or unreadable parameter -> its default.
NUMBERS = {
    "team_id": 0,
    "timeout": 15,  # seconds
    "upload_timeout": 60,  # seconds
    "max_files": 10,
    "max_file_mb": 10,
    "max_total_mb": 20,
    "tickets_per_hour": 10,
    "replies_per_hour": 60,
}
TEXTS = ["remote_url", "remote_db", "remote_login", "owner_email", "owner_name"]
TRANSPORTS = ("xmlrpc", "json2")

SUBJECT_MAX = 200  # characters
TEXT_MAX = 20_000  # characters of a description or a reply
FEEDBACK_MAX = 2_000
ID_MAX = 2**31 - 1  # an id in PostgreSQL, and an int on XML-RPC
UUID_MAX = 64
ANSWER_MAX = 64 << 20  # bytes
MB = 1 << 20

PATIENCE_S = 3  # longest wait of a person for a call without files
BREAKER_S = 60  # no further try for a waiting person after a fault
BACKOFF_MIN = (1, 2, 5, 15, 30, 60)  # minutes after attempt 1, 2, ...; the last one stays
JITTER = 0.1  # of the wait
GIVE_UP_AFTER = 3  # faults in a row in one run: central is down, each try costs a timeout
OVERDUE_H = 24  # hours until administrators hear of a waiting row
KEEP_SENT_DAYS = 30
PAGE = 40  # tickets
PAGE_MAX = 80
OVERLAP_MIN = 10  # the digest asks again for this long: message ids commit out of order
CLOCK_SKEW_MIN = 5
CONNECTION_CODE = "fhd1."

KINDS = {"bug": "Bug Report", "feature": "Feature Request"}
RATINGS = (1, 3, 5)
INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")

#: Codes of central that stop a row for good; the others leave it queued.
REFUSALS = ("invalid", "too_large", "not_found")
