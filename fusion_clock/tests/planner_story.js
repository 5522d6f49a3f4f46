// A lead plans a week: a shift by brush, an edit in the dialog, copy and paste by keyboard, undo,
// fill right, post.
const GRID = ".o_fusion_clock_planner_grid tbody tr";

function until(test, what) {
    return new Promise((resolve, reject) => {
        const start = Date.now();
        (function look() {
            let found = false;
            try {
                found = test();
            } catch {
                found = false; // the page is being drawn
            }
            if (found) {
                resolve(found);
            } else if (Date.now() - start > 15000) {
                reject(new Error(`waited for: ${what}`));
            } else {
                setTimeout(look, 50);
            }
        })();
    });
}
const one = (selector) => document.querySelector(selector);
const named = (text, selector = "button") =>
    [...document.querySelectorAll(selector)].find((el) => el.textContent.trim().startsWith(text));
const cell = (day) => one(GRID).querySelectorAll(".o_fusion_clock_cell")[day];
const isDraft = (day) => cell(day).classList.contains("o_fusion_clock_cell_draft");
const isIdle = () => !one(".o_fusion_clock_planner_busy").textContent;
const press = (key, ctrlKey = false) =>
    document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true })
    );
const type = (selector, value) => {
    one(selector).value = value;
    one(selector).dispatchEvent(new Event("input", { bubbles: true }));
    one(selector).dispatchEvent(new Event("change", { bubbles: true }));
};

async function story() {
    const week = one(".o_fusion_clock_planner_week").textContent;
    one("[aria-label='Next week']").click();
    await until(() => one(".o_fusion_clock_planner_week").textContent !== week, "next week");

    // One click of the brush plans a day.
    named("Day", ".o_fusion_clock_planner_chip").click();
    await until(() => one(".o_fusion_clock_planner_brush"), "brush");
    cell(0).click();
    await until(() => isDraft(0) && isIdle(), "Monday drafted");
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    await until(() => !one(".o_fusion_clock_planner_brush"), "brush put away");

    // A wrong entry is named in the dialog and nothing is saved.
    cell(1).click();
    await until(() => one("#fclk_day_start"), "dialog");
    type("#fclk_day_start", "10:00");
    type("#fclk_day_end", "10:00");
    named("Save", ".modal-footer button").click();
    await until(() => one(".modal [role=alert]"), "error in the dialog");
    type("#fclk_day_end", "18:30");
    type("#fclk_day_note", "Bring safety boots");
    named("Save", ".modal-footer button").click();
    await until(() => isDraft(1) && isIdle(), "Tuesday drafted");
    await until(() => cell(1).textContent.includes("Bring safety boots"), "note shown");

    // Keyboard: copy Tuesday, paste it on Wednesday, undo that.
    cell(1).focus();
    press("c", true);
    press("ArrowRight");
    await until(() => document.activeElement === cell(2), "focus moved");
    press("v", true);
    await until(() => isDraft(2) && isIdle(), "Wednesday pasted");
    press("z", true);
    await until(() => !isDraft(2) && isIdle(), "paste undone");

    // Fill Tuesday to the right.
    cell(1).focus();
    press("d", true);
    await until(() => isDraft(6) && isIdle(), "filled right");

    const post = one(".o_fusion_clock_planner_post");
    if (post.textContent.trim() !== "Post (7)") {
        throw new Error(`button says ${post.textContent}`);
    }
    post.click();
    await until(() => one(".modal-body")?.textContent.includes("One person"), "confirmation");
    named("Post", ".modal-footer button").click();
    await until(
        () => cell(0).classList.contains("o_fusion_clock_cell_posted") && isIdle(),
        "posted"
    );
    await until(() => post.disabled, "nothing left to post");
}

story().then(
    () => console.log("test successful"),
    (error) => console.error(error.message)
);
