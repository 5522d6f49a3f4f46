import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { getLastClick } from "./last_click";

const BUNDLE = "fusion_pdf_preview.assets_dialog";
const shownKeys = new Set();

/**
 * Show one document; asked again while it is shown or fetched, do nothing.
 *
 * @param {Object} env
 * @param {string} key what is one document, e.g. "attachment,7"
 * @param {() => Promise<Object|undefined>} fetchDocument gives the dialog's properties, and
 *     optionally `release`, called on close; nothing to show no dialog
 */
export async function showDocument(env, key, fetchDocument) {
    if (shownKeys.has(key)) {
        return;
    }
    shownKeys.add(key);
    const opener = getLastClick().element;
    let isShown = false;
    try {
        await loadBundle(BUNDLE); // first: a document is logged as opened once it is fetched
        const document = await fetchDocument();
        if (document) {
            isShown = true;
            addDialog(env, document, () => {
                shownKeys.delete(key);
                opener?.focus();
            });
        }
    } finally {
        if (!isShown) {
            shownKeys.delete(key);
        }
    }
}

function addDialog(env, { release, record, several, ...document }, onClose) {
    const options = {
        onClose: () => {
            release?.();
            onClose();
        },
    };
    const props = { document };
    if (record && !isOnScreen(env, record)) {
        document.record = record;
    }
    if (several) {
        props.several = several;
    }
    const dialog = registry.category("lazy_components").get("FusionPdfPreviewDialog");
    env.services.dialog.add(dialog, props, options);
}

function isOnScreen(env, { resModel, resId }) {
    const controller = env.services.action.currentController;
    const shownId = controller?.currentState?.resId ?? controller?.props?.resId;
    return controller?.props?.resModel === resModel && shownId === resId;
}
