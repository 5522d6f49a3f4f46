import {
    Component,
    onMounted,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useChildRef, useService } from "@web/core/utils/hooks";
import { formatFloat, humanNumber } from "@web/core/utils/numbers";
import { hidePDFJSButtons } from "@web/core/utils/pdfjs";
import { isSessionExpired, logEvent } from "../../js/document_log";
import { getViewerUrl, prepareViewer } from "../../js/viewer";

const SLOW_AFTER_MS = 3000;

export class PdfPreviewDialog extends Component {
    static template = "fusion_pdf_preview.PdfPreviewDialog";
    static components = { Dialog };
    static props = {
        document: {
            type: Object,
            shape: {
                title: String,
                url: String,
                downloadUrl: String,
                filename: String,
                size: Number, // bytes
                logId: Number,
                record: {
                    type: Object,
                    optional: true,
                    shape: { resModel: String, resId: Number },
                },
            },
        },
        several: {
            type: Object,
            optional: true,
            shape: { count: Number, fetchAt: Function, getAllUrl: Function },
        },
        close: Function,
    };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.modalRef = useChildRef();
        this.iframeRef = useRef("iframe");
        this.canShare = isMobileOS() && Boolean(browser.navigator.canShare);
        this.state = useState({
            document: this.props.document,
            index: 0,
            phase: "loading",
            isSlow: false,
            isBusy: false,
        });
        useExternalListener(document, "webviewerloaded", this.onViewerLoaded);
        onMounted(this.onMounted);
        useEffect(
            () => this.startViewer(),
            () => [this.state.document]
        );
        onWillUnmount(() => browser.clearTimeout(this.slowTimer));
    }

    get viewerUrl() {
        return getViewerUrl(this.state.document.url);
    }

    get isReady() {
        return this.state.phase === "ready";
    }

    get sizeText() {
        const megabytes = this.state.document.size / (1024 * 1024);
        return megabytes < 1
            ? _t("%s kB", humanNumber(Math.ceil(this.state.document.size / 1024)))
            : _t("%s MB", formatFloat(megabytes, { digits: [0, 1] }));
    }

    onMounted() {
        this.modalRef.el.setAttribute("aria-modal", "true");
    }

    startViewer() {
        this.modalRef.el.setAttribute("aria-label", this.state.document.title);
        hidePDFJSButtons(this.iframeRef.el, { hideDownload: true, hidePrint: true });
        this.iframeRef.el.focus();
        browser.clearTimeout(this.slowTimer);
        this.slowTimer = browser.setTimeout(() => (this.state.isSlow = true), SLOW_AFTER_MS);
    }

    onViewerLoaded({ detail }) {
        if (detail.source === this.iframeRef.el?.contentWindow) {
            prepareViewer(detail.source, {
                onLoaded: () => this.onDocumentLoaded(),
                onError: () => (this.state.phase = "broken"),
                onEscape: () => this.props.close(),
            });
        }
    }

    onDocumentLoaded() {
        this.state.phase = "ready";
        const { activeElement } = document;
        if (activeElement === document.body || this.modalRef.el?.contains(activeElement)) {
            this.iframeRef.el?.focus();
        }
    }

    onClickPrint() {
        return this.doLogged("print", () => this.iframeRef.el.contentWindow.print());
    }

    onClickDownload() {
        return this.doLogged("download", () => {
            this.followLink(this.state.document.downloadUrl, this.state.document.filename);
        });
    }

    followLink(href, name) {
        const link = document.createElement("a");
        link.href = href;
        link.download = name;
        document.body.append(link);
        link.click();
        link.remove();
    }

    /** @param {number} step 1 for the next document, -1 for the previous one */
    async onClickStep(step) {
        this.state.isBusy = true;
        try {
            const index = this.state.index + step;
            const document = await this.props.several.fetchAt(index);
            if (document) {
                Object.assign(this.state, { document, index, phase: "loading", isSlow: false });
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    async onClickDownloadAll() {
        this.state.isBusy = true;
        try {
            this.followLink(await this.props.several.getAllUrl(), "documents.zip");
        } finally {
            this.state.isBusy = false;
        }
    }

    onClickShare() {
        return this.doLogged("download", async () => {
            const blob = await (await browser.fetch(this.state.document.url)).blob();
            const file = new File([blob], this.state.document.filename, {
                type: "application/pdf",
            });
            // The person closing the phone's sheet is no fault.
            await browser.navigator.share({ files: [file] }).catch(() => {});
        });
    }

    /** No unlogged copy leaves through the dialog. */
    async doLogged(event, work) {
        this.state.isBusy = true;
        try {
            if (await this.isLogged(event)) {
                await work();
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    async isLogged(event) {
        try {
            await logEvent(this.state.document.logId, event);
            return true;
        } catch (error) {
            if (isSessionExpired(error)) {
                throw error;
            }
            this.notification.add(
                _t("This could not be logged, so nothing was printed or downloaded. Try again."),
                { type: "warning" }
            );
            return false;
        }
    }

    async onClickOpenRecord() {
        const { resModel, resId } = this.state.document.record;
        this.props.close();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("lazy_components").add("FusionPdfPreviewDialog", PdfPreviewDialog);
