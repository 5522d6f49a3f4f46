import { PdfPreviewDialog } from "../components/pdf_preview_dialog/pdf_preview_dialog";
import { getLastClick } from "./last_click";

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
    env.services.dialog.add(PdfPreviewDialog, props, options);
}

function isOnScreen(env, { resModel, resId }) {
    const controller = env.services.action.currentController;
    const shownId = controller?.currentState?.resId ?? controller?.props?.resId;
    return controller?.props?.resModel === resModel && shownId === resId;
}
