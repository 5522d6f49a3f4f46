from . import (
    test_attachment,
    test_controllers,
    test_log,
    test_preview_browser,
    test_report,
    test_settings,
)
