"""The importer and the ledger beside plain ORM work on the same figures, without a source: rows are
given to the wizards as they come out of it.

``FUSION_HEAVY`` asks for 10,000 subscriptions and 2,000 invoices.
"""

import sys

from support import Table, measure_inside

sys.exit(measure_inside(Table("billing_migration"), ["fusion_centralize_billing"]))
