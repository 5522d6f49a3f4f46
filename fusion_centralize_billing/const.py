"""Names and limits of the addon."""

PREFIX = "fusion_billing."  # of every configuration parameter

# API keys: fbk_<prefix>_<secret>
KEY_PATTERN = r"fbk_([a-z0-9]{8})_[A-Za-z0-9_-]{43}"
KEY_UNUSED_DAYS = 60
KEY_USED_EVERY_S = 60  # last use is written at most so often

SERVICE_CODE = r"[a-z][a-z0-9_]{1,31}"
METRIC_CODE = r"[a-z][a-z0-9_]{0,63}"
EXTERNAL_ID = r"[A-Za-z0-9_.:@|~+=-]{1,255}"  # billing API, section 1

# Usage windows, billing API section 3.4 and engine section 4.5
UPLOAD_ROWS = 50_000  # of one file
UPLOAD_ERRORS = 200  # shown at once
MAX_ROWS = 1000  # in one push
MAX_WINDOW_DAYS = 32
MAX_AHEAD_MINUTES = 15
MAX_BACK_DAYS = 400

DEFAULT_LATE_WINDOW_DAYS = 60
DEFAULT_DUNNING_DAYS = "1,3,5,7"  # after the first failure
DEFAULT_THRESHOLDS = "80,100"  # percent of the quota
DEFAULT_TIMEZONE = "America/Toronto"

# Webhooks
WEBHOOK_TIMEOUT_S = 10
WEBHOOK_READ_BYTES = 4096
WEBHOOK_EXCERPT = 500  # characters of an answer that are kept
WEBHOOK_AGENT = "FusionBilling/1"
WEBHOOK_API_VERSION = "2026-06-01"
DEFAULT_MAX_ATTEMPTS = 8
DEFAULT_BATCH = 50
RETRY_FIRST_S = 30
RETRY_FACTOR = 4
RETRY_MAX_S = 86400
RETRY_JITTER = 0.1
SECRET_OVERLAP_HOURS = 24

EVENTS = (
    "invoice.created",
    "invoice.payment_retry_scheduled",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "subscription.started",
    "subscription.updated",
    "subscription.terminated",
    "subscription.reactivated",
    "usage.threshold_reached",
    "wallet.depleted",
    "wallet.low_balance",
)

# HTTP API
API_ROOT = "/api/billing/v1"
LAGO_ROOT = "/api/v1"  # the same handlers, for clients of Lago
LAGO_PATHS = (
    "billable_metrics",
    "credit_notes",
    "customers",
    "events",
    "invoices",
    "plans",
    "subscriptions",
)
API_VERSION = "2026-06-01"
MAX_BODY_BYTES = 1 << 20
MAX_DEPTH = 32
LINK_SCOPE = "fusion_centralize_billing"
LINK_HOURS = 24  # of links to a customer's card form and account page
FILE_LINK_HOURS = 1
IDEMPOTENCY_HOURS = 24
API_LOG_DAYS = 90
SENT_EVENT_DAYS = 90
ROLLUP_MONTHS = 13  # usage is folded into days after that
RATED_TOGETHER = 100  # subscriptions whose lines are written at once
DAILY_FLUSH_S = 60  # good pushes are counted in memory for so long
PER_PAGE = 20
MAX_PER_PAGE = 100
UNAUTHORIZED_PER_MINUTE = 60  # per address
INTERVALS = {
    ("week", 1): "weekly",
    ("month", 1): "monthly",
    ("month", 3): "quarterly",
    ("month", 6): "semiannual",
    ("year", 1): "yearly",
}

# What providers cost, of an addon that may be installed beside this one (B14)
COST_MODEL = "fusion.api.usage.daily"
COST_FIELDS = ("date", "service_code", "cost")
