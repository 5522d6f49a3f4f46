from . import test_combinations
from . import test_completion
from . import test_lengths
from . import test_measures
from . import test_ops
from . import test_security
from . import test_visit
from . import test_browser
