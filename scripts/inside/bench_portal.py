"""Run by ``scripts/bench portal`` in Odoo's shell: prints ROW=what|ours|baseline|limit|unit.
Nothing is committed."""

import gzip
import uuid

from odoo.addons.fusion_portal.tests.common import ROLLATOR, STAIR, TUB, PortalMixin
from odoo.addons.fusion_portal.tests.test_photos import make_photo

env = env  # noqa: F821 - the shell's
MOD = {"x_fc_funding_source": "march_of_dimes"}
BUNDLE = "fusion_portal.assets_visit"


class World(PortalMixin):
    """The people of the tests."""


World.env = env
World.set_up_portal()
env = World.env
rep = World.new_portal("bench", "fusion_portal.group_portal_sales_rep")
photo = make_photo(size=(40, 30))


def row(what, ours, baseline, limit, unit=""):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def queries(call):
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    call()
    env.flush_all()
    return env.cr.sql_log_count - before


def visit_of(items, photos):
    visit = World.new_visit(sales_rep_id=rep.id)
    for number in range(items):
        item = visit._add_item("accessibility", "ramp" if number % 2 else "bathroom")
        item.write({"ramp_rise": 24} if number % 2 else {"bath_room_length": 96})
    for number in range(photos):
        visit._add_photo(photo, f"{visit.id}-{number}", "accessibility", item.id)
    return visit


def look(visit):
    reader = visit.with_user(rep)
    assert reader._find_visible(visit.id)
    reader._get_schema()
    reader._get_state()


small, large = visit_of(3, 4), visit_of(12, 40)
for warm_up in (small, large):  # what is cached for good is in
    queries(lambda one=warm_up: look(one))
few, many = queries(lambda: look(small)), queries(lambda: look(large))
row("visit of 12 items and 40 photos: queries, limit 60", many, 60, 1)
row("visit of 12 items and 40 photos beside 3 and 4: queries", many, few, 1.3)


def changes(visit):
    names = ("ramp_rise", "ramp_width", "ramp_available_run", "notes", "user_weight_lb")
    ref = visit.accessibility_assessment_ids.filtered(lambda one: one.assessment_type == "ramp")[
        :1
    ].id
    return [
        {"uuid": str(uuid.uuid4()), "type": "update", "target": "accessibility", "ref": ref,
         "values": {names[number % 5]: str(60 + number)}, "base_rev": 10_000}
        for number in range(50)
    ]  # fmt: skip


def one_by_one(visit, ops):
    for op in ops:
        env.flush_all()
        env.invalidate_all()
        visit.with_user(rep)._apply_ops([op])


one, other = visit_of(2, 0), visit_of(2, 0)
batch, single = changes(one), changes(other)
visit_of(2, 0).with_user(rep)._apply_ops([])
row("50 changes in one call beside 50 calls: queries",
    queries(lambda: one.with_user(rep)._apply_ops(batch)),
    queries(lambda: one_by_one(other, single)), 0.7)  # fmt: skip


def complete(rounds):
    """:return: queries per item of a visit with three workflows"""
    visit = World.new_visit()
    World.add(visit, "rollator", ROLLATOR)
    World.add(visit, "tub_cutout", TUB)
    for _round in range(rounds):
        World.add(visit, "ramp", {"ramp_rise": 24, **MOD})
        World.add(visit, "stairlift_straight", {**STAIR, **MOD})
    found = queries(visit.action_complete)
    assert len(visit.sale_order_ids) == 3
    return found / (2 + 2 * rounds)


complete(1)
row("completing 10 items beside 4, each: queries", complete(4), complete(1), 1.5)
visits = env["fusion.assessment.visit"]


def page():
    reader = visits.with_user(rep)
    domain = reader._get_list_domain("open", "")
    reader.search_count(domain)
    assert len(reader._get_list_rows(domain, 20)) == 20


visits.create([{"sales_rep_id": rep.id, "client_name": "Nora"}] * 40)
page()
of_forty = queries(page)
visits.create([{"sales_rep_id": rep.id, "client_name": "Nora"}] * 960)
row("page of 20 visits out of 1,000: queries above 40, limit 2",
    1 + queries(page) - of_forty, 3, 1)  # fmt: skip
bundle = env["ir.qweb"]._get_asset_bundle(BUNDLE)
sizes = [len(gzip.compress(part.raw)) for part in (bundle.js(), *bundle.css())]
row("workspace bundle, gzip, limit 120 kB", sum(sizes) / 1000, 120, 1, "kB")
env.cr.rollback()
