# Fed to Odoo's shell: the events list, its filter by user and the user list, on a small table here
# and on a large one in the database that OTHER names; the two in turn, so that both meet the same
# load of the machine.
import json
import os
import statistics
import time

from odoo.modules.registry import Registry
from odoo.orm.environments import Environment

SIZES = {"small": int(os.environ["SMALL"]), "large": int(os.environ["LARGE"])}
DATABASES = {"small": env.cr.dbname, "large": os.environ["OTHER"]}  # noqa: F821
ROUNDS = 60
LISTED = 80  # users of one page of the user list; each has 50 rows whatever the table's size
NAMES = ["x_fc_login_audit_count", "x_fc_last_successful_login", "x_fc_last_login_ip"]
SPECIFICATION = {
    name: {}
    for name in ("event_time", "attempted_login", "result", "event_type", "ip_address",
                 "country_name", "city", "browser", "device_type", "is_new_device")
}  # fmt: skip
SPECIFICATION["user_id"] = {"fields": {"display_name": {}}}


def fill(name):
    """50 rows of each listed user, the rest of one more. :return: ids of the listed users"""
    with Registry(DATABASES[name]).cursor() as cr:
        make = Environment(cr, 1, {"no_reset_password": True})["res.users"].create
        users = make([{"name": f"Row {n}", "login": f"row_{n}"} for n in range(LISTED + 1)])
        cr.execute("DELETE FROM fusion_login_audit")
        cr.execute(
            """INSERT INTO fusion_login_audit
                   (user_id, user_ref, attempted_login, event_type, result, failure_reason,
                    auth_method, channel, event_time, ip_address, geo_lookup_state, browser,
                    device_type, database, attempt_count, assessed)
               SELECT uid, uid, 'row_' || uid, 'login',
                      CASE WHEN n %% 10 = 0 THEN 'failure' ELSE 'success' END,
                      CASE WHEN n %% 10 = 0 THEN 'bad_password' END, 'password', 'web',
                      now() AT TIME ZONE 'utc' - n * interval '5 seconds',
                      '203.0.' || n %% 200 || '.' || n %% 250, 'done', 'Chrome 140.0', 'desktop',
                      'bench', 1, TRUE
                 FROM (SELECT n, CASE WHEN n <= 4000 THEN (%(listed)s::int[])[n %% 80 + 1]
                                      ELSE %(crowd)s END AS uid
                         FROM generate_series(1, %(count)s) AS n) AS rows""",
            {"listed": users.ids[:-1], "crowd": users.ids[-1], "count": SIZES[name]},
        )
        cr.commit()
        cr._cnx.autocommit = True  # VACUUM refuses a transaction
        cr.execute("VACUUM ANALYZE fusion_login_audit")
        cr._cnx.autocommit = False
        return users.ids[:-1]


def timed(name, work):
    """:return: milliseconds, in a transaction and cache of its own"""
    with Registry(DATABASES[name]).cursor() as cr:
        fresh = Environment(cr, 2, {})
        begin = time.perf_counter()
        work(fresh, listed[name])
        return (time.perf_counter() - begin) * 1000


def compare(work):
    """:return: medians of both databases"""
    taken = {name: [] for name in SIZES}
    for number in range(ROUNDS + 5):
        for name, values in taken.items():
            found = timed(name, work)
            if number >= 5:
                values.append(found)
    return {name: statistics.median(values) for name, values in taken.items()}


def list_page(*make_domain):
    """What the list view asks, its count up to 10,000 included."""

    def work(fresh, people):
        domain = [leaf(people) for leaf in make_domain]
        fresh["fusion.login.audit"].web_search_read(
            domain, SPECIFICATION, limit=80, count_limit=10001
        )

    return work


def of_user(people):
    return ("user_id", "=", people[0])


def of_failure(_people):
    return ("result", "=", "failure")


listed = {name: fill(name) for name in SIZES}
figures = {
    "list": compare(list_page()),
    "filter": compare(list_page(of_user)),
    "failures": compare(list_page(of_user, of_failure)),
    "users": compare(lambda fresh, people: fresh["res.users"].browse(people).read(NAMES)),
}
print("FIGURES=" + json.dumps(figures))
