"""Names and limits that several files of fusion_clock share."""

SOURCES = [
    ("manual", "Manual"),
    ("portal", "Portal"),
    ("systray", "Systray"),
    ("kiosk", "PIN kiosk"),
    ("nfc_kiosk", "Card kiosk"),
    ("native_kiosk", "Odoo kiosk"),
    ("qr", "QR code"),
    ("correction", "Correction"),
    ("auto", "Automatic"),
]
# hr.attendance's in_mode / out_mode of each live source.
MODES = {
    "portal": "portal",
    "systray": "systray",
    "kiosk": "kiosk",
    "nfc_kiosk": "kiosk",
    "native_kiosk": "kiosk",
    "qr": "kiosk",
}
SHARED_DEVICE_SOURCES = frozenset(("kiosk", "nfc_kiosk", "native_kiosk", "qr"))  # debounced
POSITIONED_SOURCES = frozenset(("portal", "systray"))  # the location check applies

EVENTS = [
    ("clock_in", "Clock in"),
    ("clock_out", "Clock out"),
    ("auto_clock_out", "Automatic clock-out"),
    ("unscheduled_shift", "Not scheduled"),
    ("late_in", "Late"),
    ("early_out", "Left early"),
    ("penalty_waived", "Penalty waived"),
    ("absence", "Absence"),
    ("absence_cleared", "Absence cleared"),
    ("reminder_in", "Clock-in reminder"),
    ("reminder_out", "Clock-out reminder"),
    ("late_alert", "Late, lead alerted"),
    ("geofence_reject", "Outside the location"),
    ("geofence_flag", "Outside the location, allowed"),
    ("tap_unknown", "Unknown card"),
    ("clock_refused", "Clocking refused"),
    ("photo_missing", "Photo missing"),
    ("pin_failed", "Wrong PIN"),
    ("pin_locked", "PIN locked"),
    ("enroll", "Card enrolled"),
    ("unenroll", "Card removed"),
    ("unlock", "Kiosk unlocked"),
    ("unlock_failed", "Kiosk unlock failed"),
    ("profile_photo", "Profile photo taken"),
    ("schedule_posted", "Schedule posted"),
    ("correction_submitted", "Correction submitted"),
    ("correction_approved", "Correction approved"),
    ("correction_refused", "Correction refused"),
    ("leave_requested", "Leave requested"),
    ("photo_viewed", "Photo viewed"),
    ("offline_replayed", "Offline tap replayed"),
    ("offline_conflict", "Offline tap in conflict"),
    ("period_locked", "Period locked"),
    ("station_paired", "Station paired"),
]
# Refusals that have an event of their own; the others are logged as clock_refused.
REFUSAL_EVENTS = {"photo_required": "photo_missing", "outside_geofence": "geofence_reject"}
SILENT_REFUSALS = frozenset(("state_changed", "debounce"))  # never logged

EARTH_RADIUS_M = 6_371_000  # metres, mean radius
MAX_ACCURACY_BONUS_M = 50  # metres by which a vague position may widen a geofence
PLAN_LEAD_HOURS = 4  # a plan's window opens this long before its start

CRON_BATCH = 500  # rows a cron handles before it is run again
LEAVE_REQUESTED = ("confirm", "validate1", "validate")  # states of hr.leave that excuse
UNKNOWN_TAP_WINDOW_S = 5  # seconds between two rows of one unknown card
UNLOCK_S = 60  # seconds an unlocked kiosk stays unlocked without a manager call
UNLOCK_FAILURES = 5  # wrong passwords per kiosk user ...
UNLOCK_WINDOW_S = 300  # ... in this many seconds
PASSWORD_MIN_LENGTH = 4  # characters
PASSWORD_KEY = "fusion_clock.nfc_enroll_password"
PIN_FAILURES = 5  # wrong PINs in a row ...
PIN_LOCK_MINUTES = 15  # ... lock the PIN for this long
SEARCH_MIN_LETTERS = 2
SEARCH_LIMIT = 20
UNKNOWN_CARDS_SHOWN = 20

PHOTO_MAX_BYTES = 2 * 1024 * 1024
PHOTO_MAX_SIDE = 640  # pixels
PHOTO_QUALITY = 80  # JPEG

PAIRING_ALPHABET = "0123456789"  # what the kiosk's own keys can type
PAIRING_LENGTH = 8  # characters
PAIRING_MINUTES = 10
PAIRING_FAILURES = 5  # wrong codes per kiosk user in PAIRING_MINUTES
STATION_SILENT_MINUTES = 10  # without a heartbeat: shown as silent

REPLAY_MAX_TAPS = 200  # of one call
REPLAY_FUTURE_S = 120  # seconds a tablet's clock may run ahead after the correction of its skew

# The tap ledger: what a seal covers, in this order. References are ids as they were at sealing.
SEALED_REFERENCES = ("employee", "attendance", "user", "company")
SEALED = (
    "id",
    "event",
    "event_time",
    "date",
    *SEALED_REFERENCES,
    "source",
    "card_uid",
    "ip_address",
    "distance_m",
    "message",
    "details",
    "client_uuid",
)
CHAIN_KEY_VARIABLE = "FUSION_CLOCK_CHAIN_KEY"  # environment; set it and the seals are HMACs

# First key of pg_try_advisory_xact_lock(int, int): "one clocking of this employee at a time".
LOCK_EMPLOYEE = 0x0FC10C
LOCK_UNKNOWN_CARD = 0x0FC10D
LOCK_SEAL = 0x0FC10E
LOCK_REPLAY = 0x0FC10F
