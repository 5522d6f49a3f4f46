from . import test_booking
from . import test_booking_page
from . import test_contract
from . import test_enrolment
from . import test_policy
from . import test_reminder
from . import test_security
from . import test_visit_report
