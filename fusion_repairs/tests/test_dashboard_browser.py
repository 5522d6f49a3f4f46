from odoo.tests import HttpCase, tagged

from .test_dashboard import DashboardCase

STORY = """
const wait = (find) => new Promise((resolve, reject) => {
    const end = Date.now() + 20000;
    (function look() {
        const found = find();
        if (found) { resolve(found); }
        else if (Date.now() > end) { reject(new Error(`nothing for ${find}`)); }
        else { setTimeout(look, 50); }
    })();
});
const tile = (label) => [...document.querySelectorAll(".o_fusion_repairs_tile")].find(
    (one) => one.querySelector(".o_fusion_repairs_tile_label")?.textContent === label);
async function story() {
    const found = await wait(() => tile("New"));
    const value = found.querySelector(".o_fusion_repairs_tile_value").textContent;
    if (value !== "2") { throw new Error(`New says ${value}`); }
    await wait(() => document.querySelectorAll(".o_fusion_repairs_setup li").length);
    [...document.querySelectorAll("button")].find((one) => one.textContent === "90 days").click();
    await wait(() => document.querySelector("[aria-pressed=true]").textContent === "90 days");
    (await wait(() => tile("New"))).click();
    await wait(() => document.querySelectorAll(".o_data_row").length === 2);
}
story().then(() => console.log("test successful"), (error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestDashboardBrowser(DashboardCase, HttpCase):
    def test_a_number_opens_its_list(self):
        self.new_job()
        self.new_job()
        self.browser_js("/odoo/service-dashboard", STORY, ready="true", login="office",
                        timeout=120)  # fmt: skip
