import { ConnectionLostError } from "@web/core/network/rpc";

const DATABASE = "fusion_tasks";
const STORE = "work";
const RETRY_MS = 15000;

function asPromise(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/**
 * What the technician did and the server does not know yet, in the order of its doing. An entry
 * leaves the device when the server did it, or when the technician gives a refused one up.
 */
export class WorkQueue {
    /**
     * @param {Function} send (entry) resolves with {ok, message, stop}
     * @param {Function} onChange (entries, answer) after every change
     */
    constructor({ userId, send, onChange }) {
        Object.assign(this, { userId, send, onChange });
        this.opening = this.open();
    }

    async open() {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => {
            request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
        };
        return await asPromise(request);
    }

    async run(mode, work) {
        const database = await this.opening;
        return await asPromise(work(database.transaction(STORE, mode).objectStore(STORE)));
    }

    /** A shared phone: everybody sees the own entries only. */
    async list() {
        const all = await this.run("readonly", (store) => store.getAll());
        return all.filter((entry) => entry.userId === this.userId);
    }

    async tell(answer = null) {
        this.onChange(await this.list(), answer);
    }

    async add(entry) {
        const at = new Date().toISOString().slice(0, 19).replace("T", " ");
        await this.run("readwrite", (store) =>
            store.add({ ...entry, at, userId: this.userId, refusal: "" })
        );
        await this.tell();
        await this.flush();
    }

    /** Do a refused entry all the same: the change that the server told of is now seen. */
    async insist(entry) {
        await this.put({ ...entry, seenStart: null, refusal: "" });
        await this.flush();
    }

    async discard(entry) {
        await this.run("readwrite", (store) => store.delete(entry.id));
        await this.tell();
        await this.flush();
    }

    async put(entry) {
        await this.run("readwrite", (store) => store.put(entry));
        await this.tell();
    }

    /** Send what waits, oldest first; a refused entry holds back the later ones of its task. */
    async flush() {
        if (this.sending) {
            this.again = true;
            return;
        }
        this.sending = true;
        clearTimeout(this.timer);
        try {
            do {
                this.again = false;
                await this.sendAll();
            } while (this.again);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.timer = setTimeout(() => this.flush(), RETRY_MS);
        } finally {
            this.sending = false;
        }
    }

    async sendAll() {
        const held = new Set();
        for (const entry of await this.list()) {
            if (entry.refusal || held.has(entry.taskId)) {
                held.add(entry.taskId);
                continue;
            }
            const answer = await this.send(entry);
            if (answer.ok) {
                await this.run("readwrite", (store) => store.delete(entry.id));
            } else {
                held.add(entry.taskId);
                await this.run("readwrite", (store) =>
                    store.put({ ...entry, refusal: answer.message })
                );
            }
            await this.tell(answer);
        }
    }

    stop() {
        clearTimeout(this.timer);
    }
}
