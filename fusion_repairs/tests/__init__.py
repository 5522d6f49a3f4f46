from . import test_contract
from . import test_enrolment
from . import test_policy
from . import test_security
