"""Run by ``scripts/bench claims`` in Odoo's shell: prints ROW=what|ours|baseline|limit|unit.
Nothing is committed."""

import time
from datetime import timedelta
from statistics import median

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.fusion_claims.tests.common import GATE, ClaimsMixin

env = env  # noqa: F821 - the shell's
KINDS = ("adp", "march_of_dimes", "odsp", "wsib")
PORTIONS = ("x_fc_adp_portion", "x_fc_client_portion", "x_fc_deduction_amount")


class World(ClaimsMixin):
    """The people of the tests."""


World.env = env
World.set_up_claims()
env = World.env
orders = env["sale.order"].with_user(World.clerk)


def row(what, ours, baseline, limit, unit=""):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def settle():
    env.flush_all()
    env.invalidate_all()


def queries(call):
    settle()
    before = env.cr.sql_log_count
    call()
    env.flush_all()
    return env.cr.sql_log_count - before


def seconds(call, rounds=5):
    took = []
    for _round in range(rounds):
        settle()
        begin = time.perf_counter()
        call()
        env.flush_all()
        took.append(time.perf_counter() - begin)
    return median(took)


def open_cases(count):
    for number in range(count):
        World.new_case(KINDS[number % 4], lines=False)


open_cases(20)
orders._fc_dashboard_counts()  # what is cached for good is in
of_twenty = queries(orders._fc_dashboard_counts)
open_cases(1980)
of_many = queries(orders._fc_dashboard_counts)
row("counts of 2,000 cases: queries, limit 8", of_many, 8, 1)
row("counts of 2,000 cases beside 20: queries", of_many, of_twenty, 1)


def order_of(lines):
    order = World.new_case(lines=False)
    order.order_line = [
        Command.create({"product_id": World.product.id}) for _number in range(lines)
    ]
    return order


def mark(lines):
    for name in PORTIONS:
        env.add_to_compute(lines._fields[name], lines)


def together(order):
    mark(order.order_line.sudo())
    env.flush_all()


def line_by_line(order):
    for line in order.order_line.sudo():
        mark(line)
        settle()


def split(order, client_type):
    """Write what changes the portions of every line."""
    before = order.order_line.mapped("x_fc_adp_portion")
    cost = queries(lambda: order.write({"x_fc_client_type": client_type}))
    assert before != order.order_line.mapped("x_fc_adp_portion")
    return cost


small, large = order_of(20), order_of(200)
for client_type in ("acsd", "reg"):  # both are as warm as each other when it counts
    for warm_up in (large, small):
        split(warm_up, client_type)
few, many = split(small, "acsd"), split(large, "acsd")
row("portions of 200 lines beside 20: queries", many, few, 1.5)
row("portions of 200 lines beside a loop over the lines",
    seconds(lambda: together(large)) * 1000,
    seconds(lambda: line_by_line(large), rounds=1) * 1000, 0.5, "ms")  # fmt: skip


def follow_up(count):
    """:return: queries per case that is due"""
    ends = fields.Date.today() + timedelta(days=20)
    for _number in range(count):
        order = World.new_case(lines=False, status="approved")
        order.x_fc_claim_approval_date = ends - relativedelta(months=6)
    total, left = 0, count
    while left > 0:  # a run takes at most so many
        done = []
        total += queries(lambda done=done: done.append(env["sale.order"]._cron_claims_followups()))
        left -= done[0]
    return total / count


follow_up(2)
of_hundred = follow_up(100)
row("daily look at 1,000 due cases beside 100, each: queries", follow_up(1000), of_hundred, 1.1)
names = ["name", "partner_id", "x_fc_waiting_on", "x_fc_days_in_state", "x_fc_is_slow",
         "amount_untaxed", "currency_id", "user_id"]  # fmt: skip


def board():
    return orders.web_search_read([("x_fc_sale_type", "=", "adp")], dict.fromkeys(names, {}),
                                  limit=80)  # fmt: skip


assert len(board()["records"]) == 80
row("board of 80 cases: queries, limit 25", queries(board), 25, 1)
env["ir.config_parameter"].set_param(GATE, "True")
first, plain, step = [
    World.new_case(x_fc_assessment_start_date="2026-05-04",
                   x_fc_assessment_end_date="2026-05-05")
    for _number in range(3)
]  # fmt: skip
first.action_fc_set_status("assessment_completed")
of_write = queries(lambda: plain.write({"note": "x"}))
of_step = queries(lambda: step.action_fc_set_status("assessment_completed"))
row("step that mails three people: queries above a write, limit 60", of_step - of_write, 60, 1)
env.cr.rollback()
