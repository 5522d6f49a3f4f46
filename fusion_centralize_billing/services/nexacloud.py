"""Reading NexaCloud's database: read only, one snapshot for all tables, rows as plain dicts."""

from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import errors, extensions
from psycopg2.extras import RealDictCursor

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_MS = 60_000

USERS = """
    SELECT id::text, email, full_name, company, billing_email, billing_address, billing_city,
           billing_state, billing_postal_code, billing_country, tax_id, stripe_customer_id
      FROM users ORDER BY created_at, id"""
PLANS = """
    SELECT id::text, name, price_monthly::text, price_yearly::text, cpu_seconds_quota::text,
           is_active
      FROM plans ORDER BY id"""
SUBSCRIPTIONS = """
    SELECT id::text, user_id::text, deployment_id::text, plan_id::text, status, billing_cycle,
           current_period_start, current_period_end, stripe_subscription_id
      FROM subscriptions ORDER BY id"""
COUNTS = """
    SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM plans) AS plans,
           (SELECT COUNT(*) FROM subscriptions) AS subscriptions"""
INVOICES = """
    SELECT i.id::text, i.stripe_invoice_id, i.invoice_number, i.user_id::text AS user_external_id,
           COALESCE(NULLIF(u.company, ''), u.full_name) AS partner_name,
           COALESCE(NULLIF(u.billing_email, ''), u.email) AS partner_email,
           i.created_at AS invoice_date, i.currency, i.status, i.subtotal::text, i.tax::text,
           i.amount_paid::text, i.paid_at
      FROM invoices i LEFT JOIN users u ON u.id = i.user_id
     WHERE %(since)s::timestamptz IS NULL OR i.created_at >= %(since)s::timestamptz
     ORDER BY i.created_at, i.id"""
ITEMS = """
    SELECT invoice_id::text, description, quantity::text, unit_price::text, amount::text
      FROM invoice_items WHERE invoice_id::text = ANY(%(ids)s) ORDER BY period_start, id"""
# Amounts are of the items: a sum of subtotals over the join would count each once per item.
MONTHS = """
    WITH billed AS (
        SELECT COALESCE(i.subscription_id::text, '') AS subscription,
               to_char(COALESCE(t.period_start, i.created_at) AT TIME ZONE %(zone)s, 'YYYY-MM')
                   AS period,
               SUM(t.amount) AS amount
          FROM invoice_items t JOIN invoices i ON i.id = t.invoice_id
         WHERE i.status NOT IN ('draft', 'void') GROUP BY 1, 2),
    used AS (
        SELECT subscription_id::text AS subscription,
               to_char(period_start AT TIME ZONE %(zone)s, 'YYYY-MM') AS period,
               SUM(cpu_hours) * 3600 AS seconds
          FROM usage_records GROUP BY 1, 2)
    SELECT subscription AS subscription_external_id, period,
           COALESCE(used.seconds, 0)::text AS cpu_seconds,
           COALESCE(billed.amount, 0)::text AS external_amount
      FROM billed FULL JOIN used USING (subscription, period)
     WHERE %(period)s::text IS NULL OR period = %(period)s::text ORDER BY period, subscription"""


class SourceError(Exception):
    """``code``: ``unreachable``, ``missing`` (a table or column), ``denied``, ``slow`` or
    ``failed``. ``detail`` is the server's sentence on it; neither holds the DSN."""

    def __init__(self, code, detail=""):
        super().__init__(code)
        self.code = code
        self.detail = detail


class Source:
    def __init__(self, connection):
        self._connection = connection

    def fetch(self, query, **values):
        """:return: list of dicts, one a row; decimals come as text"""
        with self._connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query, values)
            return [dict(row) for row in cursor.fetchall()]


@contextmanager
def open_source(dsn):
    """:raise SourceError: no connection, or a statement inside failed"""
    try:
        connection = psycopg2.connect(dsn, connect_timeout=CONNECT_TIMEOUT_S)
    except psycopg2.Error:  # its text names host, user and database
        raise SourceError("unreachable") from None
    with closing(connection):
        try:
            connection.set_session(extensions.ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
            source = Source(connection)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [STATEMENT_TIMEOUT_MS])
            yield source
        except psycopg2.Error as error:
            detail = (error.diag.message_primary or "").strip()
            raise SourceError(_name_fault(error), detail) from None


def _name_fault(error):
    if isinstance(error, errors.UndefinedTable | errors.UndefinedColumn):
        return "missing"
    if isinstance(error, errors.InsufficientPrivilege):
        return "denied"
    if isinstance(error, errors.QueryCanceled):
        return "slow"
    return "failed" if error.pgcode else "unreachable"
