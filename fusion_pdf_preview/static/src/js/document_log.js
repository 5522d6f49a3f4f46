import { rpc } from "@web/core/network/rpc";

const SESSION_EXPIRED = "odoo.http.SessionExpiredException";

/**
 * Log that an opened document is printed or downloaded. Tried twice, but for an expired session,
 * which Odoo's own dialog explains.
 *
 * @param {number} logId the row of the opening
 * @param {"print"|"download"} event
 * @throws {Error} not logged: the caller does not go on
 */
export async function logEvent(logId, event) {
    const send = () => rpc("/fusion_pdf_preview/event", { log_id: logId, event });
    try {
        await send();
    } catch (error) {
        if (isSessionExpired(error)) {
            throw error;
        }
        await send();
    }
}

/** @returns {boolean} whether Odoo itself tells the person what to do */
export function isSessionExpired(error) {
    return error.exceptionName === SESSION_EXPIRED;
}
