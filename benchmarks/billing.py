"""Usage coming in, and rating, of fusion_centralize_billing, without HTTP.

Ingestion stands beside the plainest INSERT of the same rows (psycopg2's ``execute_values``) and
beside the ORM's ``create``; statement counts beside their bounds; the rating aggregate of a large
table beside that of a small one, in buffers touched.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("billing"), ["fusion_centralize_billing"]))
