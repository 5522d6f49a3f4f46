from dataclasses import dataclass
from datetime import datetime, timedelta

import pytz

from odoo import fields, models

from .. import const
from ..exceptions import BillingApiError
from ..services.period import midnight
from ..services.wire import Fields

COLUMNS = (
    "subscription_id", "metric_id", "period_start", "period_end", "quantity", "unique_value",
    "idempotency_key", "company_id",
)  # fmt: skip
TAKERS = """
SELECT o.id, o.company_id, o.state, o.subscription_state, o.x_fc_terminated_at,
       COALESCE((SELECT s.anchor FROM fusion_billing_segment s WHERE s.subscription_id = o.id
                  ORDER BY s.date_start LIMIT 1),
                o.x_fc_billing_anchor, o.start_date),
       o.x_fc_nexacloud_subscription_id, o.x_fc_billing_external_id
  FROM sale_order o
 WHERE o.x_fc_billing_service_id = %s
   AND (o.x_fc_billing_external_id = ANY(%s) OR o.x_fc_nexacloud_subscription_id = ANY(%s)
        OR o.id = ANY(%s))
 ORDER BY o.subscription_state IS NOT DISTINCT FROM '3_progress', o.id
"""
ADD = """
INSERT INTO fusion_billing_usage
    (subscription_id, metric_id, period_start, period_end, quantity, unique_value,
     idempotency_key, company_id, source, create_uid, create_date, write_uid, write_date)
SELECT i.*, {source}, {uid}, {now}, {uid}, {now} FROM (VALUES %s) AS i
ON CONFLICT (subscription_id, metric_id, idempotency_key) DO NOTHING
"""
WRITE = """
WITH input AS (
    SELECT * FROM (VALUES %s) AS row
        (subscription_id, metric_id, period_start, period_end, quantity, unique_value,
         idempotency_key, company_id)),
before AS (
    SELECT u.id, u.quantity
      FROM fusion_billing_usage u
      JOIN input i USING (subscription_id, metric_id, idempotency_key)),
written AS (
    INSERT INTO fusion_billing_usage AS u
        (subscription_id, metric_id, period_start, period_end, quantity, unique_value,
         idempotency_key, company_id, source, create_uid, create_date, write_uid, write_date)
    SELECT i.*, {source}, {uid}, {now}, {uid}, {now} FROM input i
    ON CONFLICT (subscription_id, metric_id, idempotency_key) DO UPDATE
        SET quantity = EXCLUDED.quantity, period_start = EXCLUDED.period_start,
            period_end = EXCLUDED.period_end, unique_value = EXCLUDED.unique_value,
            source = EXCLUDED.source, write_uid = EXCLUDED.write_uid,
            write_date = EXCLUDED.write_date
      WHERE (u.quantity, u.period_start, u.period_end, u.unique_value) IS DISTINCT FROM
            (EXCLUDED.quantity, EXCLUDED.period_start, EXCLUDED.period_end, EXCLUDED.unique_value)
    RETURNING u.id, u.subscription_id, u.idempotency_key, u.quantity),
corrected AS (
    INSERT INTO fusion_billing_usage_log
        (usage_id, subscription_id, idempotency_key, old_quantity, new_quantity, changed_at)
    SELECT w.id, w.subscription_id, w.idempotency_key, b.quantity, w.quantity, {now}
      FROM written w JOIN before b ON b.id = w.id
    RETURNING 1)
SELECT (SELECT COUNT(*) FROM written), (SELECT COUNT(*) FROM corrected)
"""
TEMPLATE = "(%s::int, %s::int, %s::timestamp, %s::timestamp, %s::numeric, %s, %s, %s::int)"


@dataclass(frozen=True)
class Taker:
    """A subscription as the usage that comes in sees it.

    ``ended``: naive UTC at which it was terminated; ``first``: naive UTC midnight of its start
    """

    id: int
    company_id: int
    status: str
    ended: datetime | None
    first: datetime | None

    def check_accepts(self, start):
        """:param start: naive UTC at which a counter's window begins
        :raise BillingApiError: paused, or ended before it
        """
        if self.status == "paused":
            raise BillingApiError(422, "subscription_paused")
        if self.status in ("terminated", "canceled") and not (self.ended and start < self.ended):
            raise BillingApiError(422, "subscription_terminated")


