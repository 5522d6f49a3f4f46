import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BillingCase, freeze_time

HEADER = "external_subscription_id,metric_code,quantity,period_start,period_end,idempotency_key\n"


def row(quantity, day="2026-05-02", key="k1", subscription="s-1", metric="map_calls"):
    window = f"{day}T00:00:00-04:00,{day}T12:00:00-04:00"
    return f"{subscription},{metric},{quantity},{window},{key}\n"


@tagged("post_install", "-at_install")
@freeze_time("2026-05-10 16:00:00")
class TestUsageUpload(BillingCase):
    def setUp(self):
        super().setUp()
        self.order = self.subscribe()

    def upload(self, *rows, header=HEADER):
        content = (header + "".join(rows)).encode()
        return self.env["fusion.billing.usage.upload"].create(
            {"service_id": self.maps.id, "filename": "may.csv", "file": base64.b64encode(content)}
        )

    def usage(self):
        found = self.env["fusion.billing.usage"].search([], order="idempotency_key")
        return [(one.idempotency_key, one.quantity, one.source) for one in found]

    def test_checked_stored_and_undone(self):
        upload = self.upload(row(5), row("7.5", key="k2"))
        upload.action_check()
        self.assertEqual(
            (upload.state, upload.row_count, upload.inserted, upload.errors),
            ("checked", 2, 2, False),
        )
        self.assertEqual(self.usage(), [])

        upload.action_store()
        source = f"csv:{upload.id}"
        self.assertEqual(self.usage(), [("k1", 5.0, source), ("k2", 7.5, source)])
        with self.assertRaisesRegex(UserError, "stored already"):
            upload.action_store()

        upload.action_undo()
        self.assertEqual((upload.state, upload.undone), ("undone", "2 rows removed, 0 set back"))
        self.assertEqual(self.usage(), [])
        with self.assertRaisesRegex(UserError, "Only a file that is stored"):
            upload.action_undo()
        with self.assertRaisesRegex(UserError, "is kept"):
            upload.unlink()

    def test_each_wrong_row_is_named_and_nothing_is_stored(self):
        upload = self.upload(
            row(5), row("many", key="k2"), row(1, key="k3", subscription="s-9"),
            row(1, key="k4", metric="maps"), row(1, day="2027-01-01", key="k5"),
        )  # fmt: skip
        upload.action_store()
        self.assertEqual(upload.state, "draft")
        self.assertEqual(
            upload.errors,
            [[3, "quantity", "cannot be read"], [6, "period_end", "is out of range"]],
        )
        self.assertEqual(self.usage(), [])

        upload = self.upload(row(5), row(1, key="k3", subscription="s-9"), row(1, metric="maps"))
        upload.action_check()
        self.assertEqual(
            upload.errors,
            [[3, "external_subscription_id", "is not known"], [4, "metric_code", "is not known"]],
        )
        self.assertIn("is not known", upload.error_html)

    def test_a_late_error_takes_all_back(self):
        rows = [row(1, key=f"k{number}") for number in range(1001)]
        upload = self.upload(*rows, row("x", key="last"))
        upload.action_store()
        self.assertEqual(upload.errors, [[1003, "quantity", "cannot be read"]])
        self.assertEqual(self.usage(), [])

    def test_a_correction_gets_its_old_figure_back(self):
        self.push(9, "2026-05-02", idempotency_key="k1")
        upload = self.upload(row(5))
        upload.action_store()
        self.assertEqual((upload.inserted, upload.updated), (0, 1))
        self.assertEqual(self.usage(), [("k1", 5.0, f"csv:{upload.id}")])
        upload.action_undo()
        self.assertEqual(self.usage(), [("k1", 9.0, "maps")])
        self.assertEqual(upload.undone, "0 rows removed, 1 set back")

    def test_what_an_earlier_correction_said_is_kept(self):
        self.push(9, "2026-05-02", idempotency_key="k1")
        self.push(7, "2026-05-02", idempotency_key="k1")
        upload = self.upload(row(5))
        upload.action_store()
        # A large file is stored later than its transaction began, by which corrections are dated.
        upload.done_at = "2027-01-01 00:00:00"
        upload.action_undo()
        self.assertEqual(self.usage(), [("k1", 7.0, "maps")])

    def test_what_is_invoiced_becomes_an_adjustment(self):
        upload = self.upload(row(5_100_000))
        upload.action_store()
        with freeze_time("2026-06-01 16:00:00"):
            self.order._create_recurring_invoice()
        self.assertEqual(self.usage_lines(self.order), [("usage", 10.0)])
        with freeze_time("2026-06-02 16:00:00"):
            upload.action_undo()
            self.order._fc_rate_usage()
        self.assertEqual(self.usage(), [("k1", 0.0, "maps")])
        self.assertEqual(self.usage_lines(self.order), [("usage", 10.0), ("adjustment", -10.0)])

    def test_files_that_are_none(self):
        cases = {
            "these are missing: quantity": self.upload(
                header="external_subscription_id,metric_code,period_start,period_end\n"
            ),
            "A file has 1 to": self.upload(),
            "no CSV in UTF-8": self.env["fusion.billing.usage.upload"].create(
                {"service_id": self.maps.id, "file": base64.b64encode(b"\xff\xfe\x00")}
            ),
        }  # fmt: skip
        for text, upload in cases.items():
            with self.subTest(text=text), self.assertRaisesRegex(UserError, text):
                upload.action_check()

    def test_another_service_s_subscription_is_not_known(self):
        upload = self.upload(row(5))
        upload.service_id = self.desk
        upload.action_check()
        self.assertEqual(upload.errors[0][1], "external_subscription_id")

    def test_rights(self):
        upload = self.upload(row(5))
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_user"
        )
        for method in ("action_check", "action_store", "action_undo"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(upload.with_user(reader), method)()
        manager = new_test_user(
            self.env, "manager", groups="fusion_centralize_billing.group_billing_manager"
        )
        upload.with_user(manager).action_store()
        upload.with_user(manager).action_undo()
        self.assertEqual(self.usage(), [])
