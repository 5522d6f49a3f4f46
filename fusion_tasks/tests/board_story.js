// Run in the browser. Drag Bob's job onto Ann's job and see it refused; then drag it beside.
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
const block = (text) =>
    [...document.querySelectorAll("[data-lane] .o_fusion_tasks_block")].find((item) =>
        item.textContent.includes(text)
    );
const lane = (name) =>
    [...document.querySelectorAll(".o_fusion_tasks_lane")]
        .find((row) => row.textContent.startsWith(name))
        .querySelector("[data-lane]");
const fire = (target, type, x, y) =>
    target.dispatchEvent(
        new PointerEvent(type, { bubbles: true, button: 0, clientX: x, clientY: y })
    );
const ghost = () => document.querySelector(".o_fusion_tasks_ghost");

/** Drag the left edge of a block to an hour of somebody's lane; stop above it. */
async function drag(text, name, hour) {
    const item = block(text);
    const from = item.getBoundingClientRect();
    const y = from.top + from.height / 2;
    fire(item, "pointerdown", from.left + 2, y);
    fire(window, "pointermove", from.left + 30, y);
    const box = lane(name).getBoundingClientRect();
    const to = { x: box.left + ((hour - 7) / 12) * box.width + 2, y: box.top + box.height / 2 };
    fire(window, "pointermove", to.x, to.y);
    await wait(() => ghost()?.dataset.verdict);
    return to;
}

async function story() {
    (await wait(() => document.querySelector("[aria-label=Later]"))).click();
    await wait(() => block("Ann at nine") && block("Bob at nine"));
    const [off, on] = [block("Ann on leave"), block("Ann at nine")];
    const [red, green] = getComputedStyle(off).borderLeftColor.match(/\d+/g).map(Number);
    if (!off.textContent.includes("Off work") || red < 2 * green) {
        throw new Error("a job on a day off is not red");
    }
    if (on.textContent.includes("Off work")) {
        throw new Error("a job within working hours warns");
    }
    let to = await drag("Bob at nine", "Ann", 9);
    await wait(() => ghost().dataset.verdict === "refused");
    fire(window, "pointerup", to.x, to.y);
    const told = await wait(() => document.querySelector(".o_notification"));
    if (!told.textContent.includes("Another job was just booked")) {
        throw new Error(told.textContent);
    }
    await wait(() => lane("Bob").contains(block("Bob at nine")));
    to = await drag("Bob at nine", "Ann", 14);
    await wait(() => ghost().dataset.verdict === "free");
    fire(window, "pointerup", to.x, to.y);
    await wait(() => lane("Ann").contains(block("Bob at nine")));
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }));
    await wait(() => lane("Bob").contains(block("Bob at nine")));
    block("Bob at nine").dispatchEvent(
        new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true })
    );
    await wait(
        () =>
            lane("Bob").contains(block("Bob at nine")) &&
            block("Bob at nine").textContent.includes("9:15")
    );
    console.log("test successful");
}
story().catch((error) => console.error(error.message));
