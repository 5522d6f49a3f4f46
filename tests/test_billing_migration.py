"""A whole migration on a running server: a real source database beside it, Stripe played by
localstripe. ``--heavy``: 10,000 rows, 1 % of them malformed, and 2,000 invoices."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg2
import requests

from toolbox import postgres
from toolbox.server import free_port

from .support import ADMIN, TIMEOUT_S, ServerCase, size

SIZE = size(100, 4900)  # customers, and as many subscriptions
PLANS = size(10, 200)
INVOICES = size(20, 200)  # localstripe grows slower with each; 2,000 are in TestLedgerVolume
BAD = SIZE // 100
IMPORTER = "fusion.billing.import.wizard"
LEDGER = "fusion.billing.invoice.ledger.wizard"
KEY = "sk_test_0123456789abcdef"
GOOD_CARD, BAD_CARD = "4242424242424242", "4000000000000341"  # the second one is declined

SCHEMA = """
CREATE FUNCTION key_of(kind int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT (lpad(kind::text, 8, '0') || lpad(to_hex(n), 24, '0'))::uuid $$;
CREATE TABLE users(id uuid PRIMARY KEY, email text, full_name text, company text,
    billing_email text, billing_address text, billing_city text, billing_state text,
    billing_postal_code text, billing_country text, tax_id text, stripe_customer_id text,
    created_at timestamptz);
CREATE TABLE plans(id uuid PRIMARY KEY, product_id uuid, name text, price_monthly numeric(12,4),
    price_yearly numeric(12,4), stripe_price_id text, cpu_seconds_quota bigint, is_active boolean);
CREATE TABLE subscriptions(id uuid PRIMARY KEY, user_id uuid, deployment_id uuid, plan_id uuid,
    status text, billing_cycle text, current_period_start timestamptz,
    current_period_end timestamptz, stripe_subscription_id text);
CREATE TABLE usage_records(id uuid PRIMARY KEY, subscription_id uuid, period_start timestamptz,
    period_end timestamptz, cpu_hours numeric(14,4));
CREATE TABLE invoices(id uuid PRIMARY KEY, user_id uuid, subscription_id uuid,
    stripe_invoice_id text, invoice_number text, currency text, status text,
    subtotal numeric(12,2), tax numeric(12,2), total numeric(12,2), amount_due numeric(12,2),
    amount_paid numeric(12,2), paid_at timestamptz, created_at timestamptz);
CREATE TABLE invoice_items(id uuid PRIMARY KEY, invoice_id uuid, description text,
    quantity numeric(12,4), unit_price numeric(12,4), amount numeric(12,2),
    period_start timestamptz, period_end timestamptz);
"""
#: The last ``bad`` users have an unknown country; as many subscriptions have a plan without a price
#: for a month, and as many a user that does not exist.
FILL = """
INSERT INTO users(id, email, company, billing_city, billing_state, billing_country, created_at)
SELECT key_of(1, n), 'u' || n || '@example.com', 'Customer ' || n, 'Toronto', 'ON',
       CASE WHEN n > {size} - {bad} THEN 'Atlantis' ELSE 'CA' END, '2026-01-01'
  FROM generate_series(1, {size}) n;
INSERT INTO plans(id, name, price_monthly, price_yearly, cpu_seconds_quota, is_active)
SELECT key_of(2, n), 'Plan ' || n, CASE WHEN n = {plans} THEN NULL ELSE 20 END, 200, 18000, TRUE
  FROM generate_series(1, {plans}) n;
INSERT INTO subscriptions(id, user_id, deployment_id, plan_id, status, billing_cycle,
    current_period_start)
SELECT key_of(3, n),
       key_of(1, CASE WHEN n > {size} - 2 * {bad} AND n <= {size} - {bad} THEN 0 ELSE n END),
       key_of(4, n),
       key_of(2, CASE WHEN n > {size} - {bad} THEN {plans} ELSE 1 + n % ({plans} - 1) END),
       'active', 'monthly', '2026-05-01 12:00+00'
  FROM generate_series(1, {size}) n;
"""
#: What a run itself writes: its window, its log, and what the server notes of requests.
NOT_DATA = (
    "fusion_billing_import_wizard", "fusion_billing_source_run", "bus_bus", "ir_logging",
    "res_device_log", "res_users_log",
)  # fmt: skip


class TestBillingMigration(ServerCase):
    options = (f"--limit-time-real={size(120, 7200)}",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        environment = cls.odoo.database_env
        cls.source_name = f"{cls.name}_source"
        postgres.drop(environment, cls.source_name)
        postgres.psql(environment, "postgres", f'CREATE DATABASE "{cls.source_name}"')
        cls.addClassCleanup(postgres.drop, environment, cls.source_name)
        cls.connection = {
            "host": environment["PGHOST"], "port": environment["PGPORT"],
            "user": environment["PGUSER"], "password": environment.get("PGPASSWORD"),
        }  # fmt: skip
        cls.at_source(SCHEMA + FILL.format(size=SIZE, bad=BAD, plans=PLANS))
        dsn = psycopg2.extensions.make_dsn(
            **{key: value for key, value in cls.connection.items() if value},
            dbname=cls.source_name,
        )
        cls.set_parameters({"nexacloud_dsn": dsn})
        cls.rpc("res.currency", "write", [cls.ref("base.CAD")], {"active": True})
        company = cls.ref("base.main_company")
        assert cls.call_beside("account.chart.template", "try_loading", [], "ca_2023", company)

    @classmethod
    def call_beside(cls, model, method, *arguments):
        """A call over a connection of its own, as another tab would make it.

        :return: whether it went well"""
        body = {
            "jsonrpc": "2.0", "method": "call", "id": 1,
            "params": {"service": "object", "method": "execute_kw",
                       "args": [cls.name, 2, ADMIN, model, method, arguments]},
        }  # fmt: skip
        answer = requests.post(f"{cls.server.url}/jsonrpc", json=body, timeout=TIMEOUT_S).json()
        return "error" not in answer

    @classmethod
    def set_parameters(cls, values):
        for key, value in values.items():
            cls.rpc("ir.config_parameter", "set_param", f"fusion_billing.{key}", value)

    @classmethod
    def query(cls, database, statement):
        with closing(psycopg2.connect(**cls.connection, dbname=database)) as connection:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None

    @classmethod
    def at_source(cls, statement):
        return cls.query(cls.source_name, statement)

    def count_rows(self):
        """:return: {table: rows} of everything a run could write"""
        tables = self.query(
            self.name,
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "'public'::regnamespace ORDER BY relname",
        )
        return {
            name: self.query(self.name, f'SELECT COUNT(*) FROM "{name}"')[0][0]
            for (name,) in tables
            if name not in NOT_DATA and not name.startswith("orm_signaling")
        }

    def fingerprint(self):
        """:return: text that differs once any row of what was imported was written"""
        tables = ("res_partner", "sale_order", "sale_order_line", "product_template",
                  "fusion_billing_charge", "fusion_billing_plan", "fusion_billing_account_link",
                  "account_move", "mail_mail", "mail_message", "payment_token",
                  "fusion_billing_webhook")  # fmt: skip
        return {
            name: self.query(
                self.name, f"SELECT md5(string_agg(xmin::text, ',' ORDER BY id)) FROM {name}"
            )[0][0]
            for name in tables
        }

    def run_wizard(self, model, method, **values):
        """:return: the result of one run of a new dialog"""
        wizard = self.rpc(model, "create", values)
        self.rpc(model, method, [wizard])
        (read,) = self.rpc(model, "read", [wizard], ["result_summary"])
        return json.loads(read["result_summary"])

    def test_1_a_dry_run_leaves_every_table_as_it_was(self):
        self.assertEqual(
            self.run_wizard(IMPORTER, "action_test_connection"),
            {"users": SIZE, "plans": PLANS, "subscriptions": SIZE},
        )
        before = self.count_rows()
        result = self.run_wizard(IMPORTER, "action_run_import", dry_run=True)
        self.assertEqual(result["created"]["partners"], SIZE)
        self.assertEqual(self.count_rows(), before)

    def test_2_a_cancelled_import_leaves_nothing(self):
        before = self.count_rows()
        wizard = self.rpc(IMPORTER, "create", {"dry_run": False})
        result = []
        run = threading.Thread(
            target=lambda: result.append(self.call_beside(IMPORTER, "action_run_import", [wizard]))
        )
        run.start()
        time.sleep(0.5)
        self.rpc(IMPORTER, "action_cancel_run", [wizard])
        run.join(size(TIMEOUT_S, 600))
        self.assertEqual(result, [True])
        (read,) = self.rpc(IMPORTER, "read", [wizard], ["result_summary", "run_count"])
        self.assertEqual((json.loads(read["result_summary"]), read["run_count"]),
                         ({"cancelled": True}, 1))  # fmt: skip
        self.assertEqual(self.count_rows(), before)

    def test_3_the_good_rows_arrive_and_each_bad_one_is_named(self):
        result = self.run_wizard(IMPORTER, "action_run_import", dry_run=False)
        self.assertEqual(
            result["created"],
            {"partners": SIZE, "plans": PLANS, "subscriptions": SIZE - 2 * BAD},
        )
        self.assertEqual({row["reason"] for row in result["warnings"]}, {"unknown country"})
        self.assertEqual(len(result["warnings"]), BAD)
        self.assertEqual({row["error"] for row in result["failed"]},
                         {"The plan has no price for this billing cycle."})  # fmt: skip
        self.assertEqual(len(result["failed"]), BAD)
        self.assertEqual([row["reason"] for row in result["skipped"]],
                         ["unresolved user"] * BAD)  # fmt: skip

    def test_4_a_second_run_writes_nothing(self):
        before = self.fingerprint()
        result = self.run_wizard(IMPORTER, "action_run_import", dry_run=False)
        self.assertEqual(set(result["created"].values()), {0})
        self.assertEqual(self.fingerprint(), before)

    def test_5_only_what_changed_at_the_source_changes(self):
        self.at_source(
            "UPDATE users SET billing_city = 'Ottawa' WHERE id = key_of(1, 1);"
            "UPDATE subscriptions SET status = 'past_due' WHERE id = key_of(3, 1)"
        )
        mark = self.query(self.name, "SELECT txid_current()")[0][0]
        self.run_wizard(IMPORTER, "action_run_import", dry_run=False)
        changed = {
            name: self.query(
                self.name,
                f"SELECT COUNT(*) FROM {name} WHERE xmin::text::bigint > {mark % 2**32}",
            )[0][0]
            for name in (
                "res_partner",
                "sale_order",
                "sale_order_line",
                "product_template",
                "fusion_billing_charge",
                "fusion_billing_plan",
            )  # fmt: skip
        }
        self.assertEqual(
            changed,
            {"res_partner": 1, "sale_order": 1, "sale_order_line": 0, "product_template": 0,
             "fusion_billing_charge": 0, "fusion_billing_plan": 0},
        )  # fmt: skip

    def test_6_no_cron_and_no_upgrade_touches_a_shadow(self):
        before = self.fingerprint()
        for name in ("Rate", "recurring"):
            for cron in self.rpc(
                "ir.cron", "search", [("cron_name", "ilike", name), ("active", "=", True)]
            ):
                self.rpc("ir.cron", "method_direct_trigger", [cron])
        self.assertEqual(self.fingerprint(), before)
        command = ["-d", self.name, "-u", "fusion_centralize_billing", "--stop-after-init"]
        self.odoo.check([*command, "--no-http"], "upgrade-of-shadows", "upgrading the addon")
        self.assertFalse(self.query(
            self.name,
            """SELECT m.id FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                 JOIN sale_order_line s ON s.id = r.order_line_id
                 JOIN sale_order o ON o.id = s.order_id WHERE o.x_fc_shadow""",
        ))  # fmt: skip
        orders = self.query(
            self.name,
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE x_fc_shadow AND state = 'draft' "
            "AND payment_token_id IS NULL) FROM sale_order "
            "WHERE x_fc_nexacloud_subscription_id IS NOT NULL",
        )
        self.assertEqual(orders, [(SIZE - 2 * BAD, SIZE - 2 * BAD)])

    def test_7_the_ledger_believes_stripe(self):
        with LocalStripe() as stripe:
            invoices = [stripe.make_invoice(is_paid=number % 2 == 0) for number in range(INVOICES)]
            void = stripe.make_invoice(is_paid=False)["id"]
            stripe.post(f"invoices/{void}/void")
            self.bill_at_source([*(one["id"] for one in invoices), void, "in_unknown"])
            self.set_parameters({"stripe_api_base": stripe.url, "stripe_api_key": KEY})
            self.assertEqual(self.sync(), {"ingested": INVOICES, "void": 1, "unverified": 1})
            days = sorted(one["created"] for one in invoices)
            self.assertEqual(
                self.booked(),
                [(INVOICES, INVOICES // 2, INVOICES * 113.0, INVOICES // 2 * 113.0,
                  local_day(days[0]), local_day(days[-1]))],
            )  # fmt: skip
            before = self.fingerprint()
            self.assertEqual(self.sync(), {"already_posted": INVOICES, "void": 1, "unverified": 1})
            self.assertEqual(self.fingerprint(), before)

    def bill_at_source(self, numbers):
        """Invoices of 100.00 and 13 % of tax whose date and state are wrong at the source."""
        for count, number in enumerate(numbers):
            user = f"key_of(1, {count % SIZE + 1})"
            self.at_source(
                f"""INSERT INTO invoices(id, user_id, stripe_invoice_id, invoice_number, currency,
                        status, subtotal, tax, amount_paid, created_at)
                    VALUES (key_of(5, {count}), {user}, '{number}',
                            'NC-{count}', 'cad', 'draft', 100, 13, 7, '2020-01-01 12:00+00');
                    INSERT INTO invoice_items(id, invoice_id, description, quantity, unit_price,
                        amount) VALUES (key_of(6, {count}),
                            key_of(5, {count}), 'Managed updates', 1, 100, 100)"""
            )

    def sync(self):
        """:return: what the nightly job counted until it was through, zeros left out"""
        cron = self.ref("fusion_centralize_billing.cron_fc_invoice_ledger")
        known = self.rpc("fusion.billing.source.run", "search", [])
        domain = [("kind", "=", "sync"), ("id", "not in", known)]
        found, is_cut = Counter(), True
        while is_cut:
            self.rpc("ir.cron", "method_direct_trigger", [cron])
            runs = self.rpc("fusion.billing.source.run", "search_read", domain,
                            ["result_summary", "resume_after"])  # fmt: skip
            is_cut = runs[0]["resume_after"]
        for run in runs:
            found.update({k: n for k, n in json.loads(run["result_summary"]).items() if n})
        return dict(found)

    def booked(self):
        return self.query(
            self.name,
            """SELECT COUNT(*), COUNT(*) FILTER (WHERE amount_residual = 0),
                      SUM(amount_total)::float, SUM(amount_residual)::float,
                      MIN(invoice_date)::text, MAX(invoice_date)::text
                 FROM account_move
                WHERE x_fc_nexacloud_invoice_id IS NOT NULL AND state = 'posted'""",
        )


def local_day(stamp):
    return datetime.fromtimestamp(stamp, ZoneInfo("America/Toronto")).date().isoformat()


class LocalStripe:
    """A stateful Stripe on this machine. It makes an invoice when a subscription begins, and pays
    it at once where the customer's card is good."""

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        program = os.path.join(os.path.dirname(sys.executable), "localstripe")
        self.process = subprocess.Popen(
            [sys.executable, program, "--from-scratch", "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait()
        self.post("products", id="hosting", name="Hosting", type="service")
        self.post("plans", id="monthly", product="hosting", amount=11300, currency="cad",
                  interval="month")  # fmt: skip
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        self.process.wait(10)

    def wait(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                requests.get(self.url, timeout=1)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("localstripe did not start")

    def call(self, method, path, **values):
        answer = requests.request(
            method, f"{self.url}/v1/{path}", data=values, auth=(KEY, ""), timeout=TIMEOUT_S
        )
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path, **values):
        return self.call("POST", path, **values)

    def make_invoice(self, is_paid):
        """:return: a new customer's first invoice, 113.00 CAD"""
        customer = self.post("customers", email="pay@example.com")["id"]
        card = self.post(
            "payment_methods",
            type="card",
            **{"card[number]": GOOD_CARD if is_paid else BAD_CARD, "card[exp_month]": 12,
               "card[exp_year]": 2040, "card[cvc]": 123},
        )["id"]  # fmt: skip
        self.post(f"payment_methods/{card}/attach", customer=customer)
        default = {"invoice_settings[default_payment_method]": card}
        self.post(f"customers/{customer}", **default)
        begun = self.post("subscriptions", customer=customer, **{"items[0][plan]": "monthly"})
        return self.call("GET", f"invoices/{begun['latest_invoice']}")
