"""A hash chain over the rows of a table: altered, removed or moved rows are found.

``seal_no`` counts from 1, ``seal_hash`` is the hash of the previous row's hash, a newline and the
row's payload; before row 1 stands ``GENESIS``. With a key the hash is an HMAC, so that not even
who may write the table can make the chain anew. Rows that retention removes are recorded as runs,
each with a mac: a gap is good only where a run covers it. Pure: tables and queries are the
caller's.
"""

import hashlib
import hmac
import json
from datetime import date, datetime

GENESIS = "0" * 64
ALTERED_ROW, MISSING_ROW = "altered_row", "missing_row"
RUN_FIELDS = ("first_seal", "last_seal", "last_hash", "cutoff", "removed_at")


def make_payload(items):
    """:param items: list of (name, value); text, number, bool, None, date or naive UTC datetime
    :return: canonical JSON text: a list of [name, value] in the given order
    """
    pairs = [[name, value] for name, value in items]
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"), default=_to_json)


def _to_json(value):
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"A {type(value).__name__} cannot be sealed")


def seal(prev_hash, payload, key=None):
    """:param key: bytes or text; None for a plain hash
    :return: SHA-256, or HMAC-SHA-256 with a key, as 64 hex characters
    """
    message = f"{prev_hash}\n{payload}".encode("utf-8", "surrogatepass")
    if key:
        key = key.encode() if isinstance(key, str) else key
        return hmac.new(key, message, hashlib.sha256).hexdigest()
    return hashlib.sha256(message).hexdigest()


def seal_run(run, key=None):
    """:param run: dict with at least ``RUN_FIELDS``
    :return: its ``mac``
    """
    return seal(GENESIS, make_payload((name, run[name]) for name in RUN_FIELDS), key)


def merge_runs(runs):
    """Join runs that follow each other; a removed row is a run of one.

    :param runs: dicts with ``RUN_FIELDS``, in any order, not overlapping
    :return: list of new dicts with ``RUN_FIELDS``, by number, without ``mac``
    """
    merged = []
    for run in sorted(runs, key=lambda item: item["first_seal"]):
        run = {name: run[name] for name in RUN_FIELDS}
        if merged and merged[-1]["last_seal"] + 1 == run["first_seal"]:
            before = merged.pop()
            run["first_seal"] = before["first_seal"]
            for name in ("cutoff", "removed_at"):
                run[name] = max(before[name], run[name])
        merged.append(run)
    return merged


def verify(rows, runs=(), *, key=None, unsealed=0, is_excused=None):
    """Follow the chain and stop at the first fault. Constant memory over ``rows``.

    The newest rows can be cut off unseen: compare ``head_seal_no`` and ``head_hash`` with a copy
    kept elsewhere.

    :param rows: iterable of (id, seal_no, seal_hash, payload) by ``seal_no``
    :param runs: removed runs: dicts with ``RUN_FIELDS`` and ``mac``
    :param unsealed: number of rows not yet sealed, passed through
    :param is_excused: called with (id, payload) of an altered row; True accepts it
    :return: ``{"ok", "checked", "first_bad_id" (id or False), "reason" (False, "altered_row",
        "missing_row"), "unsealed", "head_seal_no", "head_hash"}``; for a missing row
        ``first_bad_id`` is the first row after the gap
    """
    chain = _Chain(runs, key, is_excused)
    for row_id, seal_no, seal_hash, payload in rows:
        reason = chain.step(row_id, seal_no, seal_hash, payload)
        if reason:
            return chain.report(unsealed, reason, row_id)
    return chain.report(unsealed, False if chain.end() else MISSING_ROW, False)


class _Chain:
    def __init__(self, runs, key, is_excused):
        self.runs = {run["first_seal"]: run for run in runs}
        self.key = key
        self.is_excused = is_excused or (lambda row_id, payload: False)
        self.checked = 0
        self.head_no = 0
        self.head_hash = GENESIS

    def step(self, row_id, seal_no, seal_hash, payload):
        """:return: False or the reason of the fault"""
        while seal_no > self.head_no + 1:
            if not self._skip_run():
                return MISSING_ROW
        expected = seal(self.head_hash, payload, self.key)
        if seal_no != self.head_no + 1 or not hmac.compare_digest(
            expected.encode(), (seal_hash or "").encode()
        ):
            if seal_no != self.head_no + 1 or not self.is_excused(row_id, payload):
                return ALTERED_ROW
        self.head_no, self.head_hash = seal_no, seal_hash
        self.checked += 1
        return False

    def end(self):
        """Runs after the last row.

        :return: whether every run had its place
        """
        while self.runs:
            if not self._skip_run():
                return False
        return True

    def _skip_run(self):
        run = self.runs.pop(self.head_no + 1, None)
        if not run or run["last_seal"] <= self.head_no:
            return False
        if not hmac.compare_digest(seal_run(run, self.key).encode(), (run["mac"] or "").encode()):
            return False
        self.head_no, self.head_hash = run["last_seal"], run["last_hash"]
        return True

    def report(self, unsealed, reason, first_bad_id):
        return {
            "ok": not reason,
            "checked": self.checked,
            "first_bad_id": first_bad_id if reason else False,
            "reason": reason,
            "unsealed": unsealed,
            "head_seal_no": self.head_no,
            "head_hash": self.head_hash,
        }
