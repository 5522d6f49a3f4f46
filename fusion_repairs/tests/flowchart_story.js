// Run in the browser at 390 px: a job's chart to its end, then a new version with one more step.
const wait = (find) =>
    new Promise((resolve, reject) => {
        const end = Date.now() + 20000;
        (function look() {
            const found = find();
            if (found) {
                resolve(found);
            } else if (Date.now() > end) {
                reject(new Error(`nothing for ${find}`));
            } else {
                setTimeout(look, 50);
            }
        })();
    });
const find = (selector) => document.querySelector(selector);
const button = (text) =>
    [...document.querySelectorAll("main button, .o_fusion_repairs_editor button")].find(
        (item) => item.textContent.trim() === text && !item.disabled
    );
const press = async (text) => (await wait(() => button(text))).click();
const asks = (text) => wait(() => find("main h1")?.textContent.includes(text));
const change = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
};

async function run() {
    await press("Lift is dead");
    await asks("Is it on?");
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error("the page is wider than the phone");
    }
    await press("No");
    await asks("Turn it on.");
    await press("Back");
    await asks("Is it on?");
    await press("No");
    await press("Done");
    await asks("Fine.");
    await press("Close the job");
    await wait(() => find(".o_form_view"));
}

async function edit() {
    await press("Make a New Version");
    await press("Add a Step");
    const text = await wait(() => find(".o_fusion_repairs_editor_panel textarea"));
    change(text, "Is the key in?");
    await wait(() => find(".o_fusion_repairs_editor_selected").textContent.includes("key in"));
    await press("Publish");
    await wait(() => find(".o_fusion_repairs_editor_wrong"));
    const target = async (name) => {
        const select = find(".o_fusion_repairs_editor_target");
        const option = [...select.options].find((item) => item.textContent === name);
        const count = document.querySelectorAll(".o_fusion_repairs_editor_answer").length;
        change(select, option.value);
        await wait(
            () => document.querySelectorAll(".o_fusion_repairs_editor_answer").length > count
        );
    };
    await target("Is it on?");
    await target("We come.");
    await press("Make It the First Step");
    await wait(() => !button("Make It the First Step"));
    await press("Publish");
    await press("Try It Out");
    await asks("Is the key in?");
}

globalThis.stories = { run, edit };
