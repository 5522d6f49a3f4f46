"""Run by ``scripts/bench billing_http`` in Odoo's shell: COUNT counters, of all subscriptions."""

import os

env = env  # noqa: F821 - the shell's
env.cr.execute(
    """INSERT INTO fusion_billing_usage (subscription_id, metric_id, period_start, period_end,
           quantity, idempotency_key)
       SELECT o.id, (SELECT MAX(id) FROM fusion_billing_metric),
              now() - interval '5 years' + n * interval '1 minute',
              now() - interval '5 years' + n * interval '1 minute' + interval '1 s', 1, 'fill' || n
         FROM generate_series(1, %s) n
         JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM sale_order
                WHERE x_fc_billing_service_id IS NOT NULL) o ON o.place = n %% 50""",
    [int(os.environ["COUNT"])],
)
env.cr.commit()
env.cr.execute("ANALYZE fusion_billing_usage")
env.cr.commit()
