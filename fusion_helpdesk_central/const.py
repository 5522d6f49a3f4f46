PREFIX = "fusion_helpdesk_central."
API_VERSION = 1
VERSION = "19.0.1.0.0"

#: Written when the addon is installed. An absent row means off or 0 for the figures where 0 has a
#: meaning; the two limits that guard the server fall back to these figures instead.
INSTALL_VALUES = {
    "engagement_reminder_days": "3",
    "engagement_expiry_days": "30",
    "writes_per_hour": "240",
    "key_grace_days": "7",
    "max_total_mb": "30",
}
WRITES_PER_HOUR = 240
MAX_TOTAL_MB = 30
OPENAI_MODEL = "gpt-4o-mini"
OPENAI_BASE_URL = "https://api.openai.com/v1"

#: Types of messages that a customer may see (portal.mail_thread: website_message_ids).
PUBLIC_TYPES = ("comment", "email", "email_outgoing", "auto_comment")

DECISIONS = ("approve", "reject", "ask")
MAX_COMMENT = 2000  # characters
MAX_BULK = 25  # tickets of one request
POSTS_PER_ADDRESS = (20, 600)  # requests, seconds
RENEWALS_PER_DAY = 3
LINK_KEEP_DAYS = 400
STUCK_DAYS = 7

RATINGS = (1, 3, 5)
RATING_CHANGE_DAYS = 7
RATING_LINK_HOURS = 60 * 24
REOPEN_DAYS = 14

LATE_BATCH = 500  # tickets of one run; the next run takes the rest

SIMILAR_MIN = 4  # characters
SIMILAR_LIMIT = 5
SIMILAR_LIKENESS = 0.4  # word_similarity: 0 nothing in common, 1 the words stand in the subject

#: Sizes that the wire accepts, in characters; the client's own limits are far below.
MAX_NAME = 500
MAX_DESCRIPTION = 500_000
MAX_REPLY = 40_000
MAX_SHORT = 320  # names, addresses, keys
MAX_FILES = 50
LIST_LIMIT = 80
THREAD_LIMIT = 200
DIGEST_DAYS = 90

SEEN_GREEN_MIN = 15
SEEN_AMBER_MIN = 1440
