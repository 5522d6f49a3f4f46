import json

from odoo.tests import HttpCase, new_test_user, tagged

from .common import AuditMixin

#: What the stories share. Runs in the page.
STEPS = """
const find = (selector) => document.querySelector(selector);
const findText = (selector, text) =>
    [...document.querySelectorAll(selector)].find((el) => el.textContent.trim() === text);
async function waitFor(what, test) {
    const end = Date.now() + 20000;
    while (Date.now() < end) {
        const found = test();
        if (found) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Waited in vain for ${what}`);
}
function check(what, seen, expected) {
    if (JSON.stringify(seen) !== JSON.stringify(expected)) {
        throw new Error(`${what}: ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
    }
}
const texts = (selector) =>
    [...document.querySelectorAll(selector)].map((el) => el.textContent.trim());
async function run(story) {
    try {
        await story();
        console.log("test successful");
    } catch (error) {
        console.error(error.message);
    }
}
"""
CLIENT = "odoo.isReady === true && !!odoo.__WOWL_DEBUG__?.root?.env"


class ScreenCase(AuditMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(
            cls.env, "screen_anna", groups="base.group_user", email="anna@example.com"
        )
        cls.env.cr.execute("DELETE FROM fusion_login_audit")
        audit = cls.env["fusion.login.audit"]
        for result, reason in (
            ("failure", "bad_password"),
            ("failure", "bad_password"),
            ("success", None),
        ):
            audit._fc_record(
                audit._fc_build_event_vals(
                    result,
                    "screen_anna",
                    reason,
                    user=cls.anna,
                    ip_address="203.0.113.7",
                    geo_lookup_state="done",
                    country_code="CA",
                    country_name="Canada",
                    city="Toronto",
                    browser="Firefox 141.0",
                    os="Ubuntu",
                    device_type="desktop",
                )
            )

    def tell(self, path, story, login="admin", ready=CLIENT, **values):
        constants = "".join(f"const {name} = {json.dumps(v)};" for name, v in values.items())
        code = f"{STEPS}\n{constants}\nrun(async () => {{ {story} }});"
        self.browser_js(path, code, ready=ready, login=login, timeout=90)


@tagged("post_install", "-at_install")
class TestScreens(ScreenCase):
    def test_user_form(self):
        self.tell(
            f"/odoo/action-base.action_res_users/{self.anna.id}",
            """
            const button = await waitFor("the button", () =>
                find("button[name='action_view_login_audit'].oe_stat_button"));
            check("count", button.querySelector(".o_stat_value").textContent.trim(), "3");
            (await waitFor("the tab", () => find("a[name='login_activity']"))).click();
            await waitFor("the rows", () =>
                document.querySelectorAll(".o_notebook .o_list_table .o_data_row").length === 3);
            check("results", texts(".o_notebook .o_data_row td[name='result']"),
                  ["Success", "Failure", "Failure"]);
            check("last address", find("div[name='x_fc_last_login_ip']").textContent.trim(),
                  "203.0.113.7");
            const badges = [...document.querySelectorAll(".o_notebook .o_data_row .badge")];
            check("colours", badges.map((badge) => badge.className.includes("text-bg-success")),
                  [true, false, false]);
            check("no way to add", find(".o_notebook .o_field_x2many_list_row_add"), null);
            button.click();
            await waitFor("the history", () =>
                find(".o_breadcrumb")?.textContent.includes("Login Events") &&
                document.querySelectorAll(".o_list_view .o_data_row").length === 3);
            check("no way to add", find(".o_list_button_add"), null);
            """,
        )

    def test_verify_now_and_test_mail(self):
        self.env["fusion.login.audit"]._cron_seal(min_age_s=0)
        self.tell(
            "/odoo/settings",
            """
            (await waitFor("our settings", () =>
                find(".settings_tab .tab[data-key='fusion_login_audit']"))).click();
            const verify = await waitFor("the button", () =>
                find("button[name='action_fc_verify_login_chain']"));
            verify.click();
            const said = await waitFor("the result", () => find(".o_notification_content"));
            check("result", said.textContent,
                  "The chain is whole: 3 events checked, 1 not sealed yet.");
            const days = find("#fusion_login_audit_retention input");
            check("days", days.value, "365");
            """,
        )

    def test_health(self):
        self.tell(
            "/odoo/action-fusion_login_audit.action_login_audit_health",
            """
            await waitFor("the checks", () => document.querySelectorAll(".o_data_row").length >= 8);
            check("chain", !!findText(".o_data_cell", "Last seal of the chain is in place"), true);
            """,
        )

    def test_own_activity_on_a_phone(self):
        self.browser_size = "390x844"
        self.set_config(self_service="True")
        self.tell(
            "/my/login-activity",
            """
            check("heading", !!findText("h1", "Login activity"), true);
            const text = document.body.textContent;
            check("own rows", text.includes("203.0.113.7"), true);
            check("no sideways scroll", document.documentElement.scrollWidth <= innerWidth, true);
            """,
            login="screen_anna",
            ready="document.readyState === 'complete'",
        )
