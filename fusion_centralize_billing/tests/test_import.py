import base64
from contextlib import closing
from datetime import date, datetime, timezone
from uuid import UUID

import psycopg2

from odoo import sql_db
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..wizards import fusion_billing_progress

IMPORTER = "fusion.billing.import.wizard"
LEDGER = "fusion.billing.invoice.ledger.wizard"
NONE = {"partners": 0, "plans": 0, "subscriptions": 0}
ONE = {"partners": 1, "plans": 1, "subscriptions": 1}


def user(number="u-1", **values):
    return {"id": number, "email": "Ada@Acme.example.com", "full_name": "Ada Byron", **values}


def plan(number="p-1", **values):
    return {
        "id": number, "name": "Small", "price_monthly": "20.0000", "price_yearly": "200.0000",
        "cpu_seconds_quota": "18000", "is_active": True, **values,
    }  # fmt: skip


def subscription(number="s-1", **values):
    return {
        "id": number, "user_id": "u-1", "deployment_id": "d-1", "plan_id": "p-1",
        "status": "active", "billing_cycle": "monthly",
        "current_period_start": datetime(2026, 5, 1, 3, 0, tzinfo=timezone.utc), **values,
    }  # fmt: skip


class ImportCase(AccountTestInvoicingCommon):
    @classmethod
    @AccountTestInvoicingCommon.setup_country("ca")
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "America/Toronto"
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.wizard = cls.env[IMPORTER].sudo()

    def load(self, users=None, plans=None, subscriptions=None, **options):
        data = {
            "users": [user()] if users is None else users,
            "plans": [plan()] if plans is None else plans,
            "subscriptions": [subscription()] if subscriptions is None else subscriptions,
        }
        return self.wizard._import_rows(data, **options)

    def order(self, number="s-1"):
        return self.env["sale.order"].search([("x_fc_nexacloud_subscription_id", "=", number)])

    def link(self, number="u-1"):
        return self.env["fusion.billing.account.link"].search([("external_id", "=", number)])

    def find_product(self, code):
        products = self.env["product.product"].with_context(active_test=False)
        return products.search([("default_code", "=", code)])


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def test_a_shadow_copy(self):
        result = self.load()
        self.assertEqual(
            result,
            {"created": ONE, "updated": NONE, "skipped": [], "failed": [], "warnings": []},
        )
        service = self.link().service_id
        self.assertEqual((service.code, service.currency_id.name), ("nexacloud", "CAD"))
        product = self.find_product("NC-PLAN-p-1")
        self.assertEqual(
            (product.name, product.type, product.recurring_invoice, product.list_price),
            ("NexaCloud Small", "service", True, 20.0),
        )
        overage = self.find_product("NC-CPU-OVG-p-1")
        self.assertEqual(
            (overage.name, overage.type, overage.recurring_invoice, overage.list_price),
            ("NexaCloud CPU overage (Small)", "service", False, 0.0),
        )
        charge = self.env["fusion.billing.charge"].search([("plan_code", "=", "p-1")])
        self.assertEqual(
            (charge.name, charge.metric_id.code, charge.included_quota, charge.price_per_unit),
            ("NexaCloud CPU overage — Small", "cpu_seconds", 18000.0, 0.0075),
        )
        self.assertEqual(
            (charge.unit_batch, charge.charge_model, charge.plan_id.id, charge.product_id,
             charge.service_id),
            (3600.0, "standard", False, overage, service),
        )  # fmt: skip
        entries = self.env["fusion.billing.plan"].search([("code", "=", "p-1")])
        self.assertEqual(
            sorted((one.plan_id.billing_period_unit, one.amount) for one in entries),
            [("month", 20.0), ("year", 200.0)],
        )
        order = self.order()
        self.assertEqual(
            (order.state, order.subscription_state, order.x_fc_shadow, order.payment_token_id.id),
            ("draft", "1_draft", True, False),
        )
        self.assertEqual(
            (order.start_date, order.x_fc_billing_anchor, order.plan_id.billing_period_unit),
            (date(2026, 4, 30), date(2026, 4, 30), "month"),
        )
        self.assertEqual(
            (order.x_fc_billing_external_id, order.x_fc_nexacloud_deployment_id,
             order.x_fc_nexacloud_plan_id, order.x_fc_billing_plan_code, order.x_fc_source_status,
             order.x_fc_billing_service_id, order.partner_id),
            ("s-1", "d-1", "p-1", "p-1", "active", service, self.link().partner_id),
        )  # fmt: skip
        self.assertEqual(
            [(line.product_id, line.product_uom_qty, line.price_unit) for line in order.order_line],
            [(product, 1.0, 20.0)],
        )
        self.assertFalse(charge._fc_applies_to(order))
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertFalse(
            self.env["fusion.billing.webhook"].search([("subscription_id", "=", order.id)])
        )

    def test_a_second_run_makes_nothing_new(self):
        self.load()
        order, before = self.order(), self.env["res.partner"].search_count([])
        result = self.load()
        self.assertEqual((result["created"], result["updated"]), (NONE, ONE))
        self.assertEqual((self.order(), self.env["res.partner"].search_count([])), (order, before))
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(
            self.env["fusion.billing.charge"].search_count([("plan_code", "=", "p-1")]), 1
        )

    def test_what_changed_at_the_source_changes_here(self):
        self.load()
        partner = self.link().partner_id
        partner.write({"phone": "555", "city": "Here"})
        self.load(
            users=[user(company="Acme Inc", billing_city="Ottawa", billing_email="")],
            plans=[plan(price_monthly="25.0000")],
            subscriptions=[subscription(status="past_due", billing_cycle="yearly")],
        )
        self.assertEqual(
            (partner.name, partner.is_company, partner.city, partner.phone, partner.email),
            ("Acme Inc", True, "Ottawa", "555", "ada@acme.example.com"),
        )
        order = self.order()
        self.assertEqual(
            (order.x_fc_source_status, order.order_line.price_unit,
             order.plan_id.billing_period_unit, self.find_product("NC-PLAN-p-1").list_price),
            ("past_due", 200.0, "year", 25.0),
        )  # fmt: skip
        self.load(users=[user(billing_city="")])
        self.assertEqual(partner.city, "Ottawa")

    def test_an_address(self):
        self.load(
            users=[
                user(
                    billing_email="PAY@acme.example.com", billing_address="1 Main St",
                    billing_city="Toronto", billing_state="ontario", billing_postal_code="M5V 1A1",
                    billing_country="canada", stripe_customer_id="cus_1",
                )
            ]
        )  # fmt: skip
        partner = self.link().partner_id
        self.assertEqual(
            (partner.email, partner.street, partner.city, partner.zip, partner.state_id.code,
             partner.country_id.code, partner.x_fc_stripe_customer_id),
            ("pay@acme.example.com", "1 Main St", "Toronto", "M5V 1A1", "ON", "CA", "cus_1"),
        )  # fmt: skip
        for text, code in (("ca", "CA"), ("CANADA", "CA"), (" us ", "US"), ("Narnia", False),
                           ("%", False), ("", False), (None, False)):  # fmt: skip
            with self.subTest(country=text):
                self.assertEqual(self.wizard._fc_resolve_country(text).code, code)

    def test_what_a_person_should_look_at(self):
        partners = type(self.env["res.partner"])
        write = partners.write

        def refuse(records, values):  # as base_vat does where it is installed
            if values.get("vat"):
                raise ValidationError(values["vat"])
            return write(records, values)

        self.patch(partners, "write", refuse)
        result = self.load(
            users=[
                user("u-1", billing_country="Narnia"),
                user("u-2", email="", full_name="", billing_email=None),
                user("u-3", email="c@acme.example.com", tax_id=" RT-1 "),
            ]
        )
        self.assertEqual(
            result["warnings"],
            [
                {"kind": "user", "id": "u-1", "reason": "unknown country"},
                {"kind": "user", "id": "u-2", "reason": "no e-mail"},
                {"kind": "user", "id": "u-3", "reason": "tax id refused"},
            ],
        )
        partner = self.link("u-3").partner_id
        self.assertEqual(
            (partner.vat, partner.comment), (False, "<p>Tax id at NexaCloud: RT-1</p>")
        )
        self.assertEqual(
            [(self.link(n).needs_review, self.link(n).review_reason) for n in ("u-1", "u-2")],
            [(True, "unknown country"), (True, "no e-mail")],
        )
        self.assertEqual(self.link("u-2").partner_id.name, "u-2")
        self.assertEqual(result["created"]["partners"], 3)

    def test_bad_rows_never_stop_the_others(self):
        result = self.load(
            users=[user(), user(None), user("u-2", email="b@acme.example.com")],
            plans=[plan(), plan("p-2", price_monthly="x"), plan("p-3", price_yearly=None)],
            subscriptions=[
                subscription("s-1", user_id="nobody"),
                subscription("s-2", plan_id="p-2"),
                subscription("s-3", plan_id="p-3", billing_cycle="yearly"),
                subscription("s-4", current_period_start="soon"),
                subscription(None),
                subscription("s-5", user_id="u-2"),
            ],
        )
        self.assertEqual(
            result["skipped"],
            [
                {"kind": "subscription", "id": "s-1", "reason": "unresolved user"},
                {"kind": "subscription", "id": "s-2", "reason": "unresolved plan"},
            ],
        )
        self.assertEqual(
            [(one["kind"], one["id"]) for one in result["failed"]],
            [("user", None), ("plan", "p-2"), ("subscription", "s-3"), ("subscription", "s-4"),
             ("subscription", None)],
        )  # fmt: skip
        self.assertEqual(result["created"], {"partners": 2, "plans": 2, "subscriptions": 1})
        self.assertTrue(self.order("s-5"))
        self.assertFalse(self.find_product("NC-PLAN-p-2") + self.find_product("NC-CPU-OVG-p-2"))

    def test_what_is_over_is_left_out(self):
        rows = {
            "plans": [plan(is_active=False), plan("p-2", is_active=False)],
            "subscriptions": [subscription(), subscription("s-2", status="cancelled")],
        }
        result = self.load(**rows)
        self.assertEqual(
            result["skipped"],
            [
                {"kind": "plan", "id": "p-2", "reason": "inactive"},
                {"kind": "subscription", "id": "s-2", "reason": "inactive"},
            ],
        )
        result = self.load(**rows, active_only=False)
        self.assertEqual(result["skipped"], [])
        self.assertEqual(self.order("s-2").x_fc_source_status, "cancelled")

    def test_a_live_subscription_is_never_overwritten(self):
        self.load()
        order = self.order()
        order.x_fc_shadow = False
        order.action_confirm()
        result = self.load(subscriptions=[subscription(billing_cycle="yearly")])
        self.assertEqual(
            result["skipped"], [{"kind": "subscription", "id": "s-1", "reason": "live"}]
        )
        self.assertEqual((order.order_line.price_unit, order.state), (20.0, "sale"))

    def test_a_dry_run_leaves_nothing(self):
        def count():
            models = ("res.partner", "sale.order", "product.product", "fusion.billing.service",
                      "fusion.billing.metric", "fusion.billing.charge", "fusion.billing.plan",
                      "fusion.billing.account.link")  # fmt: skip
            return [
                self.env[model].with_context(active_test=False).search_count([]) for model in models
            ]

        before = count()
        result = self.load(dry_run=True)
        self.assertEqual((result["created"], result["dry_run"]), (ONE, True))
        self.assertEqual(count(), before)

    def test_prune_removes_what_the_importer_made(self):
        self.load(subscriptions=[subscription(), subscription("s-2")])
        live = self.order("s-2")
        live.x_fc_shadow = False
        live.action_confirm()
        other = self.env["fusion.billing.service"].create({"name": "Maps", "code": "maps"})
        kept = self.env["fusion.billing.charge"].create(
            {"name": "Kept", "service_id": other.id, "plan_code": "p-1",
             "metric_id": self.wizard._fc_cpu_metric().id}
        )  # fmt: skip
        self.env["fusion.billing.reconciliation"]._reconcile_rows(
            [{"subscription_external_id": "s-1", "period": "2026-05", "external_amount": 20}]
        )
        self.env["fusion.billing.usage"].sudo().create(
            {
                "subscription_id": self.order("s-1").id,
                "metric_id": self.wizard._fc_cpu_metric().id,
                "period_start": datetime(2026, 5, 2),
                "period_end": datetime(2026, 5, 3),
                "quantity": 5,
                "idempotency_key": "k",
            }
        )
        ledger = self.env[LEDGER].sudo()
        self.assertEqual(
            ledger._fc_prune_metered_shadow(),
            {"subscriptions": 1, "usage": 1, "products": 2, "charges": 1, "plans": 2,
             "reconciliations": 1},
        )  # fmt: skip
        self.assertFalse(self.order("s-1"))
        self.assertEqual((live.exists().state, kept.exists()), ("sale", kept))
        self.assertFalse(self.find_product("NC-PLAN-p-1").active)  # the live order needs it
        self.assertFalse(self.find_product("NC-CPU-OVG-p-1"))
        self.assertTrue(self.link())

    def test_the_job_ships_switched_off(self):
        cron = self.env.ref("fusion_centralize_billing.cron_fc_reconciliation")
        self.assertEqual((cron.active, cron.code.strip()), (False, "model._cron_reconcile()"))


