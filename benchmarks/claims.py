"""Funding cases of fusion_claims: portions of many lines beside a loop over the lines, many due
cases beside few. Queries stand beside their bounds.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("claims"), ["fusion_claims"]))
