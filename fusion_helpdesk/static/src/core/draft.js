import { browser } from "@web/core/browser/browser";

const KEEP_MS = 7 * 24 * 3600 * 1000;

/** @returns {string} a key that makes sending twice harmless */
export function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Typed text, kept in this browser until the server has it; one per user and database. */
export class Draft {
    constructor(db, uid, part) {
        this.key = `fusion_helpdesk.draft.${db}.${uid}.${part}`;
    }

    /** @returns {Object|null} what was typed within the last 7 days */
    read() {
        try {
            const { at, values } = JSON.parse(browser.localStorage.getItem(this.key));
            return Date.now() - at < KEEP_MS ? values : null;
        } catch {
            return null; // nothing there, or not ours
        }
    }

    write(values) {
        try {
            browser.localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), values }));
        } catch {
            return; // a full or closed storage costs the comfort only
        }
    }

    clear() {
        browser.localStorage.removeItem(this.key);
    }
}
