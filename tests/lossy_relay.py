"""An HTTP relay that loses answers and repeats requests at random, as a bad network does."""

import http.client
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from toolbox.server import free_port

_TIMEOUT_S = 60


class LossyRelay:
    """Stands before the server at ``target_port`` on 127.0.0.1. A context manager.

    What it loses is the answer, never the request: the other side has done its work by then.
    While nothing listens at the target, callers see their connection closed without an answer.

    :param lost: share of answers dropped while :attr:`is_lossy`
    :param repeated: share of requests passed on twice; the second answer is given
    """

    def __init__(self, target_port, lost=0.15, repeated=0.15, seed=1):
        self.target_port = target_port
        self.is_lossy = False
        self.answers_lost = 0
        self.requests_repeated = 0
        self._lost = lost
        self._repeated = repeated
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __enter__(self):
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                relay._pass_on(self)

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    def _pass_on(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        is_lost, is_repeated = self._throw()
        try:
            if is_repeated:
                self._ask(handler, body)
            status, headers, answer = self._ask(handler, body)
        except OSError:
            is_lost = True  # the other side is down
        handler.close_connection = True
        if is_lost:
            return
        handler.send_response(status)
        for name in ("Content-Type", "Retry-After"):
            if name in headers:
                handler.send_header(name, headers[name])
        handler.send_header("Content-Length", str(len(answer)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(answer)

    def _throw(self):
        """:return: (whether this answer is lost, whether this request goes twice)"""
        with self._lock:
            if not self.is_lossy:
                return False, False
            is_lost = self._random.random() < self._lost
            is_repeated = self._random.random() < self._repeated
            self.answers_lost += is_lost
            self.requests_repeated += is_repeated
            return is_lost, is_repeated

    def _ask(self, handler, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.target_port, timeout=_TIMEOUT_S)
        try:
            headers = {
                name: value
                for name, value in handler.headers.items()
                if name.lower() not in ("connection", "content-length", "accept-encoding")
            }
            connection.request("POST", handler.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()
