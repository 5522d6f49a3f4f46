from . import test_kiosk_browser
