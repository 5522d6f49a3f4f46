import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { showDocument } from "./open_dialog";

const REFUSED = "odoo.exceptions.AccessError";

/**
 * Client action: ask the server for the document, which checks and logs, and show it.
 *
 * @param {Object} env
 * @param {{ params: Object }} action see `ir.attachment.action_fusion_preview`
 * @param {{ onClose?: Function }} options
 */
async function openAttachment(env, { params = {} }, options = {}) {
    if (params.attachment_ids?.length) {
        await showDocument(env, `attachments,${params.attachment_ids}`, () =>
            fetchMany(env, params)
        );
    } else if (params.attachment_id) {
        await showDocument(env, `attachment,${params.attachment_id}`, () =>
            fetchAttachment(env, params)
        );
    }
    options.onClose?.();
}

async function fetchAttachment(env, params) {
    let answer;
    try {
        answer = await rpc("/fusion_pdf_preview/open", params);
    } catch (error) {
        if (error.exceptionName !== REFUSED) {
            throw error;
        }
        env.services.notification.add(error.data.message, { type: "danger" });
        return;
    }
    const { model_name: resModel, record_ids: resIds = [] } = params;
    return {
        title: params.title || answer.filename,
        url: answer.url,
        downloadUrl: answer.download_url,
        filename: answer.filename,
        size: answer.size,
        logId: answer.log_id,
        record: resModel && resIds.length === 1 ? { resModel, resId: resIds[0] } : undefined,
    };
}

/** The first one at once, each other when it is asked for: nothing is logged that nobody saw. */
async function fetchMany(env, { attachment_ids: ids, all_ids: allIds = ids }) {
    const fetchAt = (index) => fetchAttachment(env, { attachment_id: ids[index] });
    const document = await fetchAt(0);
    const several = {
        count: ids.length,
        fetchAt,
        getAllUrl: async () =>
            (await rpc("/fusion_pdf_preview/download_all", { attachment_ids: allIds })).url,
    };
    return document && { ...document, several };
}

registry.category("actions").add("fusion_pdf_preview.open_attachment", openAttachment);
