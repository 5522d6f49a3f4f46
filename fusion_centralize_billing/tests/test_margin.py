from unittest.mock import patch

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged

from .. import const
from .common import BillingCase, freeze_time


class MarginCase(BillingCase):
    def bill(self, name="s-1", day="2026-04-01"):
        order = self.subscribe(name, on=day)
        with freeze_time(f"{day} 16:00:00"):
            return order._create_recurring_invoice()

    def days(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["fusion.billing.margin"].search([], order="date, service_id")
        return [
            (row.service_id.code, str(row.date), row.billed, row.cost, row.margin) for row in rows
        ]

    def shown(self, view_type):
        view = self.env["fusion.billing.margin"].get_view(view_type=view_type)
        return [name for name in ("billed", "cost", "margin") if f'name="{name}"' in view["arch"]]


@tagged("post_install", "-at_install")
class TestBilledByDay(MarginCase):
    """No addon knows what the providers cost."""

    def test_what_was_billed_is_summed_by_service_and_day(self):
        self.bill("s-1")
        self.bill("s-2")
        self.bill("s-3", "2026-04-02")
        self.assertEqual(
            self.days(), [("maps", "2026-04-01", 98, 0, 98), ("maps", "2026-04-02", 49, 0, 49)]
        )

    def test_a_credit_note_is_taken_off(self):
        move = self.bill()
        refund = move._reverse_moves([{"invoice_date": "2026-04-03", "date": "2026-04-03"}])
        refund.action_post()
        self.assertEqual(
            [(day, billed) for _code, day, billed, *_rest in self.days()],
            [("2026-04-01", 49), ("2026-04-03", -49)],
        )

    def test_the_columns_of_costs_are_hidden(self):
        for view_type in ("list", "pivot"):
            with self.subTest(view_type=view_type):
                self.assertEqual(self.shown(view_type), ["billed"])
        named = self.env["fusion.billing.margin"].fields_get()
        self.assertFalse({"cost", "margin"} & set(named))
        self.assertIn("billed", named)


@tagged("post_install", "-at_install")
class TestMargin(MarginCase):
    """Beside a stand-in for the addon that knows what the providers cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class FusionApiUsageDaily(models.Model):
            _module = "fusion_centralize_billing"
            _name = const.COST_MODEL
            _description = "Provider Cost (test)"
            _log_access = False

            date = fields.Date()
            service_code = fields.Char()
            cost = fields.Float()

        add_to_registry(cls.registry, FusionApiUsageDaily)
        cls.registry._setup_models__(cls.cr, [const.COST_MODEL])
        cls.env[const.COST_MODEL]._auto_init()
        cls.env.registry.clear_cache("templates")
        cls.addClassCleanup(cls.forget)
        cls.costs = cls.env[const.COST_MODEL].sudo()

    @classmethod
    def forget(cls):
        cls.registry.models.pop(const.COST_MODEL)
        cls.registry["base"]._inherit_children.discard(const.COST_MODEL)
        cls.registry._setup_models__(cls.cr, [])
        cls.registry.clear_cache("templates")

    def test_cost_stands_beside_what_was_billed(self):
        self.bill()
        self.costs.create(
            [
                {"date": "2026-04-01", "service_code": "maps", "cost": 12.5},
                {"date": "2026-04-01", "service_code": "maps", "cost": 1.5},
                {"date": "2026-04-02", "service_code": "desk", "cost": 3},
                {"date": "2026-04-02", "service_code": "unknown", "cost": 99},
                {"date": "2026-04-03", "service_code": "maps"},
            ]
        )
        self.assertEqual(
            self.days(),
            [
                ("maps", "2026-04-01", 49, 14, 35),
                ("desk", "2026-04-02", 0, 3, -3),
                ("maps", "2026-04-03", 0, 0, 0),
            ],
        )

    def test_the_columns_are_shown(self):
        for view_type in ("list", "pivot"):
            with self.subTest(view_type=view_type):
                self.assertEqual(self.shown(view_type), ["billed", "cost", "margin"])
        self.assertIn("margin", self.env["fusion.billing.margin"].fields_get())

    def test_an_addon_that_lacks_a_field_is_as_good_as_none(self):
        missing = patch.object(const, "COST_FIELDS", (*const.COST_FIELDS, "provider"))
        self.startPatcher(missing)
        self.bill()
        self.costs.create({"date": "2026-04-01", "service_code": "maps", "cost": 5})
        self.assertEqual(self.days(), [("maps", "2026-04-01", 49, 0, 49)])
