"""An app that closes the loop: it suspends who does not pay, restores who does, and takes down what
was ended. ``pip install standardwebhooks`` checks the signatures.

    python example_app.py --secret whsec_… --port 8099
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

#: {event: what becomes of the deployment}
EFFECTS = {
    "subscription.started": "running",
    "subscription.reactivated": "running",
    "subscription.terminated": "removed",
    "invoice.payment_failed": "suspended",
    "invoice.payment_succeeded": "running",
}


class Deployments:
    """What the app runs, by subscription. Events are delivered at least once: an id that is known
    changes nothing."""

    def __init__(self):
        self.states = {}
        self.seen = []

    def take(self, event):
        """:return: whether the event was new"""
        if event["id"] in self.seen:
            return False
        self.seen.append(event["id"])
        name = event["data"].get("external_subscription_id")
        effect = EFFECTS.get(event["type"])
        is_gone = self.states.get(name) == "removed"
        if is_gone and event["type"].startswith("invoice."):
            effect = None  # a late payment brings nothing back that was taken down
        if name and effect:
            self.states[name] = effect
        return True


def make_server(secret, deployments, port=0):
    """:param secret: ``whsec_…`` of the service
    :return: a server on 127.0.0.1 that is not started"""
    checker = Webhook(secret)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                checker.verify(body, {name.lower(): text for name, text in self.headers.items()})
            except WebhookVerificationError:
                self.send_error(401)
                return
            deployments.take(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--port", type=int, default=8099)
    options = parser.parse_args()
    print(f"Listening on http://127.0.0.1:{options.port}/")
    make_server(options.secret, Deployments(), options.port).serve_forever()


if __name__ == "__main__":
    main()
