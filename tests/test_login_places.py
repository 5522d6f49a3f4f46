"""Places without any outside call, and passkeys, on a server with two worker processes."""

import json
import os
import tempfile
from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from toolbox.browser import Browser

from .login_support import PASSWORD, LoginCase, Visitor

HERE, ELSEWHERE = "142.112.18.40", "8.8.8.8"
ROW = ("geo_lookup_state", "country_code", "country_name", "city", "ip_address")


class TestLoginPlaces(LoginCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext_(tempfile.TemporaryDirectory())
        path = Path(folder) / "city-ipv4.mmdb"
        writer = MMDBWriter(4, "city ipv4", languages=["en"])  # DB-IP's name and flat shape
        record = {"country_code": "CA", "state1": "Ontario", "city": "Mississauga",
                  "latitude": 43.58, "longitude": -79.66}  # fmt: skip
        writer.insert_network(IPSet(["142.112.18.0/24"]), record)
        writer.to_db_file(str(path))
        os.environ["FUSION_GEOIP_CITY_DB"] = str(path)
        cls.addClassCleanup(os.environ.pop, "FUSION_GEOIP_CITY_DB")
        super().setUpClass()

    def test_a_public_address_gets_its_place_at_once(self):
        mark = self.newest()
        visitor = Visitor(self.server, HERE)
        self.assertTrue(visitor.sign_in("anna"))
        self.assertEqual(visitor.get("/odoo").status_code, 200)  # Odoo itself copes as well
        self.assertEqual(
            self.rows_after(mark, ROW), [("done", "CA", "Canada", "Mississauga", HERE)]
        )

    def test_an_address_nobody_knows_ends_as_failed(self):
        mark = self.newest()
        self.set_parameters({"fusion_login_audit.reverse_dns": "False"})
        self.assertTrue(Visitor(self.server, ELSEWHERE).sign_in("otto"))
        self.assertEqual(self.rows_after(mark, ROW[:1]), [("pending",)])
        self.run_cron("fusion_login_audit.ir_cron_login_geo")
        self.assertEqual(self.rows_after(mark, ROW[:1]), [("failed",)])


class TestLoginWithoutPlaces(LoginCase):
    def test_rows_end_as_skipped_and_health_says_so(self):
        mark = self.newest()
        self.set_parameters({"fusion_login_audit.reverse_dns": "False"})
        self.assertTrue(Visitor(self.server, HERE).sign_in("anna"))
        self.run_cron("fusion_login_audit.ir_cron_login_geo")
        self.assertEqual(self.rows_after(mark, ROW[:1]), [("skipped",)])
        action = self.rpc("fusion.login.health", "action_open")
        rows = self.rpc("fusion.login.health", "search_read", action["domain"], ["label", "state"])
        states = {row["label"]: row["state"] for row in rows}
        (label,) = (label for label in states if label.startswith("Location source"))
        self.assertEqual(states[label], "warning")


class TestLoginPasskey(LoginCase):
    """Chromium's virtual authenticator signs, as a phone would."""

    LIBRARY = 'odoo.loader?.modules.get("@auth_passkey/../lib/simplewebauthn")'
    REGISTER = """(async () => {
        const call = async (model, method, args, kwargs = {}) => {
            const response = await fetch(`/web/dataset/call_kw/${model}/${method}`, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ params: { model, method, args, kwargs } }),
            });
            const answer = await response.json();
            if (answer.error) {
                throw new Error(answer.error.data.message);
            }
            return answer.result;
        };
        let action = await call("res.users", "action_create_passkey", [[%(uid)s]]);
        if (action.res_model === "res.users.identitycheck") {
            const context = { password: "%(password)s" };
            action = await call(action.res_model, "run_check", [[action.res_id]], { context });
        }
        const library = %(library)s;
        const registration = await library.startRegistration(action.context.registration);
        const id = await call("auth.passkey.key.create", "create", [{ name: "Phone" }]);
        await call("auth.passkey.key.create", "make_key", [[id], registration]);
    })()"""

    def setUp(self):
        # A passkey belongs to a host name; an address of digits has none.
        self.url = self.server.url.replace("127.0.0.1", "localhost")
        self.set_parameters({"web.base.url": self.url, "web.base.url.freeze": "True"})

    def test_new_passkey_and_one_nobody_has(self):
        with Browser() as browser:
            browser.command("WebAuthn.enable")
            browser.command(
                "WebAuthn.addVirtualAuthenticator",
                options={"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                         "hasUserVerification": True, "isUserVerified": True,
                         "automaticPresenceSimulation": True},
            )  # fmt: skip
            browser.open(f"{self.url}/web/login")
            self.sign_in(browser)
            mark = self.newest()
            browser.evaluate(
                self.REGISTER
                % {"uid": self.uids["paz"], "password": PASSWORD, "library": self.LIBRARY}
            )
            rows = self.rows_after(mark)
            self.assertEqual(rows[-1], ("paz", "mfa_change", "success", None, None, "web"))
            self.assertEqual([row for row in rows if row[2] == "failure"], [])
        with self.assertRows(("passkey", "login", "failure", "bad_passkey", "passkey", "web")):
            answer = Visitor(self.server).submit(
                "/web/login", type="webauthn", webauthn_response=json.dumps({"id": "x"})
            )
            self.assertEqual(answer.status_code, 200)

    def sign_in(self, browser):
        """Stay on the light page of the form: the web client's own first calls save the session
        too, over the one that holds the challenge and the confirmed password."""
        browser.wait_for(self.LIBRARY + " !== undefined", seconds=60)
        browser.evaluate(
            f"""(async () => {{
                const form = document.querySelector("form.oe_login_form");
                form.querySelector("input[name=login]").value = "paz";
                form.querySelector("input[name=password]").value = "{PASSWORD}";
                const body = new FormData(form);
                await fetch("/web/login", {{ method: "POST", body, redirect: "manual" }});
            }})()"""
        )
