"""A client of the billing API in one file, on Python's standard library alone.

billing = Billing("https://odoo.example.com", "fbk_…")
billing.post("/customers", {"customer": {"external_id": "u-1", "name": "Acme Inc"}})
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ROOT = "/api/billing/v1"
TIMEOUT_S = 30
TRIES = 5
WAITING = (429, 503)  # the same again, later


class BillingError(Exception):
    """The API refused: ``status``, ``code`` and, for each wrong field, ``details``."""

    def __init__(self, status, body):
        self.status = status
        self.code = body.get("code", "")
        self.details = body.get("error_details", {})
        super().__init__(f"{status} {self.code} {self.details or ''}".strip())


class Billing:
    """:param url: of the Odoo server, without a path
    :param key: API key of one service
    :param database: name of the database, where the server has several
    """

    def __init__(self, url, key, database=None):
        self.url = url.rstrip("/") + ROOT
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        if database:
            self.headers["X-Odoo-Database"] = database

    def get(self, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def post(self, path, body=None):
        return self.call("POST", path, body or {})

    def put(self, path, body):
        return self.call("PUT", path, body)

    def delete(self, path):
        return self.call("DELETE", path)

    def call(self, method, path, body=None):
        """One request, repeated under one Idempotency-Key until there is an answer: a timeout
        never does a thing twice.

        :return: the JSON object of the answer
        :raise BillingError: the API refused
        """
        headers = dict(self.headers)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Idempotency-Key"] = str(uuid.uuid4())
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        for number in range(TRIES):
            is_last = number == TRIES - 1
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in WAITING or is_last:
                        raise BillingError(error.code, json.load(error)) from None
                    time.sleep(float(error.headers.get("Retry-After", 1)))
            except (urllib.error.URLError, TimeoutError):
                if is_last:
                    raise
                time.sleep(2**number)
