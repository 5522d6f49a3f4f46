import { call } from "./server";

const DATABASE = "fusion_clock";
const STORE = "taps";
const BATCH = 200; // the server takes no more in one call
const RETRY_MS = 20000;

function asPromise(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/** @returns {string} now, as the server writes times: UTC */
function nowText() {
    return new Date().toISOString();
}

/**
 * Taps that wait on the tablet for the connection, in the order of their making. A tap leaves the
 * queue only when the server has answered for it; its id makes a second sending harmless.
 */
export class TapQueue {
    constructor({ route, onLength, onRevoked, stationToken }) {
        Object.assign(this, { route, onLength, onRevoked, stationToken });
        this.opening = this.open();
    }

    async open() {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => {
            // The key counts up for ever, also over emptied queues: it is the order of the taps.
            request.result.createObjectStore(STORE, { keyPath: "counter", autoIncrement: true });
        };
        return await asPromise(request);
    }

    async store(mode) {
        const database = await this.opening;
        return database.transaction(STORE, mode).objectStore(STORE);
    }

    async length() {
        return await asPromise((await this.store("readonly")).count());
    }

    /** @param {Object} tap { client_uuid, card_uid, photo_b64 }; kept once this resolves */
    async add(tap) {
        const store = await this.store("readwrite");
        const kept = asPromise(store.add({ ...tap, client_time: tap.client_time || nowText() }));
        await kept;
        await new Promise((resolve, reject) => {
            store.transaction.oncomplete = resolve;
            store.transaction.onabort = () => reject(store.transaction.error);
        });
        await this.tell();
    }

    async tell() {
        this.onLength(await this.length());
    }

    /** Send what waits, oldest first; called again and again, it runs once at a time. */
    async flush() {
        if (this.sending) {
            return;
        }
        this.sending = true;
        clearTimeout(this.timer);
        try {
            while (await this.sendBatch()) {
                // the next two hundred
            }
        } catch {
            // Not reached or not understood: everything stays, and is tried again.
            this.timer = setTimeout(() => this.flush(), RETRY_MS);
        } finally {
            this.sending = false;
        }
        await this.tell();
    }

    /** @returns {Promise<boolean>} whether more may be waiting */
    async sendBatch() {
        const taps = await asPromise((await this.store("readonly")).getAll(null, BATCH));
        if (!taps.length) {
            return false;
        }
        const answer = await call(this.route, {
            taps,
            client_now: nowText(),
            station_token: this.stationToken(),
        });
        if (answer.error) {
            if (answer.error === "station_revoked") {
                this.onRevoked(answer.message);
            }
            return false;
        }
        const done = taps.filter((_tap, index) => answer.results[index]?.status !== "retry");
        const store = await this.store("readwrite");
        await Promise.all(done.map((tap) => asPromise(store.delete(tap.counter))));
        await this.tell();
        return done.length === taps.length;
    }
}
