from . import test_badge, test_browser, test_outbox, test_submit, test_tickets
