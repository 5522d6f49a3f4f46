from . import (
    test_access_log,
    test_batch,
    test_chain,
    test_cursor,
    test_demo,
    test_outbound,
    test_outbound_guard,
    test_pages,
    test_rate,
    test_redact,
    test_servers,
    test_signing,
)
