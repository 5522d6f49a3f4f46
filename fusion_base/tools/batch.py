"""The row-by-row runner of crons: one bad row never stops the rest."""

import logging

from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


def run_batch(records, work, *, is_due=None, on_failure=None, remaining=0, together=1):
    """Lock, check again, work, in a savepoint per row; commit per row inside a real cron run.

    A row that another worker holds is left to it. Outside a cron run (a button, a test) nothing
    is committed.

    :param records: the rows of this batch, already limited
    :param work: called with one record; what it raises rolls this row back
    :param is_due: called with the locked record, False skips it (it was done meanwhile)
    :param on_failure: called with (record, exception), e.g. to store the fault; in a savepoint
    :param remaining: rows still due beyond this batch; the cron then runs again at once
    :param together: ``work`` is called with up to so many records at once, in one savepoint; where
        that fails each of them is worked alone, so it must not matter how they are grouped
    :return: number of rows worked without a fault
    :raise psycopg2.OperationalError: concurrency, not this row's fault: the next run goes on
    """
    in_cron = records.env.context.get("ir_cron_progress_id")
    cron = records.env["ir.cron"]
    if in_cron:
        cron._commit_progress(remaining=len(records) + remaining)
    handled = 0
    for start in range(0, len(records), together):
        # browse: no re-fetch of the whole set after each commit
        part = records.browse(records.ids[start : start + together])
        locked = part.try_lock_for_update()
        if is_due is not None:
            locked = locked.filtered(is_due)
        handled += _work_together(locked, work, on_failure)
        if in_cron and not cron._commit_progress(len(part)):
            break  # the time share is used up
    return handled


def _work_together(records, work, on_failure):
    """:return: number of rows worked without a fault"""
    if len(records) > 1:
        try:
            with records.env.cr.savepoint():
                work(records)
            return len(records)
        except OperationalError:
            raise
        except Exception:
            _logger.info("%s failed together; each is tried alone", records, exc_info=True)
    return sum(_work_one(record, work, on_failure) for record in records)


def _work_one(record, work, on_failure):
    """:return: whether the row was worked without a fault"""
    try:
        with record.env.cr.savepoint():
            work(record)
        return True
    except OperationalError:
        raise
    except Exception as error:  # row boundary: one bad row never stops the rest
        _logger.warning("%s failed in a batch", record, exc_info=True)
        if on_failure:
            _note_failure(record, error, on_failure)
        return False


def _note_failure(record, error, on_failure):
    try:
        with record.env.cr.savepoint():
            on_failure(record, error)
    except OperationalError:
        raise
    except Exception:
        _logger.exception("The failure of %s could not be stored", record)
