FIRST_COUNT = 10  # posted documents
COUNT_GROWTH = 4


class Statistics:
    """Keeps the planner's row counts near the truth during a long transaction. A dry run leaves
    pages without a living row: the database then takes the tables for empty, and core's query for
    the payments of an invoice, planned for one row, costs seconds for each invoice posted.

    :param cr: cursor of the run; counting inside it sees its own rows
    """

    def __init__(self, cr):
        self._cr = cr
        self._done = 0
        self._next = FIRST_COUNT

    def step(self):
        """Count one posted document."""
        self._done += 1
        if self._done >= self._next:
            self._next *= COUNT_GROWTH
            # A table that another run counts at this moment is left to it.
            self._cr.execute(
                "ANALYZE (SKIP_LOCKED) account_move, account_move_line, account_payment,"
                " account_partial_reconcile"
            )