class FusionBillingService(models.Model):
    """Usage coming in: the hot path. No ORM create, no search for each row."""

    _inherit = "fusion.billing.service"

    def _api_record_usage(self, payload, source=None):
        """Store counters, all of them or none. The same key with the same figures changes nothing,
        with others it is a correction.

        :param payload: one counter, or ``{"usage": [...]}`` with 1 to 1,000 of them
        :param source: where they come from, default: the service's code
        :return: ``{"accepted", "inserted", "updated", "unchanged"}``: numbers
        :raise BillingApiError: naming each wrong row's index
        """
        self.ensure_one()
        is_single, rows = self._get_usage_rows(payload)
        zone = self._get_zone()
        readers = [
            Fields(row, "" if is_single else f"usage.{number}") for number, row in enumerate(rows)
        ]
        parsed = [_read_row(reader, zone) for reader in readers]
        check_all(readers)
        takers = self._find_takers({row["subscription"] for row in parsed}, zone)
        if is_single and parsed[0]["subscription"] not in takers:
            raise BillingApiError(404, "subscription_not_found")
        metrics = self._find_metrics({row["metric"] for row in parsed})
        for reader, row in zip(readers, parsed, strict=True):
            self._complete_row(reader, row, takers, metrics)
        check_all(readers)
        unique = _drop_repeats(readers, parsed)
        inserted, updated = self._write_usage(unique, source)
        self.env["fusion.billing.usage"].invalidate_model()
        found = {"accepted": len(rows), "inserted": inserted, "updated": updated}
        return {**found, "unchanged": len(rows) - inserted - updated}

    def _get_zone(self):
        """:return: pytz billing zone; usage comes in by the second, so no whole rows are read"""
        self.company_id.fetch(["partner_id"])
        self.company_id.partner_id.fetch(["tz"])
        return pytz.timezone(self.env["sale.order"]._fc_get_timezone(self.company_id))

    def _get_usage_rows(self, payload):
        """:return: (whether it is one counter alone, list of rows)"""
        if not isinstance(payload, dict):
            raise BillingApiError(400, "bad_request")
        if "usage" not in payload:
            return True, [payload]
        rows = payload["usage"]
        if not isinstance(rows, list):
            raise BillingApiError(422, "validation_errors", {"usage": ["value_is_invalid"]})
        if not 0 < len(rows) <= const.MAX_ROWS:
            raise BillingApiError(422, "validation_errors", {"usage": ["value_is_out_of_range"]})
        return False, rows

    def _find_takers(self, ids, zone):
        """One statement and no records: an app pushes for all of its subscriptions at once.

        :param ids: ids of subscriptions as the app says them: its own, the source's, or ours
        :param zone: pytz billing zone
        :return: {id as the app says it: Taker}; the running one wins, then the newest
        """
        orders = self.env["sale.order"]
        orders.flush_model()
        self.env["fusion.billing.segment"].flush_model()
        numbers = [int(id_) for id_ in ids if id_.isascii() and id_.isdigit() and len(id_) < 10]
        said = list(ids)
        self.env.cr.execute(TAKERS, [self.id, said, said, numbers])
        rows = self.env.cr.fetchall()
        midnights = {day: midnight(day, zone) for day in {row[5] for row in rows} if day}
        found = {}
        for place in (0, 6, 7):
            for row in rows:
                status = orders._fc_name_status(row[2], row[3])
                taker = Taker(row[0], row[1], status, row[4], midnights.get(row[5]))
                found[str(row[place] or "")] = taker
        return {id_: found[id_] for id_ in ids if id_ in found}

    def _find_metrics(self, codes):
        metrics = self.env["fusion.billing.metric"].search_fetch(
            [("code", "in", list(codes))], ["code", "allow_negative", "aggregation"]
        )
        return {metric.code: metric for metric in metrics}

    def _complete_row(self, reader, row, takers, metrics):
        """What depends on the subscription and the metric.

        :param takers: of ``_find_takers``
        """
        taker, metric = takers.get(row["subscription"]), metrics.get(row["metric"])
        if not taker:
            reader.fail("external_subscription_id", "not_found")
        if not metric:
            reader.fail("metric_code", "not_found")
        if not taker or not metric:
            return
        if row["quantity"] < 0 and not metric.allow_negative:
            reader.fail("quantity", "value_is_out_of_range")
        if metric.aggregation == "unique_count" and not row["unique_value"]:
            reader.fail("unique_value", "value_is_mandatory")
        taker.check_accepts(row["period_start"])
        if taker.first and row["period_end"] <= taker.first:
            reader.fail("period_start", "value_is_out_of_range")
        if not row["idempotency_key"]:
            start, end = (f"{row[at]:%Y-%m-%dT%H:%M:%S}" for at in ("period_start", "period_end"))
            key = f"{self.code}:{metric.code}:{row['subscription']}:{start}:{end}"
            row["idempotency_key"] = key[:255]
        row.update(subscription_id=taker.id, metric_id=metric.id, company_id=taker.company_id)

    def _write_usage(self, rows, source=None):
        """Most batches hold new counters only: what compares them with the known ones, at twice
        the cost of an insert, runs when some were known.

        :return: (inserted, updated)
        """
        cr = self.env.cr
        self.env["sale.order"].flush_model()
        parts = {
            "source": cr.mogrify("%s", [source or self.code]).decode().replace("%", "%%"),
            "uid": str(int(self.env.uid)),
            "now": "(now() AT TIME ZONE 'UTC')",
        }
        values = [[row[name] for name in COLUMNS] for row in rows]
        whole = {"template": TEMPLATE, "page_size": len(values)}
        cr.execute_values(ADD.format(**parts), values, **whole)
        inserted = cr.rowcount
        if inserted == len(values):
            return inserted, 0
        cr.execute_values(WRITE.format(**parts), values, **whole)
        written, corrected = cr.fetchone()
        return inserted + written - corrected, corrected


