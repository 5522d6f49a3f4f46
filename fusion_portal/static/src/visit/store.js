/**
 * What the tablet keeps: changes and photos that the server does not know yet, and the last answer
 * of each visit. Everything is keyed by user: somebody else on this tablet sees nothing of it.
 */
const DATABASE = "fusion_visit";
const STORES = { ops: "seq", photos: "seq", snapshots: null };

function asPromise(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/** In place of IndexedDB where a browser denies it: nothing survives a reload. */
class Memory {
    isMemory = true;
    rows = { ops: new Map(), photos: new Map(), snapshots: new Map() };

    async put(store, row) {
        this.rows[store].set(JSON.stringify(keyOf(store, row)), row);
    }
    async putAll(store, rows) {
        for (const row of rows) {
            await this.put(store, row);
        }
    }
    async remove(store, row) {
        this.rows[store].delete(JSON.stringify(keyOf(store, row)));
    }
    async list(store, userId, visitId) {
        return [...this.rows[store].values()].filter(
            (row) => row.user_id === userId && row.visit_id === visitId
        );
    }
    async listAll(store) {
        return [...this.rows[store].values()];
    }
    async clear() {
        Object.values(this.rows).forEach((rows) => rows.clear());
    }
}

function keyOf(store, row) {
    const last = STORES[store];
    return [row.user_id, row.visit_id, ...(last ? [row[last]] : [])];
}

class Database {
    isMemory = false;

    constructor(database) {
        this.database = database;
    }

    /** Resolves once it is on the disk, not merely asked for. */
    async change(store, work) {
        const transaction = this.database.transaction(store, "readwrite");
        work(transaction.objectStore(store));
        await new Promise((resolve, reject) => {
            transaction.oncomplete = resolve;
            transaction.onabort = () => reject(transaction.error);
        });
    }
    async put(store, row) {
        await this.change(store, (rows) => rows.put(row));
    }
    async putAll(store, list) {
        await this.change(store, (rows) => list.forEach((row) => rows.put(row)));
    }
    async remove(store, row) {
        await this.change(store, (rows) => rows.delete(keyOf(store, row)));
    }
    async listAll(store) {
        const rows = this.database.transaction(store, "readonly").objectStore(store);
        return await asPromise(rows.getAll());
    }
    async list(store, userId, visitId) {
        const rows = this.database.transaction(store, "readonly").objectStore(store);
        const range = IDBKeyRange.bound([userId, visitId], [userId, visitId, []]);
        return await asPromise(rows.getAll(range));
    }
    async clear() {
        for (const store of Object.keys(STORES)) {
            await this.change(store, (rows) => rows.clear());
        }
    }
}

export async function openStore() {
    try {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => {
            for (const [name, last] of Object.entries(STORES)) {
                request.result.createObjectStore(name, {
                    keyPath: ["user_id", "visit_id", ...(last ? [last] : [])],
                });
            }
        };
        return new Database(await asPromise(request));
    } catch {
        return new Memory();
    }
}
