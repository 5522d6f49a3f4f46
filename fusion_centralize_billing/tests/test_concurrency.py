from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

COUNTER = {
    "external_subscription_id": "race-1",
    "metric_code": "race_calls",
    "quantity": 7,
    "period_start": "2026-05-02T04:00:00Z",
    "period_end": "2026-05-02T05:00:00Z",
    "idempotency_key": "race",
}


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two connections of their own, committed rows."""

    def cursor(self):
        return Registry(get_db_name()).cursor()

    def setUp(self):
        super().setUp()
        with self.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            service = env["fusion.billing.service"].create({"name": "Race", "code": "race"})
            metric = env["fusion.billing.metric"].create({"name": "Race", "code": "race_calls"})
            product = env["product.product"].create(
                {"name": "Race", "type": "service", "recurring_invoice": True}
            )
            link = service._api_upsert_customer({"external_id": "race", "name": "Race"})
            order = env["sale.order"].create(
                {
                    "partner_id": link.partner_id.id,
                    "plan_id": env.ref("sale_subscription.subscription_plan_month").id,
                    "start_date": "2026-05-01",
                    "x_fc_billing_service_id": service.id,
                    "x_fc_billing_external_id": "race-1",
                    "order_line": [(0, 0, {"product_id": product.id})],
                }
            )
            order.action_confirm()
            self.made = (service, metric, product, link.partner_id, order)
            self.service_id = service.id
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            service, metric, product, partner, order = (
                env[record._name].browse(record.ids) for record in self.made
            )
            cr.execute("DELETE FROM fusion_billing_usage WHERE subscription_id = %s", [order.id])
            cr.execute("DELETE FROM sale_order WHERE id = %s", [order.id])
            env["fusion.billing.account.link"].search([("service_id", "=", service.id)]).unlink()
            env.invalidate_all()
            for record in (partner, metric, service, product):
                record.unlink()

    def push(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return (
            env["fusion.billing.service"].browse(self.service_id)._api_record_usage(dict(COUNTER))
        )

    def test_two_identical_pushes_at_one_moment_are_one_row(self):
        with self.cursor() as one, self.cursor() as two:
            two.execute("SELECT 1 FROM fusion_billing_usage LIMIT 1")  # older than the other's row
            self.assertEqual(self.push(one)["inserted"], 1)
            one.commit()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.push(two)
            two.rollback()  # as Odoo does before it runs the request again
            self.assertEqual(self.push(two)["unchanged"], 1)
            two.execute(
                "SELECT COUNT(*), SUM(quantity) FROM fusion_billing_usage "
                "WHERE subscription_id = %s",
                [self.made[-1].id],
            )
            self.assertEqual(two.fetchone(), (1, 7))
