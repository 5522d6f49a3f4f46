// Run in the browser of a tablet: from a new visit to two draft orders, all by hand.
const wait = (find, what) =>
    new Promise((resolve, reject) => {
        const end = Date.now() + 30000;
        (function look() {
            const found = find();
            if (found) {
                resolve(found);
            } else if (Date.now() > end) {
                reject(new Error(`nothing for ${what || find}`));
            } else {
                setTimeout(look, 40);
            }
        })();
    });
const one = (selector) => document.querySelector(selector);
const chip = () => one(".o_fusion_visit_chip").textContent.trim();
const press = async (selector) =>
    (await wait(() => one(`${selector}:not([disabled])`), selector)).click();
const saved = () => wait(() => chip() === "Saved", "Saved");
async function type(name, value) {
    const input = await wait(() => one(`[name='${name}']`), name);
    input.focus();
    if (input.type === "checkbox") {
        input.click();
    } else {
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    input.blur();
}
async function fill(values) {
    for (const [name, value] of Object.entries(values)) {
        await type(name, value);
    }
}
async function add(kind, place, label) {
    await press("[data-step='add']");
    await press(`[data-place='${place}']`);
    if (label) {
        await type("location_label", label);
    }
    await press(`[data-add='${kind}']`);
    await wait(() => one(`[data-form='${kind}']`), kind);
}
const status = (kind) => one(`[data-type='${kind}'] .o_fusion_visit_pill`).textContent.trim();
const result = (name) => one(`[data-result='${name}'] dd`)?.textContent;
async function sign(role) {
    await press("[data-sign]");
    await wait(() => one("dialog[open]"), "the signature");
    if (role === "applicant") {
        await press("[data-role='applicant']");
    }
    const pad = one("canvas");
    await type("signed_name", role === "applicant" ? "Nora Newell" : "Olive Therapist");
    await press("[data-type-name]");
    await type("consent");
    if (pad.width < 300) {
        throw new Error("the box is too small to sign in");
    }
    await press("dialog [type='submit']");
    await wait(() => !one("dialog"), "the end of the dialog");
}
function checkSizes() {
    for (const item of document.querySelectorAll(
        "button, select, input:not([type=checkbox], [type=file])"
    )) {
        const box = item.getBoundingClientRect();
        if (box.height && box.height < 44) {
            throw new Error(`${item.outerHTML} is ${box.height} high: too small for a finger`);
        }
    }
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error(
            `the page is wider than the screen: ${document.documentElement.scrollWidth}`
        );
    }
}

async function story() {
    await wait(() => one(".o_fusion_visit_cards"), "the workspace");
    await saved();
    await add("stairlift_straight", "custom", "Main stairs");
    await fill({
        x_fc_funding_source: "march_of_dimes",
        stair_steps: "13",
        stair_riser_height: "7 1/2",
        stair_tread_depth: "10",
        stair_width: "3 ft",
        stair_side: "left",
        user_weight_lb: "180",
    });
    await wait(() => result("stair_rail_length") === "184.5", "the rail");
    checkSizes();
    await saved();
    await wait(() => status("stairlift_straight") === "Measured", "a measured stair lift");

    await add("rollator", "inside");
    await fill({
        client_weight: "180",
        reason_for_application: "first_access",
        rollator_type: "type2",
        wrist_height: "33",
    });
    await saved();
    await wait(() => status("rollator") === "Measured", "a measured rollator");
    await sign("authorizer");
    await sign("applicant");
    await saved();
    await wait(() => status("rollator") === "Signed", "a signed rollator");

    await add("scooter", "inside");
    await fill({
        client_weight: "180",
        reason_for_application: "first_access",
        scooter_type: "four_wheel",
        max_range_km: "12",
        scooter_transfer_independent: "yes",
        scooter_steer_safely: "yes",
        home_accessible: "no",
    });
    await press("[data-suggestion='ramp']");
    await wait(() => one("[data-form='ramp']"), "the ramp");
    await type("ramp_rise", "609.6 mm");
    await wait(() => result("ramp_total_length") === "419.5", "the ramp's length");
    await fill({ x_fc_funding_source: "march_of_dimes" });
    await saved();
    await wait(() => status("ramp") === "Measured", "a measured ramp");

    await press("[data-step='client']");
    await press("[data-complete]");
    await wait(() => one("[data-form='client'] .o_fusion_visit_bad"), "what is missing");
    await fill({
        client_name: "Nora Newell",
        client_phone: "555-0142",
        client_email: "nora@example.com",
        street: "12 Maple Street",
        city: "Elora",
        authorizer_id: "AUTHORIZER",
        income_under_threshold: "yes",
    });
    await saved();
    checkSizes();
    const plan = one("[data-form='client'] .o_fusion_visit_results").textContent;
    if (
        !plan.includes("1 ADP order (2 devices)") ||
        !plan.includes("1 March of Dimes order (2 items)")
    ) {
        throw new Error(`the plan says ${plan}`);
    }
    await press("[data-complete]");
    await wait(() => one(".o_fusion_visit_done"), "the end");
    if (document.querySelectorAll(".o_fusion_visit_done li").length !== 2) {
        throw new Error("not two orders");
    }
    console.log("test successful");
}
story().catch((error) => console.error(error.message));