SCHEMA = """
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
INSERT INTO users(id, email, company, billing_state, billing_country, created_at) VALUES
    ('{u}1', 'ada@acme.example.com', 'Acme Inc', 'ON', 'CA', '2026-01-01');
INSERT INTO plans(id, name, price_monthly, cpu_seconds_quota, is_active) VALUES
    ('{p}1', 'Small', 20, 18000, TRUE);
INSERT INTO subscriptions(id, user_id, deployment_id, plan_id, status, billing_cycle,
    current_period_start) VALUES
    ('{s}1', '{u}1', '{d}1', '{p}1', 'active', 'monthly', '2026-05-01 12:00+00');
INSERT INTO usage_records(id, subscription_id, period_start, cpu_hours) VALUES
    ('{d}1', '{s}1', '2026-05-02 12:00+00', 5.5), ('{d}2', '{s}1', '2026-05-03 12:00+00', 1.5),
    ('{d}3', '{s}1', '2026-06-03 12:00+00', 1);
INSERT INTO invoices(id, user_id, subscription_id, stripe_invoice_id, invoice_number, currency,
    status, subtotal, tax, created_at) VALUES
    ('{i}1', '{u}1', '{s}1', 'in_1', 'NC-1', 'cad', 'paid', 20.02, 2.60, '2026-05-31 12:00+00'),
    ('{i}2', '{u}1', NULL, 'in_2', 'NC-2', 'cad', 'open', 50, 6.5, '2026-06-01 03:00+00'),
    ('{i}3', '{u}1', '{s}1', 'in_3', 'NC-3', 'cad', 'void', 99, 0, '2026-05-31 12:00+00');
INSERT INTO invoice_items(id, invoice_id, description, quantity, unit_price, amount) VALUES
    ('{d}1', '{i}1', 'Odoo ERP Hosting', 1, 20, 20), ('{d}2', '{i}1', 'CPU', 1, 0.02, 0.02),
    ('{d}3', '{i}2', 'Setup', 2, 25, 50), ('{d}4', '{i}3', 'Setup', 1, 99, 99);
"""
IDS = {name: str(UUID(int=number << 96))[:-1] for number, name in enumerate("upsid", 1)}


