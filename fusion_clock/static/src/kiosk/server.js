const TIMEOUT_MS = 10000;
const SESSION_EXPIRED = 100;

/** The server was not reached, or what answered is not our server. */
export class ConnectionLost extends Error {}

/** The server refused the call: `message` is for the person at the tablet. */
export class ServerRefused extends Error {}

/**
 * Call one of the kiosk's JSON-RPC routes.
 *
 * @param {string} route
 * @param {Object} params
 * @returns {Promise<Object>} the route's answer
 * @throws {ConnectionLost|ServerRefused}
 */
export async function call(route, params = {}) {
    const answer = await post(route, params);
    if (!answer.error) {
        return answer.result;
    }
    if (answer.error.code === SESSION_EXPIRED) {
        // The login page brings the tablet back here once somebody has signed it in.
        location.href = `/web/login?redirect=${encodeURIComponent(location.pathname)}`;
    }
    throw new ServerRefused(answer.error.data?.message || answer.error.message);
}

async function post(route, params) {
    try {
        const response = await fetch(route, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ jsonrpc: "2.0", method: "call", id: Date.now(), params }),
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (!response.ok) {
            throw new ConnectionLost(`HTTP ${response.status}`);
        }
        return await response.json();
    } catch (error) {
        throw error instanceof ConnectionLost ? error : new ConnectionLost(error.message);
    }
}
