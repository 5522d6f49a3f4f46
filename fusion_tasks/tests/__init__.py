from . import test_booking
from . import test_performance
from . import test_race
from . import test_security
from . import test_skills
from . import test_slots
from . import test_task
