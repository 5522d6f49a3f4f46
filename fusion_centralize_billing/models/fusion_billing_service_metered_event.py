from datetime import timedelta

from odoo import fields, models

from .. import const
from ..exceptions import BillingApiError
from ..services.wire import Fields, show_moment
from .fusion_billing_service_usage import check_all, check_window


class FusionBillingService(models.Model):
    """Single events, for apps that do not aggregate: the first one of a transaction counts."""

    _inherit = "fusion.billing.service"

    def _api_record_events(self, payload, is_single=False):
        """Store events as counters of one second, all of them or none.

        :param payload: list of event objects
        :param is_single: errors name the field alone, without ``events.<index>``
        :return: list of the API's event objects
        :raise BillingApiError: naming each wrong field; a transaction that is known already
        """
        self.ensure_one()
        if not isinstance(payload, list) or not 0 < len(payload) <= const.MAX_ROWS:
            raise BillingApiError(422, "validation_errors", {"events": ["value_is_out_of_range"]})
        zone = self._get_zone()
        readers = [
            Fields(event, "" if is_single else f"events.{number}")
            for number, event in enumerate(payload)
        ]
        rows = [_read_event(reader, zone) for reader in readers]
        check_all(readers)
        takers = self._find_takers({row["subscription"] for row in rows}, zone)
        metrics = self._find_metrics({row["metric"] for row in rows})
        for reader, row in zip(readers, rows, strict=True):
            self._complete_event(reader, row, takers, metrics)
        check_all(readers)
        self._refuse_known(readers, rows)
        inserted, _updated = self._write_usage(rows)
        if inserted != len(rows):  # another request was first, meanwhile
            raise BillingApiError(
                422, "validation_errors", {"transaction_id": ["value_already_exist"]}
            )
        self.env["fusion.billing.usage"].invalidate_model()
        return [_show_event(row) for row in rows]

    def _complete_event(self, reader, row, takers, metrics):
        """What depends on the subscription and the metric."""
        taker, metric = takers.get(row["subscription"]), metrics.get(row["metric"])
        if not taker:
            reader.fail("external_subscription_id", "not_found")
        if not metric:
            reader.fail("code", "not_found")
        if not taker or not metric:
            return
        _read_properties(reader, row, metric)
        if row["quantity"] is not None:
            self._complete_row(reader, row, takers, metrics)

    def _refuse_known(self, readers, rows):
        """One query for all rows."""
        keys = [(row["subscription_id"], row["metric_id"], row["idempotency_key"]) for row in rows]
        self.env["fusion.billing.usage"].flush_model()
        self.env.cr.execute_values(
            """SELECT u.subscription_id, u.metric_id, u.idempotency_key
                 FROM (VALUES %s) AS w (subscription, metric, key)
                 JOIN fusion_billing_usage u ON u.subscription_id = w.subscription
                  AND u.metric_id = w.metric AND u.idempotency_key = w.key""",
            keys,
            template="(%s::int, %s::int, %s)",
            page_size=len(keys),
        )
        seen = set(self.env.cr.fetchall())
        for reader, key in zip(readers, keys, strict=True):
            if key in seen:
                reader.fail("transaction_id", "value_already_exist")
            seen.add(key)
        check_all(readers)


def _read_event(reader, zone):
    """What one event says, before anything is looked up."""
    moment = reader.moment("timestamp", zone) or fields.Datetime.now()
    row = {
        "subscription": reader.external_id("external_subscription_id"),
        "metric": reader.text("code", required=True, limit=64),
        "idempotency_key": reader.text("transaction_id", required=True),
        "properties": reader.values.get("properties"),
        "period_start": moment,
        "period_end": moment + timedelta(seconds=1),
        "quantity": None,
        "unique_value": None,
    }
    row["properties"] = {} if row["properties"] is None else row["properties"]
    if not isinstance(row["properties"], dict):
        reader.fail("properties")
    window = Fields({})
    check_window(window, row["period_start"], row["period_end"])
    if window.errors:
        reader.fail("timestamp", "value_is_out_of_range")
    return row


def _read_properties(reader, row, metric):
    """The quantity, or the value that is counted once, from the metric's own property."""
    name = metric.field_name
    properties = Fields(row["properties"])
    if metric.aggregation == "unique_count":
        row["quantity"] = 1
        row["unique_value"] = properties.text(name or "unique_value", required=True)
    else:
        row["quantity"] = properties.number(name, required=True) if name else 1
    for field, words in properties.errors.items():
        for word in words:
            reader.fail(f"properties.{field}", word)


def _show_event(row):
    return {
        "transaction_id": row["idempotency_key"],
        "external_subscription_id": row["subscription"],
        "code": row["metric"],
        "timestamp": show_moment(row["period_start"]),
        "properties": row["properties"],
    }
