import hashlib
import hmac
from datetime import date, datetime

from odoo.tests import TransactionCase, tagged

from ..tools import chain


def make_rows(count, key=None):
    rows, before = [], chain.GENESIS
    for number in range(1, count + 1):
        payload = chain.make_payload([("id", 100 + number), ("name", f"row {number}")])
        before = chain.seal(before, payload, key)
        rows.append((100 + number, number, before, payload))
    return rows


def make_runs(rows, key=None):
    """What retention writes when it removes these rows."""
    runs = chain.merge_runs(
        {
            "first_seal": number,
            "last_seal": number,
            "last_hash": seal_hash,
            "cutoff": datetime(2026, 1, 1),
            "removed_at": datetime(2026, 2, 1, 3, 4, 5),
        }
        for _id, number, seal_hash, _payload in rows
    )
    return [{**run, "mac": chain.seal_run(run, key)} for run in runs]


@tagged("post_install", "-at_install")
class TestSeal(TransactionCase):
    def test_payload_is_canonical_json(self):
        payload = chain.make_payload(
            [
                ("id", 7),
                ("event_time", datetime(2026, 3, 8, 6, 59, 59)),
                ("day", date(2026, 3, 8)),
                ("name", 'Zoë "x"\n'),
                ("none", None),
                ("flag", False),
            ]
        )

        self.assertEqual(
            payload,
            '[["id",7],["event_time","2026-03-08 06:59:59"],["day","2026-03-08"],'
            '["name","Zoë \\"x\\"\\n"],["none",null],["flag",false]]',
        )
        with self.assertRaises(TypeError):
            chain.make_payload([("blob", b"x")])

    def test_seal_is_sha256_of_previous_hash_newline_payload(self):
        expected = hashlib.sha256(b"0" * 64 + b"\n" + "[é]".encode()).hexdigest()

        self.assertEqual(chain.seal(chain.GENESIS, "[é]"), expected)

    def test_keyed_seal_is_an_hmac(self):
        expected = hmac.new(b"key", b"0" * 64 + b"\n[1]", hashlib.sha256).hexdigest()

        self.assertEqual(chain.seal(chain.GENESIS, "[1]", "key"), expected)
        self.assertEqual(chain.seal(chain.GENESIS, "[1]", b"key"), expected)


@tagged("post_install", "-at_install")
class TestVerify(TransactionCase):
    def setUp(self):
        super().setUp()
        self.rows = make_rows(10)

    def verify(self, rows, runs=(), **options):
        report = chain.verify(iter(rows), runs, **options)
        return report["ok"], report["checked"], report["first_bad_id"], report["reason"]

    def test_whole_chain_is_good(self):
        self.assertEqual(
            chain.verify(self.rows, unsealed=3),
            {
                "ok": True,
                "checked": 10,
                "first_bad_id": False,
                "reason": False,
                "unsealed": 3,
                "head_seal_no": 10,
                "head_hash": self.rows[-1][2],
            },
        )

    def test_empty_chain_is_good(self):
        report = chain.verify([])

        self.assertTrue(report["ok"])
        self.assertEqual((report["head_seal_no"], report["head_hash"]), (0, "0" * 64))

    def test_altered_row_is_found(self):
        for index in (0, 4, 9):
            rows = list(self.rows)
            row = rows[index]
            rows[index] = (*row[:3], row[3].replace("row", "Row"))
            expected = (False, index, row[0], "altered_row")
            self.assertEqual(self.verify(rows), expected)

    def test_altered_and_resealed_row_is_found_at_the_next(self):
        rows = list(self.rows)
        payload = rows[4][3].replace("row", "Row")
        rows[4] = (rows[4][0], 5, chain.seal(rows[3][2], payload), payload)

        self.assertEqual(self.verify(rows), (False, 5, 106, "altered_row"))

    def test_deleted_row_is_found(self):
        for index in (0, 4, 8):
            rows = self.rows[:index] + self.rows[index + 1 :]
            expected = (False, index, self.rows[index + 1][0], "missing_row")
            self.assertEqual(self.verify(rows), expected)

    def test_cut_off_end_shows_in_the_head(self):
        report = chain.verify(self.rows[:8])

        self.assertEqual((report["ok"], report["head_seal_no"]), (True, 8))

    def test_inserted_row_is_found(self):
        payload = chain.make_payload([("id", 999)])
        extra = (999, 5, chain.seal(self.rows[3][2], payload), payload)
        after = [(i, no + 1, seal_hash, p) for i, no, seal_hash, p in self.rows[4:]]

        self.assertEqual(
            self.verify([*self.rows[:4], extra, *after]), (False, 5, 105, "altered_row")
        )
        self.assertEqual(
            self.verify([*self.rows[:5], extra, *self.rows[5:]]), (False, 5, 999, "altered_row")
        )

    def test_swapped_rows_are_found(self):
        rows = list(self.rows)
        rows[3], rows[4] = (
            (rows[4][0], 4, rows[3][2], rows[4][3]),
            (rows[3][0], 5, rows[4][2], rows[3][3]),
        )

        self.assertEqual(self.verify(rows), (False, 3, 105, "altered_row"))

    def test_missing_hash_is_an_altered_row(self):
        rows = [*self.rows[:2], (103, 3, None, self.rows[2][3])]

        self.assertEqual(self.verify(rows), (False, 2, 103, "altered_row"))

    def test_keyed_chain_needs_its_key(self):
        rows = make_rows(3, "key")

        self.assertTrue(self.verify(rows, key="key")[0])
        self.assertFalse(self.verify(rows)[0])
        self.assertFalse(self.verify(rows, key="other")[0])
        self.assertFalse(self.verify(self.rows, key="key")[0])

    def test_excused_row_is_accepted_and_the_rest_still_checked(self):
        rows = list(self.rows)
        rows[4] = (*rows[4][:3], "[]")

        self.assertEqual(
            self.verify(rows, is_excused=lambda row_id, payload: (row_id, payload) == (105, "[]")),
            (True, 10, False, False),
        )
        rows[7] = (*rows[7][:3], "[]")
        self.assertEqual(
            self.verify(rows, is_excused=lambda row_id, payload: row_id == 105),
            (False, 7, 108, "altered_row"),
        )


