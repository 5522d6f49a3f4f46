from . import (
    test_approval,
    test_backfill,
    test_client_key,
    test_gateway,
    test_install,
    test_mail,
    test_pages,
    test_performance,
    test_race,
    test_slice,
    test_summary,
    test_wall,
)
