/* global odoo */
/* eslint no-unused-vars: off -- the stories follow this text */
// What the stories of test_preview_browser.py share. Runs in the web client's page.
const env = odoo.__WOWL_DEBUG__.root.env;
const prints = [];
const downloads = [];
const viewerOf = () => document.querySelector(".o_fusion_pdf_preview iframe")?.contentWindow;
const find = (selector) => document.querySelector(selector);
const press = (name) => find(`.o_fusion_pdf_preview_${name}`).click();
const openAction = (params) =>
    env.services.action.doAction({
        type: "ir.actions.client",
        tag: "fusion_pdf_preview.open_attachment",
        params,
    });

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

async function readWord() {
    await waitFor("the document", () => find("[data-phase='ready']"));
    await waitFor("the word", () =>
        viewerOf().document.querySelector(".textLayer")?.textContent.includes("Wheelchair")
    );
    viewerOf().print = () => prints.push("print");
}

const waitClosed = () => waitFor("the dialog to close", () => !find(".o_fusion_pdf_preview"));

document.addEventListener("webviewerloaded", ({ detail }) => {
    detail.source.console.error = () => {}; // PDF.js reports a broken file there
});
document.addEventListener("click", (ev) => {
    const link = ev.target.closest("a[download]");
    if (link) {
        ev.preventDefault();
        downloads.push(link.download);
    }
});

async function run(story) {
    try {
        await story();
        console.log("test successful");
    } catch (error) {
        console.error(error.message);
    }
}
