import { App } from "@odoo/owl";
import { getTemplate } from "@web/core/templates";
import { texts } from "./texts";
import { Workspace } from "./workspace";

function translate(text) {
    return texts[text] || text;
}

async function main() {
    const setup = JSON.parse(document.body.dataset.setup);
    Object.assign(texts, setup.texts);
    const visitId = Number(location.pathname.match(/\/my\/visit\/(\d+)/)[1]);
    const app = new App(Workspace, {
        props: { setup, visitId },
        getTemplate,
        translateFn: translate,
        translatableAttributes: ["aria-label", "title", "placeholder", "alt"],
    });
    await app.mount(document.body);
}

// Deferred, so the document is there; the bundle's templates come after its modules.
setTimeout(main);
