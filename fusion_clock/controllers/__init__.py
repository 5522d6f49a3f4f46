from . import clock
from . import kiosk
from . import kiosk_page
from . import native_kiosk
from . import portal
from . import planner
from . import dashboard
from . import board
