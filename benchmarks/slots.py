"""The slot search of fusion_tasks beside Odoo's own working hours of the same people and days, and
beside asking for the gaps of each technician and day. Queries stand beside their bounds.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("slots"), ["fusion_tasks"]))
