/* global luxon */
import { scrubUrl } from "@fusion_helpdesk/core/diagnostics";
import { browser } from "@web/core/browser/browser";
import { ConnectionAbortedError, rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const LIMITS = { errors: 20, failed_rpcs: 20, navigations: 10 };
const ENTRY_MAX = 500; // characters
const FRAMES = 5;
const SECRET_TEXT =
    /((?:token|key|password|secret|sig|hash|access)[\w-]*["']?\s*[:=]\s*["']?)[^\s"'&,;)}]+/gi;

/** @returns {string} text without the values of secret-looking names, short */
export function scrubText(text) {
    return scrubUrl(String(text)).replace(SECRET_TEXT, "$1***").slice(0, ENTRY_MAX);
}

/** @returns {string[]} the first frames of a stack, as the browser writes them */
export function getFrames(stack) {
    return String(stack || "")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => /^at |@/.test(line))
        .slice(0, FRAMES);
}

/** @returns {string[]} the innermost frames of a server's traceback, without folders and lines */
export function getServerFrames(debug) {
    const frames = String(debug || "").matchAll(/File "([^"]+)", line \d+, in (\S+)/g);
    return [...frames]
        .map(([, path, name]) => `${path.replace(/^.*\/(?=odoo\/|addons\/)/, "")} ${name}`)
        .slice(-FRAMES);
}

/** Line and column numbers, and the hash in a bundle's address, change with every release. */
export function getStableFrame(frame) {
    return frame
        .replace(/https?:\/\/[^/\s)]+/g, "")
        .replace(/\/web\/assets\/[^/]+\//g, "/web/assets/")
        .replace(/:\d+(:\d+)?/g, "");
}

/** @returns {Promise<string>} 64 hex digits that the same error has in every deployment */
export async function getFingerprint(type, frames) {
    if (!window.crypto.subtle) {
        return ""; // a page without TLS
    }
    const text = [type, ...frames.map(getStableFrame)].join("\n");
    const hash = await window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Ring buffers of strings, in memory: what went wrong on this page, never what was typed. */
export class Collector {
    constructor() {
        this.entries = { errors: [], failed_rpcs: [], navigations: [] };
        this.newest = null;
    }

    add(name, text) {
        const time = luxon.DateTime.now().toFormat("HH:mm:ss");
        const entries = this.entries[name];
        entries.push(`${time} ${scrubText(text)}`.slice(0, ENTRY_MAX));
        entries.splice(0, entries.length - LIMITS[name]);
    }

    addError(error) {
        while (error instanceof Error && error.cause) {
            error = error.cause;
        }
        const isServers = !!error?.exceptionName;
        const type = isServers ? error.exceptionName : error?.name || "Error";
        const frames = isServers ? getServerFrames(error.data?.debug) : getFrames(error?.stack);
        this.newest = { type, frames };
        const message = (isServers && error.data?.message) || error?.message || error;
        this.add("errors", [`${type}: ${message}`, ...frames].join(" | "));
    }

    addFailedRpc(url, params, error) {
        const route = scrubUrl(url).split("?")[0];
        const call = [params?.model, params?.method].filter(Boolean).join(".");
        this.add("failed_rpcs", [route, call, error?.exceptionName].filter(Boolean).join(" "));
    }

    /** @returns {Promise<Object>} what goes with a report */
    async collect() {
        const { newest } = this;
        return {
            errors: [...this.entries.errors],
            failed_rpcs: [...this.entries.failed_rpcs],
            navigations: [...this.entries.navigations],
            fingerprint: newest ? await getFingerprint(newest.type, newest.frames) : "",
        };
    }
}

export const collectorService = {
    start() {
        const collector = new Collector();
        browser.addEventListener("error", (ev) => {
            if (ev.error instanceof Error) {
                collector.addError(ev.error);
            }
        });
        browser.addEventListener("unhandledrejection", (ev) => collector.addError(ev.reason));
        const urls = new Map(); // the answer's event does not say where it went
        let last = "";
        rpcBus.addEventListener("RPC:REQUEST", ({ detail: { data, url } }) => {
            urls.set(data.id, url);
            const path = browser.location.pathname;
            if (path !== last) {
                last = path;
                collector.add("navigations", path);
            }
        });
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail: { data, error } }) => {
            if (error && !(error instanceof ConnectionAbortedError)) {
                collector.addFailedRpc(urls.get(data.id) || "", data.params, error);
            }
            urls.delete(data.id);
        });
        return collector;
    },
};

registry.category("services").add("fusion_helpdesk.collector", collectorService);
