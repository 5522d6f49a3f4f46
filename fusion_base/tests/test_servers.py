import smtplib

import requests

from odoo.tests import TransactionCase, tagged

from .common import Answer, LoopbackServer, SmtpSink, wait_until


@tagged("post_install", "-at_install")
class TestLoopbackServer(TransactionCase):
    def test_answers_are_used_up_in_order_per_path(self):
        with LoopbackServer() as server:
            server.answer(status=500).answer(json={"n": 1}).answer(json={"n": 2}, path="/two")
            server.answer(path="/echo", make=lambda got: Answer(body=got.method.encode()))

            statuses = [requests.get(server.url, timeout=10).status_code for _n in range(3)]
            two = requests.get(server.url + "/two", timeout=10).json()
            echo = requests.put(server.url + "/echo?a=1", timeout=10).text

            self.assertEqual(statuses, [500, 200, 200])
            self.assertEqual((two, echo), ({"n": 2}, "PUT"))
            self.assertEqual(len(server.requests), 5)
            self.assertEqual(server.requests[4].query, {"a": ["1"]})
            self.assertEqual(server.connections, 5)

    def test_stopped_server_refuses(self):
        with LoopbackServer() as server:
            url = server.url

        with self.assertRaises(requests.ConnectionError):
            requests.get(url, timeout=10)


@tagged("post_install", "-at_install")
class TestSmtpSink(TransactionCase):
    def send(self, sink):
        with smtplib.SMTP(sink.host, sink.port, timeout=10) as client:
            client.sendmail("a@example.com", ["b@example.com"], "Subject: Hi\r\n\r\nBody")

    def test_message_is_kept_with_its_envelope(self):
        with SmtpSink() as sink:
            self.send(sink)
            wait_until(lambda: sink.messages)

        [message] = sink.messages
        self.assertEqual(message["Subject"], "Hi")
        self.assertEqual(
            (message["X-Sink-From"], message["X-Sink-To"]), ("a@example.com", "b@example.com")
        )

    def test_refusing_sink_keeps_nothing(self):
        with SmtpSink(refuse="451 try later") as sink:
            with self.assertRaises(smtplib.SMTPDataError):
                self.send(sink)

        self.assertEqual(sink.messages, [])
