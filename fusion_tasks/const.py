"""Limits, defaults and codes."""

#: ``fusion_tasks.<key>``: (default when missing or unreadable, lowest, highest).
NUMBERS = {
    "slot_grid_minutes": (30, 5, 60),
    "window_minutes": (30, 0, 480),
    "travel_speed_kmh": (45, 5, 130),
    "travel_detour_factor": (1.3, 1, 3),
    "travel_min_minutes": (10, 0, 60),
    "travel_default_minutes": (30, 0, 180),
    "travel_max_minutes": (180, 10, 600),
}
#: Likewise for the on/off keys, which hold the text True or False.
SWITCHES = {
    "travel_counts_at_day_start": True,
    "return_trip_counts": False,
    "geocode_enabled": True,
    "enable_email_notifications": True,
    "rating_enabled": False,
    "day_brief_enabled": False,
}

#: Hour of the company's morning from which technicians get their day by e-mail.
BRIEF_HOUR = 5

#: Addresses that one run of the job looks up, and how often and when it tries again.
GEOCODE_BATCH = 50
GEOCODE_PAUSE_S = 1.0
GEOCODE_ATTEMPTS = 5
GEOCODE_RETRY_MINUTES = 10

#: Road server: https://project-osrm.org/docs/v5.24.0/api/#table-service
OSRM_TIMEOUT_S = 3
OSRM_PLACES = 100  # its own default limit of a table
PLACE_DIGITS = 4  # about 10 m
ROADS_KEPT_DAYS = 30

#: Stripe of an e-mail by its type; ``neutral`` is the company's colour.
EMAIL_ACCENTS = {
    "info": "#2563eb",
    "success": "#16803c",
    "attention": "#d97706",
    "urgent": "#c81e1e",
}

#: Why a time cannot be had, in the order in which they are looked at; the first one wins.
REASONS = (
    "not_technician",
    "company",
    "past",
    "lead_time",
    "skill",
    "outside_hours",
    "leave",
    "overlap",
    "event",
    "travel",
    "day_full",
)
#: What concerns the clock and not the place in the day.
TIME_REASONS = ("past", "lead_time")

#: Requests to the pages behind links, of one address, and the window in seconds.
PAGES_PER_ADDRESS = (30, 60)
#: What a client is told once the technician is on the way, in minutes from the estimate.
ETA_WINDOW_MINUTES = 15
LEAST_TRACK_DAYS = 1
FEED_DAYS = 730
FEED_PAST_DAYS = 7

#: Tasks in the board's tray, and those of them for which an opening is suggested.
MAX_TRAY = 80
MAX_FITS = 20

#: How long a phone may have been without a network and still tell its own times.
QUEUE_DAYS = 7

#: When a client is asked how the visit was, and until when it makes sense to ask.
RATING_AFTER_HOURS = 1
RATING_WITHIN_DAYS = 3
RATING_BATCH = 100
#: Of 1 to 5; a lower one is the dispatcher's to make good.
GOOD_RATING = 3

BUSY = ("scheduled", "en_route", "in_progress")
HORIZON_DAYS = 14
MAX_HORIZON_DAYS = 92
MAX_DURATION_HOURS = 24
CAPACITY_DAYS = 7
#: How far a visit may be put off when its technician is away.
REPLAN_DAYS = 7
#: A job under way holds its technician at least this long.
RUNNING_MINUTES = 15
RECOMMENDED = 3
GUARD_KEPT_DAYS = 7
