// Steps the kiosk stories share; put in front of each story by test_kiosk_browser.py.
const root = document.querySelector(".o_fusion_clock_kiosk");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const state = () => root.dataset.state;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, condition) {
    for (let wait = 0; wait < 150; wait++) {
        if (await condition()) {
            return;
        }
        await sleep(100);
    }
    throw new Error(`waited for: ${what}; state ${state()}, ${document.body.innerText}`);
}
const reach = (name) => until(`state ${name}`, () => state() === name);

function press(action) {
    const panel = root.querySelector(`[data-panel="${state()}"]`);
    panel.querySelector(`[data-action="${action}"]:not([hidden])`).click();
}

function submit(form, name, value) {
    part(name).value = value;
    root.querySelector(`[data-form="${form}"]`).requestSubmit();
}

function expect(what, actual, wanted) {
    if (actual !== wanted) {
        throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
    }
}

function expectText(what, actual, pattern) {
    if (!pattern.test(actual)) {
        throw new Error(`${what}: ${JSON.stringify(actual)} does not match ${pattern}`);
    }
}

const readers = [];
window.NDEFReader = class extends EventTarget {
    async scan() {
        readers.push(this);
    }
};
function tap(serialNumber) {
    const ev = Object.assign(new Event("reading"), { serialNumber });
    readers.at(-1).dispatchEvent(ev);
}

function tell(story) {
    story().then(
        () => console.log("test successful"),
        (error) => console.error(error.message)
    );
}
