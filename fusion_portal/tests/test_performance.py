import gzip

from odoo.tests import HttpCase, tagged

from .common import ROLLATOR, STAIR, TUB, PortalCase, PortalMixin
from .test_photos import make_photo

MOD = {"x_fc_funding_source": "march_of_dimes"}


@tagged("post_install", "-at_install")
class TestPages(PortalMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")

    def visit_of(self, items, photos):
        visit = self.new_visit(sales_rep_id=self.field_rep.id)
        for number in range(items):
            item = visit._add_item("accessibility", "ramp" if number % 2 else "bathroom")
            item.write({"ramp_rise": 24} if number % 2 else {"bath_room_length": 96})
        raw = make_photo(size=(40, 30))
        for number in range(photos):
            visit._add_photo(raw, f"{visit.id}-{number}", "accessibility", item.id)
        return visit

    def count(self, visit):
        """Queries of the page and of its state, in a cold cache and a warm registry."""
        self.env.flush_all()
        self.env.invalidate_all()
        reader = visit.with_user(self.field_rep)
        before = self.env.cr.sql_log_count
        self.assertTrue(reader._find_visible(visit.id))
        reader._get_schema()
        reader._get_state()
        return self.env.cr.sql_log_count - before

    def test_a_large_visit_costs_like_a_small_one(self):
        small, large = self.visit_of(3, 4), self.visit_of(12, 40)
        self.count(small)
        few, many = self.count(small), self.count(large)
        self.assertLessEqual(many, 60)
        self.assertLessEqual(many, 1.3 * few)

    def test_the_bundle_is_small(self):
        """A tablet fetches it over a phone's network."""
        bundle = self.env["ir.qweb"]._get_asset_bundle("fusion_portal.assets_visit")
        sizes = [len(gzip.compress(part.raw)) for part in (bundle.js(), *bundle.css())]
        self.assertLessEqual(sum(sizes), 120_000)
        self.assertGreater(min(sizes), 1000)

    def test_the_list_does_not_grow(self):
        visits = self.env["fusion.assessment.visit"]

        def grow(number):
            visits.create([{"sales_rep_id": self.field_rep.id, "client_name": "Nora"}] * number)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reader = visits.with_user(self.field_rep)
            domain = reader._get_list_domain("open", "")
            reader.search_count(domain)
            self.assertEqual(len(reader._get_list_rows(domain, 20)), 20)
            return self.env.cr.sql_log_count - before

        grow(40)
        count()
        few = count()
        grow(960)
        self.assertAlmostEqual(count(), few, delta=2)


@tagged("post_install", "-at_install")
class TestCompletionCost(PortalCase):
    def cost(self, rounds):
        visit = self.new_visit()
        self.add(visit, "rollator", ROLLATOR)
        self.add(visit, "tub_cutout", TUB)
        for _round in range(rounds):
            self.add(visit, "ramp", {"ramp_rise": 24, **MOD})
            self.add(visit, "stairlift_straight", {**STAIR, **MOD})
        items = 2 + 2 * rounds
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        visit.action_complete()
        self.env.flush_all()
        self.assertEqual(len(visit.sale_order_ids), 3)
        return (self.env.cr.sql_log_count - before) / items

    def test_more_items_cost_no_more_each(self):
        self.cost(1)
        self.assertLessEqual(self.cost(4), 1.5 * self.cost(1))
