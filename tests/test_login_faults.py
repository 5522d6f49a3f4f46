"""The audit when things break: a killed server, a locked table, a full disk, floods, old rows."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2

from toolbox.server import Server, free_port

from .login_support import PASSWORD, WRONG, LoginCase, Visitor, load_servers
from .support import size

TABLE = "fusion_login_audit"


class TestLoginKilled(LoginCase):
    """A row that the answer promised is on disk: the server is killed right after the answer."""

    def test_no_row_is_lost(self):
        key = "canary-Zx81-never-a-key"
        bearer = {"headers": {"Authorization": f"Bearer {key}"}, "json": {}}
        attempts = (
            (lambda visitor: visitor.authenticate(self.name, "anna", WRONG), ("anna", "failure")),
            (lambda visitor: visitor.authenticate(self.name, "anna"), ("anna", "success")),
            (lambda visitor: visitor.post("/json/2/res.users/search_count", **bearer),
             ("api key", "failure")),
        )  # fmt: skip
        for number in range(size(3, 30)):
            attempt, row = attempts[number % 3]
            with self.subTest(number=number), self.fresh_server() as server:
                mark = self.newest()
                attempt(Visitor(server))
                server.kill()
                self.assertEqual(self.rows_after(mark, ("attempted_login", "result")), [row])

    @contextmanager
    def fresh_server(self):
        options = ["--max-cron-threads=0"]
        with Server(
            self.odoo, self.name, free_port(), workers=2, log=self.log, options=options
        ) as server:
            yield server


class TestLoginStorage(LoginCase):
    """The storage is broken: people come in, and as fast as ever."""

    def timed_login(self):
        """:return: seconds of a good login"""
        visitor = Visitor(self.server)
        begin = time.monotonic()
        self.assertEqual(visitor.authenticate(self.name, "anna"), self.uids["anna"])
        return time.monotonic() - begin

    def median_login(self):
        return statistics.median(self.timed_login() for _try in range(size(5, 30)))

    @contextmanager
    def broken(self, body):
        """Every row is refused by a trigger."""
        self.query(
            f"""CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN {body}; END $$;
                CREATE TRIGGER refuse_row BEFORE INSERT ON {TABLE}
                   FOR EACH ROW EXECUTE FUNCTION refuse_row()"""
        )
        try:
            yield
        finally:
            self.query(f"DROP TRIGGER refuse_row ON {TABLE}; DROP FUNCTION refuse_row()")

    @contextmanager
    def locked(self):
        with psycopg2.connect(dbname=self.name, **self.server_address()) as other:
            with other.cursor() as cr:
                cr.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
                yield
            other.rollback()

    @contextmanager
    def without_table(self):
        self.query(f"ALTER TABLE {TABLE} RENAME TO {TABLE}_away")
        try:
            yield
        finally:
            self.query(f"ALTER TABLE {TABLE}_away RENAME TO {TABLE}")

    def test_people_come_in_at_the_normal_time(self):
        self.set_parameters({"base.login_cooldown_after": "5"})  # so that the table is asked too
        self.addCleanup(self.set_parameters, {"base.login_cooldown_after": "0"})
        self.median_login()  # warm
        normal = self.median_login()
        full = "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'"
        for name, fault in (
            ("disk full", self.broken(full)),
            ("fault of the database", self.broken("RAISE EXCEPTION 'broken'")),
            ("table locked", self.locked()),
            ("table gone", self.without_table()),
        ):
            mark = self.newest()
            with self.subTest(fault=name):
                with fault:
                    took = self.median_login()
                    refused = Visitor(self.server).authenticate(self.name, "anna", WRONG)
                self.assertIs(refused, False)
                self.assertEqual(self.rows_after(mark), [])
                self.assertLess(took, normal * 1.5 + 0.3, f"normally {normal:.2f} s")
                with self.assertRows(("anna", "login", "success", None, "password", "web")):
                    self.timed_login()
        lost = [
            row for row in self.log.read_text().splitlines() if "Login event not recorded" in row
        ]
        self.assertEqual(len(lost), 4 * (size(5, 30) + 1))


class TestLoginAlerts(LoginCase):
    """Mails and limits, with both workers at once."""

    def setUp(self):
        self.query("DELETE FROM fusion_login_alert; DELETE FROM mail_mail")

    def send_mails(self):
        self.run_cron("fusion_login_audit.ir_cron_login_alert")
        self.run_cron("mail.ir_cron_mail_scheduler_action")

    def test_five_failures_are_one_mail_to_each_administrator(self):
        second = {"name": "Second", "login": "second", "email": "second@example.com",
                  "group_ids": [(6, 0, [self.ref("base.group_system")])]}  # fmt: skip
        self.rpc("res.users", "create", second)
        self.rpc("res.users", "write", [2], {"email": "first@example.com"})

        def fail(_number):
            return Visitor(self.server).authenticate(self.name, "anna", WRONG)

        with load_servers().SmtpSink() as sink:
            server = {"name": "Sink", "smtp_host": sink.host, "smtp_port": sink.port}
            self.rpc("ir.mail_server", "create", server)
            with ThreadPoolExecutor(5) as pool:
                list(pool.map(fail, range(5)))
            for _run in range(2):
                self.send_mails()
            with ThreadPoolExecutor(5) as pool:  # within the cool-down
                list(pool.map(fail, range(5)))
            self.send_mails()

            alerts = [mail for mail in sink.messages if "[Login Audit]" in mail["Subject"]]
            receivers = sorted(mail["X-Sink-To"] for mail in alerts)
            texts = "".join(mail.as_string() for mail in sink.messages)
        self.assertEqual(receivers, ["first@example.com", "second@example.com"])
        self.assertIn("anna", alerts[0]["Subject"])
        for password in (PASSWORD, WRONG):
            self.assertFalse(password in texts, "a password is in a mail")

    def test_an_attacker_grows_nothing(self):
        self.set_parameters({"fusion_login_audit.flood_limit_per_min": "30"})
        self.addCleanup(self.set_parameters, {"fusion_login_audit.flood_limit_per_min": "100000"})
        times = size(150, 10_000)
        count = "SELECT COUNT(*) FROM ir_config_parameter"
        parameters, mark = self.query(count), self.newest()
        begin = time.time()

        def guess(number):
            return Visitor(self.server).authenticate(self.name, f"guess{number}", WRONG)

        with ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(guess, range(times))), {False})

        minutes = int((time.time() - begin) / 60) + 2
        rows = self.rows_after(mark, ("attempt_count",))
        self.assertEqual(sum(row[0] for row in rows), times)
        self.assertLessEqual(len(rows), 31 * minutes)
        self.assertLessEqual(len(self.query("SELECT 1 FROM fusion_login_alert")), minutes)
        self.assertEqual(self.query(count), parameters)


class TestLoginRetention(LoginCase):
    def test_old_rows_leave_without_holding_up_a_login(self):
        old = size(15_000, 1_000_000)
        self.query(
            f"""INSERT INTO {TABLE} (attempted_login, event_type, result, auth_method, channel,
                                     event_time, ip_address, geo_lookup_state, database,
                                     attempt_count, assessed)
                SELECT 'old' || n, 'login', 'success', 'password', 'web',
                       now() AT TIME ZONE 'utc' - interval '400 days' + n * interval '1 second',
                       '203.0.113.9', 'done', %s, 1, TRUE
                  FROM generate_series(1, {old}) AS n""",
            self.name,
        )
        visitor = Visitor(self.server)
        normal = statistics.median(self.time_login(visitor) for _try in range(5))

        done = threading.Event()
        took = []

        def sign_in_meanwhile():
            while not done.is_set():
                took.append(self.time_login(visitor))

        count = f"SELECT COUNT(*) FROM {TABLE} WHERE attempted_login LIKE 'old%%'"
        thread = threading.Thread(target=sign_in_meanwhile)
        thread.start()
        try:
            for _run in range(size(3, 300)):
                self.run_cron("fusion_login_audit.ir_cron_login_retention")
                if not self.query(count)[0][0]:
                    break
        finally:
            done.set()
            thread.join()

        self.assertEqual(self.query(count), [(0,)])
        self.assertGreater(len(took), 0)
        self.assertLess(max(took), normal * 4 + 1)  # two cores: the cron's process has one of them
        runs = self.query("SELECT last_seal - first_seal + 1 FROM fusion_login_pruned")
        # One run, or more where events of today were sealed between two runs of the job.
        self.assertEqual(sum(count for (count,) in runs), old)
        settings = self.rpc("res.config.settings", "create", {})
        answer = self.rpc("res.config.settings", "action_fc_verify_login_chain", [settings])
        self.assertEqual(answer["params"]["type"], "success", answer["params"]["message"])

    def time_login(self, visitor):
        begin = time.monotonic()
        self.assertTrue(visitor.authenticate(self.name, "anna"))
        return time.monotonic() - begin
