"""Limits, defaults and codes."""

#: ``fusion_repairs.<key>``: (default when missing or unreadable, lowest, highest).
NUMBERS = {
    "booking_lead_hours": (24, 0, 720),
    "booking_horizon_days": (21, 1, 90),
    "booking_slots_per_day": (4, 1, 48),
    "booking_token_days": (120, 1, 730),
    "client_change_cutoff_hours": (24, 0, 720),
    "max_client_moves": (3, 0, 100),
    "roll_late_days": (30, 0, 365),
    "max_units_per_line": (50, 1, 1000),
    "backfill_inline_limit": (5000, 0, 1_000_000),
    "followup_unbooked_days": (5, 0, 365),
    "followup_overdue_days": (3, 0, 365),
}
#: ``fusion_repairs.<key>`` as text: what a missing row means.
SWITCHES = {
    "enable_email_notifications": True,
    "followup_unbooked_enabled": True,
    "followup_overdue_enabled": True,
    "household_booking": True,
    "rating_enabled": True,
}

#: Bands of the reminders, in days before the due date; the last one counts for overdue units too.
BANDS = (30, 7, 1)
REMINDER_BATCH = 500
#: Clients of one unit whose reminders share a savepoint; one that fails is tried alone.
REMINDERS_TOGETHER = 50

#: An order confirmed so many days ago is looked at again each night.
ENROL_DAYS = 14
#: Contracts of which a second one of the same unit is refused.
LIVE = ("draft", "active", "paused")
#: Of a unit in a recall; ``unreachable`` is to be called.
RECALL_STATES = ("to_notify", "notified", "booked", "done", "unreachable")
#: Done without a visit, and safe to use.
RECALL_HARMLESS = ("not_affected", "elsewhere")
OPEN_VISIT = ("scheduled", "in_progress")

#: Units of a client and site that are due within so many days of one another are one visit, as long
#: as it takes no more than so many hours.
HOUSEHOLD_DAYS = 30
HOUSEHOLD_HOURS = 4

BOOKING_SLOTS = 60
SLOT_KEY_HOURS = 2
SLOT_SCOPE = "fusion_repairs.slot"
#: Tries of an online booking against others that book the same technician's day, and the longest
#: pause between two of them, in seconds.
BOOKING_TRIES = 20
BOOKING_PAUSE_S = 0.2
MAX_NOTE = 1000
MAX_PROBLEM = 4000
MAX_PHONE = 40
#: Requests to the pages behind links, of one address, and the window in seconds.
PAGES_PER_ADDRESS = (60, 60)
#: Problems reported online by one address, and the window in seconds.
REQUESTS_PER_ADDRESS = (5, 3600)
#: Runs of flowcharts begun by one address, and the window in seconds.
HELPS_PER_ADDRESS = (20, 3600)
#: The status page of a job is open so long.
STATUS_DAYS = 365
#: Links to book that a unit's label may mail, and the window in seconds.
LABEL_MAILS = (3, 86400)
#: Days that a client's run of a flowchart is open, and after which a solved problem is asked about.
HELP_DAYS = 2
STILL_FINE_DAYS = 2
#: Invitations sent by one address, and the window in seconds.
SHARES_PER_ADDRESS = (10, 3600)
#: A unit shared with a caregiver: how long the link works, and with how many people.
SHARE_DAYS = 365
SHARES_PER_UNIT = 5
UNSUBSCRIBE_DAYS = 730
LOG_KEPT_DAYS = 180
CERTIFICATE_EXPIRING_DAYS = 60
#: Days before the end at which the office and the client are told.
EXPIRY_BANDS = (60, 30, 7)
#: An overdue contract that nobody booked comes back after so many days.
OVERDUE_AGAIN_DAYS = 30
PDF_BATCH = 50
#: A visit that staff moved is told so long after the last change.
QUIET_MINUTES = 10
#: A visit is rated so many hours after it, not after so many days, and a client is asked again only
#: after so many days.
RATING_HOURS = 2
RATING_WITHIN_DAYS = 3
RATING_AGAIN_DAYS = 30
#: Local hour from which the client is told of the visit of the next day.
TOMORROW_HOUR = 15
#: Due date of a contract resumed late: no reminder band begins at once.
RESUME_DAYS = 31

#: Files of a reported problem, and the size of one in bytes.
INTAKE_FILES = 8
INTAKE_FILE_BYTES = 10 * 1024 * 1024
#: What a new contact of the intake may hold.
INTAKE_CONTACT = ("name", "email", "phone", "street", "street2", "city", "zip", "lang", "state_id",
                  "country_id", "company_id")  # fmt: skip
#: An open job of the same unit so many days old is offered instead of a second one.
TWIN_DAYS = 14
#: Drafts of the intake are kept so long, in hours.
DRAFT_HOURS = 30 * 24.0
#: A timer running longer was forgotten, in hours.
TIMER_HOURS = 10

SHARE_DIGITS = 4
#: Repair or replace: so many repairs in so many days, or more than this share of a new unit's price
#: within a year.
REPEAT_COUNT = 3
REPEAT_DAYS = 90
REPEAT_SHARE = 0.5
#: A unit that comes back within so many days was not fixed the first time.
RETURN_DAYS = 30

#: Backfill: sale lines of one savepoint, contracts above which a number is typed, and days before
#: the first due date, so that no unit falls at once into a reminder band.
BACKFILL_CHUNK = 1000
BACKFILL_CONFIRM = 200
BACKFILL_LEAD_DAYS = 31
ACCESSORY_KEYWORDS = (
    "rail, curve, remote, charging station, charger, rental, footrest hinge, cover, battery, "
    "call station, install, labour, delivery"
)
