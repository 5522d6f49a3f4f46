"""Home visits of fusion_portal: a large visit beside a small one, a batch of changes beside single
calls, ten items beside four. Queries and bytes stand beside their bounds.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("portal"), ["fusion_portal"]))
