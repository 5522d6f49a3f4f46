// Run in the browser at 390 px: from On my way to Complete, with a dead spot in between.
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
const stop = () => document.querySelector(".o_fusion_tasks_stop");
const button = (text) =>
    [...document.querySelectorAll(".o_fusion_tasks_my_day button")].find(
        (item) => item.textContent.trim() === text
    );
const press = async (text) => (await wait(() => button(text))).click();
const says = (text) => document.querySelector(".o_fusion_tasks_my_day").textContent.includes(text);

async function story() {
    await wait(stop);
    for (const item of document.querySelectorAll(".o_fusion_tasks_actions .btn")) {
        if (item.getBoundingClientRect().height < 44) {
            throw new Error(`${item.textContent} is too small for a finger`);
        }
    }
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error("the page is wider than the phone");
    }
    await press("On my way");
    // Gone from the phone and told: until it is stored there, nothing says that it waits.
    await wait(() => !button("On my way") && !says("wait for the connection"));
    // The web client's calls go through XMLHttpRequest; those of the page now find no network.
    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
        this.isOurs = url.includes("fusion.technician.task");
        return open.call(this, method, url, ...rest);
    };
    XMLHttpRequest.prototype.send = function (...body) {
        if (!this.isOurs) {
            return send.apply(this, body);
        }
        setTimeout(() => this.dispatchEvent(new ProgressEvent("error")));
    };
    await press("Start Work");
    await press("Note");
    const area = await wait(() => document.querySelector("textarea"));
    area.value = "New belt";
    area.dispatchEvent(new Event("input"));
    await press("Save the note");
    await press("Complete");
    await wait(() => says("3 actions wait for the connection."));
    Object.assign(XMLHttpRequest.prototype, { open, send });
    window.dispatchEvent(new Event("online"));
    await wait(() => !says("wait for the connection"));
    await wait(() => says("Completed"));
    console.log("test successful");
}
story().catch((error) => console.error(error.message));