@tagged("post_install", "-at_install")
class TestSource(ImportCase):
    """A real second database that looks like NexaCloud's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = f"{cls.env.cr.dbname}_nexacloud"
        _name, cls.info = sql_db.connection_info_for("postgres")
        cls.addClassCleanup(cls.administrate, f'DROP DATABASE IF EXISTS "{cls.name}"')
        cls.administrate(f'DROP DATABASE IF EXISTS "{cls.name}"')
        cls.administrate(f'CREATE DATABASE "{cls.name}" TEMPLATE template0')
        cls.run_sql(SCHEMA.format(**IDS))

    @classmethod
    def administrate(cls, statement):
        with closing(psycopg2.connect(**cls.info)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    @classmethod
    def run_sql(cls, statement):
        with closing(psycopg2.connect(**{**cls.info, "database": cls.name})) as connection:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)

    def setUp(self):
        super().setUp()
        parts = {**self.info, "dbname": self.name}
        parts.pop("database", None)
        self.dsn = psycopg2.extensions.make_dsn(**parts)
        self.set_dsn(self.dsn)

    def set_dsn(self, dsn):
        self.env["ir.config_parameter"].sudo().set_param("fusion_billing.nexacloud_dsn", dsn)

    def test_rows_are_read_and_imported(self):
        rows = self.wizard._read_nexacloud_rows()
        self.assertEqual({name: len(part) for name, part in rows.items()},
                         {"users": 1, "plans": 1, "subscriptions": 1})  # fmt: skip
        result = self.wizard._import_rows(rows)
        self.assertEqual((result["created"], result["failed"]), (ONE, []))
        order = self.order(f"{IDS['s']}1")
        self.assertEqual((order.order_line.price_unit, order.x_fc_billing_anchor),
                         (20.0, date(2026, 5, 1)))  # fmt: skip

    @mute_logger(
        "odoo.addons.fusion_centralize_billing.models.fusion_billing_reconciliation_run",
        "odoo.addons.fusion_centralize_billing.wizards.fusion_billing_nexacloud",
    )
    def test_months_are_joined_in_full(self):
        sub = f"{IDS['s']}1"
        self.assertEqual(
            [tuple(row.values()) for row in self.wizard._read_reconciliation_rows()],
            [("", "2026-05", 0.0, 50.0), (sub, "2026-05", 25200.0, 20.02),
             (sub, "2026-06", 3600.0, 0.0)],
        )  # fmt: skip
        self.assertEqual(
            [tuple(row.values()) for row in self.wizard._read_reconciliation_rows("2026-06")],
            [(sub, "2026-06", 3600.0, 0.0)],
        )
        self.wizard._import_rows(self.wizard._read_nexacloud_rows())
        result = self.wizard._cron_reconcile()
        self.assertEqual(
            (result["match"], result["delta"], result["unlinked"]),
            (1, 1, {"count": 1, "amount": 50.0}),
        )
        row = self.env["fusion.billing.reconciliation"].search([("period", "=", "2026-05")])
        self.assertEqual((row.odoo_amount, row.delta, row.status), (20.015, -0.005, "match"))

    def test_invoices_are_read_and_booked(self):
        ledger = self.env[LEDGER].sudo()
        rows = ledger._read_nexacloud_invoices()
        self.assertEqual([row["invoice_number"] for row in rows], ["NC-1", "NC-3", "NC-2"])
        self.assertEqual([len(row["items"]) for row in rows], [2, 1, 1])
        since = datetime(2026, 6, 1)
        self.assertEqual([row["invoice_number"] for row in ledger._read_nexacloud_invoices(since)],
                         ["NC-2"])  # fmt: skip
        self.assertEqual(ledger._read_nexacloud_invoices(datetime(2027, 1, 1)), [])
        result = ledger._ingest_invoices(rows)
        self.assertEqual((result["created"], result["failed"]), (2, []))
        self.assertEqual(result["by_family"], {"hosting": 20.0, "other": 50.02})
        move = self.env["account.move"].search([("ref", "=", "NC-2")])
        self.assertEqual((move.invoice_date, move.amount_total, move.partner_id.name),
                         (date(2026, 5, 31), 56.5, "Acme Inc"))  # fmt: skip

    def test_the_source_is_never_written(self):
        with self.assertRaises(UserError) as caught, self.wizard._fc_open_source() as source:
            source.fetch("DELETE FROM users RETURNING id")
        self.assertIn("read-only", str(caught.exception))
        self.assertEqual(len(self.wizard._read_nexacloud_rows()["users"]), 1)

    def test_faults_are_named_without_secrets(self):
        for dsn, text in (
            ("", "nexacloud_dsn"),
            ("host=127.0.0.1 port=1 user=app password=hunter2 dbname=x", "cannot be reached"),
            ("host='hunter2", "cannot be reached"),
            (self.dsn.replace(self.name, f"{self.name}_hunter2"), "cannot be reached"),
        ):
            with self.subTest(text=text):
                self.set_dsn(dsn or False)
                with self.assertRaises(UserError) as caught:
                    self.wizard._read_nexacloud_rows()
                self.assertIn(text, str(caught.exception))
                self.assertNotIn("hunter2", str(caught.exception))

    def test_a_table_that_the_reader_may_not_see_is_named(self):
        self.run_sql("REVOKE ALL ON plans FROM CURRENT_USER")
        self.addCleanup(self.run_sql, "GRANT ALL ON plans TO CURRENT_USER")
        with self.assertRaises(UserError) as caught:
            self.wizard._read_nexacloud_rows()
        self.assertIn("does not let its reader see a table", str(caught.exception))
        self.assertIn("plans", str(caught.exception))
        self.assertFalse(self.link(f"{IDS['u']}1"))

    def test_a_missing_column_is_named(self):
        self.run_sql("ALTER TABLE users RENAME COLUMN tax_id TO gone")
        self.addCleanup(self.run_sql, "ALTER TABLE users RENAME COLUMN gone TO tax_id")
        with self.assertRaises(UserError) as caught:
            self.wizard._read_nexacloud_rows()
        self.assertIn("tax_id", str(caught.exception))
        self.assertFalse(self.link(f"{IDS['u']}1"))

    @mute_logger(
        "odoo.addons.fusion_centralize_billing.models.fusion_billing_reconciliation_run",
        "odoo.addons.fusion_centralize_billing.wizards.fusion_billing_nexacloud",
    )
    def test_the_buttons(self):
        admin = new_test_user(
            self.env, "importer", groups="fusion_centralize_billing.group_billing_admin"
        )
        wizard = self.env[IMPORTER].with_user(admin).create({})
        wizard.action_test_connection()
        self.assertIn('"users": 1', wizard.result_summary)
        action = wizard.action_run_import()
        self.assertEqual((action["res_id"], action["target"], wizard.dry_run),
                         (wizard.id, "new", True))  # fmt: skip
        self.assertIn("A dry run", wizard.result_html)
        self.assertFalse(self.order(f"{IDS['s']}1"))
        wizard.dry_run = False
        wizard.action_run_import()
        self.assertTrue(self.order(f"{IDS['s']}1"))
        wizard.action_run_reconciliation()
        self.assertEqual(wizard.failed_count, 1)
        ledger = self.env[LEDGER].with_user(admin).create({})
        ledger.action_run()
        self.assertIn('"created": 2', ledger.result_summary)
        self.assertFalse(self.env["account.move"].search([("ref", "=", "NC-1")]))
        ledger.dry_run = False
        ledger.action_run()
        ledger.action_post_reviewed()
        self.assertEqual(
            self.env["account.move"].search([("ref", "=", "NC-1")]).mapped("state"), ["posted"]
        )
        ledger.action_prune()
        self.assertFalse(self.order(f"{IDS['s']}1"))

    def start(self):
        """:return: (an administrator's dialog that writes, what it is told meanwhile)"""
        admin = new_test_user(
            self.env, "importer", groups="fusion_centralize_billing.group_billing_admin"
        )
        wizard = self.env[IMPORTER].with_user(admin).create({"dry_run": False})
        told = []
        self.patch(fusion_billing_progress, "FIRST_S", 0)
        self.patch(fusion_billing_progress, "EVERY_S", 0)
        self.patch(
            self.registry["res.users"],
            "_bus_send",
            lambda user, kind, message, **_options: told.append((user, kind, message)),
        )
        return wizard, told

    def test_a_long_run_tells_how_far_it_is(self):
        wizard, told = self.start()
        wizard.action_run_import()
        self.assertEqual(
            told,
            [
                (wizard.env.user, "fusion_billing.progress",
                 {"model": IMPORTER, "id": wizard.id, "done": done, "total": 3})
                for done in (1, 2, 3)
            ],
        )  # fmt: skip
        run = wizard.run_id
        self.assertEqual(
            (run.kind, run.is_dry_run, run.is_cancelled, run.failed_count, wizard.run_count),
            ("import", False, False, 0, 1),
        )

    def test_a_cancelled_run_leaves_nothing_but_its_log(self):
        wizard, _told = self.start()
        self.patch(
            self.registry["res.users"],
            "_bus_send",
            lambda _user, _kind, message, **_options: (
                message["done"] == 2 and wizard.action_cancel_run()
            ),
        )
        wizard.action_run_import()
        self.assertFalse(self.link(f"{IDS['u']}1"))
        self.assertTrue(wizard.run_id.is_cancelled)
        self.assertIn("cancelled", wizard.result_html)
        # The next run of the same window is another one.
        self.patch(self.registry["res.users"], "_bus_send", lambda *_args, **_options: None)
        wizard.action_run_import()
        self.assertTrue(self.link(f"{IDS['u']}1"))
        self.assertEqual(wizard.run_count, 2)

    def test_a_cancel_that_came_first_wins(self):
        wizard, told = self.start()
        wizard.action_cancel_run()
        wizard.action_run_import()
        self.assertEqual((told, wizard.run_id.is_cancelled), ([], True))
        self.assertFalse(self.link(f"{IDS['u']}1"))

    @mute_logger(
        "odoo.addons.fusion_centralize_billing.wizards.fusion_billing_import_wizard",
        "odoo.addons.fusion_centralize_billing.wizards.fusion_billing_nexacloud",
    )
    def test_the_log_of_a_run(self):
        self.run_sql("UPDATE plans SET price_monthly = NULL, price_yearly = 200")
        self.addCleanup(self.run_sql, "UPDATE plans SET price_monthly = 20, price_yearly = NULL")
        wizard, _told = self.start()
        wizard.action_run_import()
        run = wizard.run_id
        self.assertEqual((run.failed_count, wizard.failed_count), (1, 1))
        rows = base64.b64decode(run.log_file).decode("utf-8-sig").splitlines()
        self.assertEqual(
            rows,
            ["List,Kind,Id,Reason",
             f"Failed,Subscription,{IDS['s']}1,The plan has no price for this billing cycle."],
        )  # fmt: skip
        self.assertEqual(run.log_name, f"nexacloud-import-{run.id}.csv")
        self.assertIn("The plan has no price", run.result_html)

    def test_a_comparison_by_night_is_in_the_log(self):
        self.wizard._cron_reconcile()
        run = self.env["fusion.billing.source.run"].search([], limit=1)
        self.assertEqual((run.kind, run.failed_count), ("reconciliation", 0))

    def test_only_administrators_read_the_log(self):
        self.wizard._cron_reconcile()
        run = self.env["fusion.billing.source.run"].search([], limit=1)
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_manager"
        )
        admin = new_test_user(
            self.env, "importer", groups="fusion_centralize_billing.group_billing_admin"
        )
        with self.assertRaises(AccessError):
            run.with_user(reader).read(["result_summary"])
        self.assertEqual(len(run.with_user(admin).read(["result_summary"])), 1)
        admin.write({"company_ids": [(4, self.other_company.id)],
                     "company_id": self.other_company.id})  # fmt: skip
        elsewhere = run.with_user(admin).with_context(allowed_company_ids=self.other_company.ids)
        with self.assertRaises(AccessError):
            elsewhere.read(["result_summary"])
        with self.assertRaises(AccessError):
            run.with_user(admin).write({"failed_count": 0})