@tagged("post_install", "-at_install")
class TestPrunedRuns(TransactionCase):
    def setUp(self):
        super().setUp()
        self.rows = make_rows(10)

    def prune(self, *numbers, key=None):
        """:return: (rows left, runs)"""
        gone = [row for row in self.rows if row[1] in numbers]
        return [row for row in self.rows if row not in gone], make_runs(gone, key)

    def test_pruned_rows_verify_wherever_they_stood(self):
        for numbers, runs_count in [
            ((1, 2, 3), 1),
            ((1, 2, 5, 6, 9), 3),
            ((4,), 1),
            ((9, 10), 1),
            (tuple(range(1, 11)), 1),
        ]:
            rows, runs = self.prune(*numbers)
            report = chain.verify(rows, runs)
            self.assertEqual(len(runs), runs_count, numbers)
            self.assertEqual((report["ok"], report["checked"]), (True, 10 - len(numbers)), numbers)
            self.assertEqual(
                (report["head_seal_no"], report["head_hash"]), (10, make_rows(10)[-1][2]), numbers
            )

    def test_runs_that_follow_each_other_are_merged(self):
        early = make_runs(self.rows[:3])
        late = [{**run, "removed_at": datetime(2026, 5, 1)} for run in make_runs(self.rows[3:6])]

        [run] = chain.merge_runs([*late, *early])

        self.assertEqual(
            run,
            {
                "first_seal": 1,
                "last_seal": 6,
                "last_hash": self.rows[5][2],
                "cutoff": datetime(2026, 1, 1),
                "removed_at": datetime(2026, 5, 1),
            },
        )
        self.assertTrue(chain.verify(self.rows[6:], [{**run, "mac": chain.seal_run(run)}])["ok"])

    def test_other_deletions_beside_a_run_are_found(self):
        rows, runs = self.prune(1, 2, 3)

        report = chain.verify(rows[1:], runs)

        self.assertEqual(
            (report["ok"], report["reason"], report["first_bad_id"]), (False, "missing_row", 105)
        )

    def test_changed_run_is_found(self):
        rows, runs = self.prune(2, 3)
        for change in (
            {"last_seal": 4},
            {"first_seal": 1},
            {"last_hash": "f" * 64},
            {"removed_at": datetime(2026, 2, 2)},
            {"cutoff": datetime(2026, 2, 2)},
            {"mac": "f" * 64},
            {"mac": None},
        ):
            report = chain.verify(rows, [{**runs[0], **change}])
            self.assertEqual((report["ok"], report["reason"]), (False, "missing_row"), change)

    def test_run_made_without_the_key_is_refused(self):
        self.rows = make_rows(10, "key")
        rows, runs = self.prune(2, 3, key="key")
        _rows, forged = self.prune(2, 3)

        self.assertTrue(chain.verify(rows, runs, key="key")["ok"])
        self.assertEqual(chain.verify(rows, forged, key="key")["reason"], "missing_row")

    def test_run_without_a_place_is_a_fault(self):
        _rows, runs = self.prune(5, 6)

        report = chain.verify(self.rows, runs)

        self.assertEqual((report["ok"], report["reason"]), (False, "missing_row"))
