const VIEWER_URL = "/web/static/lib/pdfjs/web/viewer.html";

/**
 * @param {string} fileUrl address of the document, or an object URL
 * @returns {string} address of Odoo's own PDF.js viewer showing it
 */
export function getViewerUrl(fileUrl) {
    return `${VIEWER_URL}?file=${encodeURIComponent(fileUrl)}#pagemode=none`;
}

/**
 * Prepare a viewer that says "webviewerloaded", before it starts: no JavaScript of the document
 * is run, whatever the browser remembers as preferences.
 *
 * @param {Window} viewer window of the iframe
 * @param {{ onLoaded: Function, onError: Function, onEscape: Function }} handlers
 */
export async function prepareViewer(viewer, { onLoaded, onError, onEscape }) {
    const options = viewer.PDFViewerApplicationOptions;
    options.set("disablePreferences", true);
    options.set("enableScripting", false);
    viewer.addEventListener("unhandledrejection", (ev) => {
        if (ev.reason?.name === "InvalidPDFException") {
            ev.preventDefault(); // told by "documenterror" already
        }
    });
    const application = viewer.PDFViewerApplication;
    viewer.addEventListener("keydown", (ev) => {
        if (ev.key === "Escape" && !isViewerBusy(viewer)) {
            onEscape();
        }
    });
    await application.initializedPromise;
    application.eventBus.on("documentloaded", onLoaded);
    application.eventBus.on("documenterror", onError);
}

/** The viewer's own search bar, menu and dialogs take the first Escape. */
function isViewerBusy(viewer) {
    const { findBar, secondaryToolbar } = viewer.PDFViewerApplication;
    return Boolean(
        findBar?.opened || secondaryToolbar?.isOpen || viewer.document.querySelector("dialog[open]")
    );
}
