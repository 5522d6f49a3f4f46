"""Enrolment, booking, backfill, dashboard and history of fusion_repairs, without HTTP.

Query counts stand beside their bounds, times beside the same work without our part or on fewer
rows.
``FUSION_HEAVY=1`` asks for the full 100,000 jobs and 50,000 contracts.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("repairs"), ["fusion_repairs"]))
