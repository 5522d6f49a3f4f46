"""Plans, breaks, export, automatic clock-out and search of fusion_clock, without HTTP.

Query counts stand beside their bounds, the export beside Odoo's own ``export_data`` of the same
columns on the same rows. The taps are ``scripts/bench kiosk``.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("clock"), ["fusion_clock"]))
