/** No answer: no network, or a server that is down or restarting. */
export class Unreachable extends Error {}
/** The person must sign in again. */
export class SignedOut extends Error {}
/** There is no such visit for this person. */
export class Gone extends Error {}
/** The server failed; trying again may help. */
export class ServerFault extends Error {}

const SESSION_EXPIRED = 100;
const NOT_FOUND = 404;
const TIMEOUT_MS = 30000;

async function ask(url, options) {
    try {
        return await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
        throw new Unreachable(error.message);
    }
}

/** @returns {Promise<Object>} the route's answer */
export async function call(url, params = {}) {
    const answer = await ask(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", params }),
    });
    let body;
    try {
        body = await answer.json();
    } catch {
        throw new Unreachable(`HTTP ${answer.status}`);
    }
    if (!body.error) {
        return body.result;
    }
    if (body.error.code === SESSION_EXPIRED) {
        throw new SignedOut();
    }
    throw body.error.code === NOT_FOUND ? new Gone() : new ServerFault(body.error.message);
}

/**
 * @param {FormData} form
 * @returns {Promise<Object>} { status, body }; body is null when it is no JSON
 */
export async function upload(url, form) {
    const answer = await ask(url, { method: "POST", body: form });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/web/login")) {
        throw new SignedOut();
    }
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, body: isJson ? await answer.json() : null };
}
