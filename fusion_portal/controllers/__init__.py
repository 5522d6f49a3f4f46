from . import visits
from . import workspace
