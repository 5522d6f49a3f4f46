from . import clock
from . import kiosk
from . import native_kiosk