def _read_row(reader, zone):
    """What one counter says, before anything is looked up."""
    row = {
        "subscription": reader.external_id(
            "external_subscription_id", aliases=("subscription_external_id",)
        ),
        "metric": reader.text("metric_code", required=True, limit=64, aliases=("code",)),
        "quantity": reader.number("quantity", required=True),
        "period_start": reader.moment("period_start", zone, required=True),
        "period_end": reader.moment("period_end", zone, required=True),
        "idempotency_key": reader.text("idempotency_key"),
        "unique_value": reader.text("unique_value"),
    }
    check_window(reader, row["period_start"], row["period_end"])
    return row


def check_window(reader, start, end):
    if not start or not end:
        return
    now = fields.Datetime.now()
    if end <= start or end - start > timedelta(days=const.MAX_WINDOW_DAYS):
        reader.fail("period_end", "value_is_out_of_range")
    if end > now + timedelta(minutes=const.MAX_AHEAD_MINUTES):
        reader.fail("period_end", "value_is_out_of_range")
    if start < now - timedelta(days=const.MAX_BACK_DAYS):
        reader.fail("period_start", "value_is_out_of_range")


def check_all(readers):
    errors = {where: words for reader in readers for where, words in reader.errors.items()}
    if errors:
        raise BillingApiError(422, "validation_errors", errors)


def _drop_repeats(readers, rows):
    """:return: the rows with each key once
    :raise BillingApiError: one key with different figures"""
    kept = {}
    for reader, row in zip(readers, rows, strict=True):
        key = (row["subscription_id"], row["metric_id"], row["idempotency_key"])
        earlier = kept.setdefault(key, row)
        if any(earlier[name] != row[name] for name in COLUMNS):
            where = ".".join(part for part in (reader.path, "idempotency_key") if part)
            raise BillingApiError(422, "duplicate_key_in_batch", {where: ["value_already_exist"]})
    return list(kept.values())
