/* global odoo */
import { browser } from "@web/core/browser/browser";
import { parse } from "@web/core/network/download";
import { ConnectionLostError, makeErrorFromResponse, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { downloadReport } from "@web/webclient/actions/reports/utils";
import { getLastClick } from "./last_click";
import { showDocument } from "./open_dialog";

const REPORT_URL = "/fusion_pdf_preview/report";

/**
 * @param {Object} action of a report
 * @param {{ intercept: boolean, open_mode: "preview"|"download" }} [settings]
 * @param {boolean} isShift the click had Shift: download at once
 * @returns {boolean} whether the report is to be shown in the dialog
 */
export function wantsPreview(action, settings, isShift) {
    const choice = action.x_fc_pdf_preview || "default";
    const isAsked =
        choice === "always" || (choice === "default" && settings?.open_mode === "preview");
    return Boolean(
        action.report_type === "qweb-pdf" &&
        settings?.intercept &&
        isAsked &&
        !isShift &&
        !action.context?.fusion_no_preview
    );
}

/** Share the answer with Odoo's own path, which asks once per page load. */
async function canRender() {
    downloadReport.wkhtmltopdfStatusProm ||= rpc("/report/check_wkhtmltopdf");
    return ["ok", "upgrade"].includes(await downloadReport.wkhtmltopdfStatusProm);
}

async function fetchReport(env, action) {
    env.services.ui.block();
    try {
        const response = await postReport(action);
        const filename = parse(response.headers.get("Content-Disposition")).parameters.filename;
        const blob = await response.blob();
        return prepareDocument(action, blob, filename, response.headers.get("X-Fusion-Log-Id"));
    } finally {
        env.services.ui.unblock();
    }
}

async function postReport(action) {
    const body = new FormData();
    body.append("report_name", action.report_name);
    body.append("docids", JSON.stringify(action.context?.active_ids || []));
    body.append("data", JSON.stringify(action.data || {}));
    body.append("context", JSON.stringify({ ...user.context, ...action.context }));
    body.append("csrf_token", odoo.csrf_token);
    let response;
    try {
        response = await browser.fetch(REPORT_URL, { method: "POST", body });
    } catch {
        throw new ConnectionLostError(REPORT_URL);
    }
    if (!response.ok || !response.headers.get("X-Fusion-Log-Id")) {
        throw await readFault(response);
    }
    return response;
}

/** Odoo's JSON error, escaped in a page; a signed-out person is sent to the login page instead. */
async function readFault(response) {
    if (response.status === 502) {
        return new ConnectionLostError(REPORT_URL);
    }
    if (response.redirected) {
        const name = "odoo.http.SessionExpiredException";
        return makeErrorFromResponse({ code: 100, message: "", data: { name, message: "" } });
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    try {
        return makeErrorFromResponse(JSON.parse(page.body.textContent));
    } catch {
        const debug = `${response.status}\n${page.body.textContent}`;
        return makeErrorFromResponse({ code: response.status, message: "", data: { debug } });
    }
}

function prepareDocument(action, blob, filename, logId) {
    const url = URL.createObjectURL(blob);
    return {
        title: action.name || filename,
        url,
        downloadUrl: url,
        filename,
        size: blob.size,
        logId: Number(logId),
        release: () => URL.revokeObjectURL(url),
    };
}

/** @returns {Promise<boolean>} false leaves the report to Odoo's standard path */
export async function previewReport(action, options, env) {
    const { isShift } = getLastClick();
    if (!wantsPreview(action, session.fusion_pdf_preview, isShift) || !(await canRender())) {
        return false;
    }
    const ids = action.context?.active_ids || [];
    const key = JSON.stringify([action.report_name, ids, action.data || {}]);
    await showDocument(env, key, () => fetchReport(env, action));
    return true;
}

registry
    .category("ir.actions.report handlers")
    .add("fusion_pdf_preview", previewReport, { sequence: 50 });
