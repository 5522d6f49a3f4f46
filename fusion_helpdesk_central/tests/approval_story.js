// An agent asks an owner: the dialog opens before the summary is there, and can be used meanwhile.
function until(test, what) {
    return new Promise((resolve, reject) => {
        const start = Date.now();
        (function look() {
            const found = test();
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
const shown = (selector) => one(selector)?.offsetParent && one(selector);
const BRIEF = ".modal div[name=ai_summary] textarea";
const NOTE = ".modal div[name=personal_note] input";

(async () => {
    one("button[name=action_request_owner_approval]:not([disabled])").click();
    await until(() => shown(".modal .fa-spin"), "the progress line");
    one(NOTE).value = "As we said";
    one(NOTE).dispatchEvent(new Event("input", { bubbles: true }));
    one(NOTE).dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => one(BRIEF)?.value === "- Brief", "the summary");
    await until(() => !shown(".modal .fa-spin"), "the end of the wait");
    if (one(NOTE).value !== "As we said") {
        throw new Error("what was typed is gone");
    }
    one(".modal button[name=action_send]").click();
    await until(() => !one(".modal"), "the dialog to close");
    await until(() => shown("div[name=fc_pill] .text-bg-warning"), "the pill");
    await until(() => shown("button[name=action_withdraw_engagement]"), "the other buttons");
    console.log("test successful");
})().catch((error) => console.error(error.message));
