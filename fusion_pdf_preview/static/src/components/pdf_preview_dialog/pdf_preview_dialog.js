import {
    Component,
    onMounted,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
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
        close: Function,
    };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.modalRef = useChildRef();
        this.iframeRef = useRef("iframe");
        this.viewerUrl = getViewerUrl(this.props.url);
        this.canShare = isMobileOS() && Boolean(browser.navigator.canShare);
        this.state = useState({ phase: "loading", isSlow: false, isBusy: false });
        useExternalListener(document, "webviewerloaded", this.onViewerLoaded);
        onMounted(this.onMounted);
        onWillUnmount(() => browser.clearTimeout(this.slowTimer));
    }

    get isReady() {
        return this.state.phase === "ready";
    }

    get sizeText() {
        const megabytes = this.props.size / (1024 * 1024);
        return megabytes < 1
            ? _t("%s kB", humanNumber(Math.ceil(this.props.size / 1024)))
            : _t("%s MB", formatFloat(megabytes, { digits: [0, 1] }));
    }

    onMounted() {
        this.modalRef.el.setAttribute("aria-modal", "true");
        this.modalRef.el.setAttribute("aria-label", this.props.title);
        hidePDFJSButtons(this.iframeRef.el, { hideDownload: true, hidePrint: true });
        this.iframeRef.el.focus();
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
            const link = document.createElement("a");
            link.href = this.props.downloadUrl;
            link.download = this.props.filename;
            document.body.append(link);
            link.click();
            link.remove();
        });
    }

    onClickShare() {
        return this.doLogged("download", async () => {
            const blob = await (await browser.fetch(this.props.url)).blob();
            const file = new File([blob], this.props.filename, { type: "application/pdf" });
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
            await logEvent(this.props.logId, event);
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
        const { resModel, resId } = this.props.record;
        this.props.close();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}
