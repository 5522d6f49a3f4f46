from . import (
    test_badge,
    test_browser,
    test_health,
    test_more,
    test_outbox,
    test_race,
    test_settings,
    test_submit,
    test_tickets,
    test_utils,
)
