from . import accessibility
from . import booking
from . import cases
from . import visits
from . import workspace
