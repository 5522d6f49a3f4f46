"""A server with one billing service, its catalogue, the demo card and a receiver of webhooks."""

import random
import sys
import threading
import xmlrpc.client
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import psutil
import psycopg2

from toolbox import paths

from .support import ADMIN, ServerCase

EXAMPLES = paths.ROOT / "docs" / "api" / "examples"
sys.path.insert(0, str(EXAMPLES))

import example_app  # noqa: E402
import quickstart  # noqa: E402
from fusion_billing import Billing, BillingError  # noqa: E402

__all__ = ["Billing", "BillingCase", "BillingError", "RunsCase", "quickstart"]


class BillingCase(ServerCase):
    """``cls.billing`` calls the API with a key; ``cls.deployments`` is what the app runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for key, value in (
            ("web.base.url", cls.server.url),
            ("web.base.url.freeze", "True"),
            ("fusion_billing.webhook_allowed_hosts", "127.0.0.1"),
            ("fusion_billing.dunning_days", "0"),
        ):
            cls.rpc("ir.config_parameter", "set_param", key, value)
        provider = cls.rpc("payment.provider", "search", [("code", "=", "demo")], limit=1)
        card = {"state": "test", "is_published": True, "allow_tokenization": True}
        cls.rpc("payment.provider", "write", provider, card)
        cls.service = cls.rpc("fusion.billing.service", "create", {"name": "Maps", "code": "maps"})
        cls.make_catalogue()
        action = cls.rpc("fusion.billing.service", "action_generate_key", [cls.service])
        cls.key = action["context"]["fusion_billing_secret"]
        cls.billing = Billing(cls.server.url, cls.key)
        cls.start_app()

    @classmethod
    def make_catalogue(cls):
        month = cls.ref("sale_subscription.subscription_plan_month")
        metric = cls.rpc(
            "fusion.billing.metric", "create", {"name": "Map calls", "code": "map_calls"}
        )
        cls.flat = cls.make_product("Maps Standard", 49, recurring_invoice=True)
        cls.overage = cls.make_product("Map calls", 0)
        plan = {
            "service_id": cls.service, "code": "maps-standard", "name": "Maps Standard",
            "product_id": cls.flat, "plan_id": month, "amount": 49,
        }  # fmt: skip
        cls.plan = cls.rpc("fusion.billing.plan", "create", plan)
        currency = cls.rpc("fusion.billing.plan", "read", [cls.plan], ["currency_id"])
        charge = {
            "name": "Map calls", "service_id": cls.service, "plan_code": "maps-standard",
            "plan_id": month, "metric_id": metric, "product_id": cls.overage,
            "charge_model": "package", "included_quota": 3000, "price_per_unit": 0.5,
            "unit_batch": 100, "currency_id": currency[0]["currency_id"][0],
        }  # fmt: skip
        cls.charge = cls.rpc("fusion.billing.charge", "create", charge)

    @classmethod
    def make_product(cls, name, price, **values):
        values = {"name": name, "list_price": price, "type": "service", **values}
        return cls.rpc(
            "product.product", "create", {"invoice_policy": "order", "taxes_id": [(5,)], **values}
        )

    @classmethod
    def start_app(cls):
        """The example app, and the service's address pointing at it."""
        action = cls.rpc("fusion.billing.service", "action_rotate_secret", [cls.service])
        secret = action["context"]["fusion_billing_secret"]
        cls.deployments = example_app.Deployments()
        cls.app = example_app.make_server(secret, cls.deployments)
        address = {"webhook_url": f"http://127.0.0.1:{cls.app.server_port}/"}
        cls.rpc("fusion.billing.service", "write", [cls.service], address)
        threading.Thread(target=cls.app.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.app.server_close)
        cls.addClassCleanup(cls.app.shutdown)

    @classmethod
    def run_cron(cls, name):
        module, _dot, _name = name.rpartition(".")
        xmlid = name if module else f"fusion_centralize_billing.{name}"
        cls.rpc("ir.cron", "method_direct_trigger", [cls.ref(xmlid)])

    @classmethod
    def run_billing(cls):
        """What Odoo's jobs do in an hour: rate, invoice, charge, tell."""
        cls.run_cron("cron_fc_rate_open_periods")
        cls.run_cron("sale_subscription.cron_recurring_create_invoice")
        cls.run_cron("cron_fc_dunning")
        cls.run_cron("cron_fc_dunning")
        cls.tell()

    @classmethod
    def tell(cls):
        waiting = [("state", "in", ("pending", "failed"))]
        for _round in range(20):
            cls.run_cron("cron_fc_dispatch_webhooks")
            if not cls.rpc("fusion.billing.webhook", "search_count", waiting):
                return
        raise AssertionError("events are still waiting")


class RunsCase(BillingCase):
    """Two workers, and a way past them to the database."""

    workers = 2

    def sql(self, query, *values):
        env = self.odoo.database_env
        connection = psycopg2.connect(
            dbname=self.name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"]
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def start_many(self, prefix, count, card=True):
        """:return: ids of subscriptions for which two periods are due"""
        start = (datetime.now(timezone.utc) - timedelta(days=40)).date()
        names = [f"{prefix}-{number}" for number in range(count)]
        for name in names:
            quickstart.make_customer(self.billing, name)
            if card:
                quickstart.save_demo_card(self.billing, name)
            quickstart.subscribe(self.billing, name, "maps-standard", start)
        ids = [f"{name}-1" for name in names]
        for subscription in ids:
            quickstart.report_usage(
                self.billing, subscription, "map_calls", start, [1200, 900, 1500]
            )
        return ids

    @classmethod
    def make_action(cls, model, method):
        """:return: id of a server action that calls a method, any number of times at once"""
        number = cls.rpc("ir.model", "search", [("model", "=", model)])[0]
        values = {"name": method, "model_id": number, "state": "code"}
        values["code"] = f"model.{method}()"
        return cls.rpc("ir.actions.server", "create", values)

    @classmethod
    def make_job(cls, model, method):
        """:return: id of a job of its own that calls a method: unlike one job, several run at once,
        and each commits as it goes"""
        values = {"name": method, "state": "code", "code": f"model.{method}()", "active": False}
        values["model_id"] = cls.rpc("ir.model", "search", [("model", "=", model)])[0]
        return cls.rpc("ir.cron", "create", values)

    def run_action(self, action):
        self._call_apart("ir.actions.server", "run", action)

    def run_job_apart(self, job):
        self._call_apart("ir.cron", "method_direct_trigger", job)

    def _call_apart(self, model, method, number):
        """On a connection of its own; that it was cut off is only counted, in ``faults``."""
        proxy = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True)
        try:
            proxy.execute_kw(self.name, 2, ADMIN, model, method, [[number]])
        except (xmlrpc.client.Error, OSError):
            self.faults += 1

    def end_transactions(self, condition="true"):
        """End sessions of the database from outside, as a crash ends them.

        :param condition: SQL on ``pg_stat_activity``
        :return: how many
        """
        try:
            return len(
                self.sql(
                    f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()
                           AND {condition}"""
                )
            )
        except psycopg2.OperationalError:
            return 0  # it is being restarted

    def kill_worker(self):
        """End one process of the server at once; its master starts another.

        :return: how many there were to end, 0 or 1"""
        with suppress(psutil.NoSuchProcess, IndexError):
            random.choice(psutil.Process(self.server.process.pid).children()).kill()
            return 1
        return 0
