import { call, Gone, ServerFault, SignedOut, Unreachable, upload } from "./server";
import { _t } from "./texts";

const BATCH = 50;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60000;
const AFTER_DAYS = 7;
const DAY_MS = 86400000;

export const newKey = () =>
    crypto.randomUUID?.() ||
    [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16)).join("");

/**
 * What was done on the tablet and the server does not know yet, in the order of its doing. An entry
 * leaves the tablet when the server has answered for it; its key makes a second sending harmless.
 */
export class Sync {
    /**
     * @param {Object} options
     * @param {Object} options.store see store.js
     * @param {Function} options.onChange called after every change of entries, state or status
     */
    constructor({ store, userId, visitId, csrfToken, onChange }) {
        Object.assign(this, { store, userId, visitId, csrfToken, onChange });
        this.entries = [];
        this.photos = [];
        this.state = null;
        this.status = "loading";
        this.wait = FIRST_RETRY_MS;
        this.lastSeq = 0;
    }

    get url() {
        return `/my/visit/${this.visitId}`;
    }

    /** Open from what the tablet kept; the server comes afterwards. */
    async start() {
        this.entries = await this.store.list("ops", this.userId, this.visitId);
        this.photos = await this.store.list("photos", this.userId, this.visitId);
        const [kept] = await this.store.list("snapshots", this.userId, this.visitId);
        this.state = kept?.state || null;
        this.lastSeq = Math.max(0, ...[...this.entries, ...this.photos].map((row) => row.seq));
        this.tell();
        await this.flush();
    }

    tell(status) {
        this.status = status || this.status;
        this.onChange();
    }

    // -- What the person does ---------------------------------------------------------------------

    row(values) {
        this.lastSeq = Math.max(this.lastSeq + 1, Date.now());
        return {
            user_id: this.userId,
            visit_id: this.visitId,
            seq: this.lastSeq,
            at: Date.now(),
            tries: 0,
            refusal: "",
            conflicts: null,
            ...values,
        };
    }

    /** Keep a change on the tablet, then send it. A newer value replaces one never tried. */
    async addOp(op) {
        const [name] = Object.keys(op.values || {});
        const last = this.entries.findLast(
            (entry) => entry.op && entry.op.target === op.target && entry.op.ref === op.ref
        );
        const isSame =
            op.type === "update" &&
            last?.op.type === "update" &&
            !last.tries &&
            Object.keys(op.values).length === 1 &&
            name in last.op.values;
        let entry = last;
        if (isSame) {
            last.op.values[name] = op.values[name];
        } else {
            entry = this.row({ work: "op", op: { uuid: newKey(), ...op } });
            this.entries.push(entry);
        }
        this.tell("saving");
        await this.store.put("ops", structuredClone(entry));
        this.flush();
    }

    async add(work, values) {
        const entry = this.row({ work, ...values });
        this.entries.push(entry);
        this.tell("saving");
        await this.store.put("ops", entry);
        await this.flush();
    }

    async addPhoto(values) {
        const photo = this.row({ client_uuid: newKey(), ...values });
        this.photos.push(photo);
        this.tell("saving");
        await this.store.put("photos", photo);
        this.flush();
    }

    async discard(entry, store = "ops") {
        await this.store.remove(store, entry);
        this.entries = this.entries.filter((one) => one !== entry);
        this.photos = this.photos.filter((one) => one !== entry);
        this.tell();
        await this.flush();
    }

    /** Of two values of one field, this one counts. */
    async resolve(entry, name, isMine, rev) {
        const { target, ref } = entry.op;
        const mine = entry.conflicts[name].mine;
        this.tell(isMine ? "saving" : this.status);
        delete entry.conflicts[name];
        if (Object.keys(entry.conflicts).length) {
            await this.store.put("ops", structuredClone(entry));
        } else {
            await this.store.remove("ops", entry);
            this.entries = this.entries.filter((one) => one !== entry);
        }
        if (isMine) {
            await this.addOp({
                type: "update",
                target,
                ref,
                values: { [name]: mine },
                base_rev: rev,
            });
        }
        this.tell();
    }

    // -- What is shown ----------------------------------------------------------------------------

    isWaiting(entry) {
        return !entry.refusal && !entry.conflicts;
    }
    get waiting() {
        return this.entries.filter((entry) => this.isWaiting(entry));
    }
    get waitingPhotos() {
        return this.photos.filter((photo) => this.isWaiting(photo));
    }
    get waitingOps() {
        return this.waiting.filter((entry) => entry.op).map((entry) => entry.op);
    }
    get count() {
        return this.waiting.length + this.waitingPhotos.length;
    }
    get refused() {
        return [...this.entries, ...this.photos].filter((entry) => entry.refusal);
    }
    get conflicts() {
        return this.entries.filter((entry) => entry.conflicts);
    }
    /** Kept for a week: the person is asked before they are thrown away. */
    get old() {
        const limit = Date.now() - AFTER_DAYS * DAY_MS;
        return [...this.entries, ...this.photos].filter((entry) => entry.at < limit);
    }

    // -- Sending ----------------------------------------------------------------------------------

    /** Send what waits, oldest first, once at a time; then ask how things stand. */
    async flush() {
        if (this.isSending) {
            this.isAsked = true;
            return;
        }
        this.isSending = true;
        clearTimeout(this.timer);
        try {
            do {
                this.isAsked = false;
                await this.sendAll();
            } while (this.isAsked);
            this.wait = FIRST_RETRY_MS;
            this.tell(this.count ? "saving" : "saved");
        } catch (error) {
            this.fail(error);
        } finally {
            this.isSending = false;
        }
    }

    fail(error) {
        if (error instanceof SignedOut) {
            this.tell("signed_out");
            return;
        }
        if (error instanceof Gone) {
            this.tell("gone");
            return;
        }
        if (!(error instanceof Unreachable || error instanceof ServerFault)) {
            this.tell("fault");
            throw error;
        }
        this.tell(error instanceof Unreachable ? "offline" : "fault");
        this.timer = setTimeout(() => this.flush(), this.wait);
        this.wait = Math.min(2 * this.wait, LONGEST_RETRY_MS);
    }

    async sendAll() {
        let hasState = false;
        while (this.waiting.length) {
            const [first] = this.waiting;
            if (first.work === "op") {
                hasState = await this.sendOps();
            } else {
                await this.sendPhotos();
                await this[first.work === "sign" ? "sendSignature" : "sendCompletion"](first);
                hasState = false;
            }
        }
        if (await this.sendPhotos()) {
            hasState = false;
        }
        if (!hasState) {
            await this.refresh();
        }
    }

    async refresh() {
        await this.keep(await call(`${this.url}/state`));
    }

    async keep(state) {
        this.csrfToken = state.csrf_token;
        this.state = state;
        this.tell();
        const row = { user_id: this.userId, visit_id: this.visitId, state, at: Date.now() };
        if (state.visit.state === "done" && !this.count) {
            await this.store.remove("snapshots", row); // over: nothing of it stays on the tablet
        } else {
            await this.store.put("snapshots", row);
        }
    }

    async sendOps() {
        const batch = [];
        for (const entry of this.waiting) {
            if (entry.work !== "op" || batch.length === BATCH) {
                break;
            }
            batch.push(entry);
        }
        // Written before it is sent: an answer that is lost must not let a newer value reuse the key.
        batch.forEach((entry) => (entry.tries += 1));
        await this.store.putAll("ops", structuredClone(batch));
        this.tell("saving");
        const answer = await call(`${this.url}/sync`, {
            ops: batch.map((entry) => structuredClone(entry.op)),
            with_state: true,
        });
        if (answer.error) {
            throw new ServerFault(answer.error.message);
        }
        const changed = [];
        for (const [place, result] of answer.results.entries()) {
            this.settle(batch[place], result, changed);
        }
        this.entries = this.entries.filter((entry) => !entry.isDone);
        await this.keep(answer.state);
        for (const entry of batch.filter((one) => one.isDone)) {
            await this.store.remove("ops", entry);
        }
        const left = changed.filter((entry) => !entry.isDone);
        await this.store.putAll("ops", structuredClone(left));
        return true;
    }

    settle(entry, result, changed) {
        if (result.status === "error") {
            entry.refusal = result.message;
            entry.code = result.error;
            changed.push(entry);
            return;
        }
        const names = Object.keys(entry.op.values || {});
        for (const later of this.entries) {
            const isSame =
                later !== entry &&
                later.op?.target === entry.op.target &&
                later.op.ref === entry.op.ref &&
                Object.keys(later.op.values || {}).every((name) => names.includes(name));
            // Typed after this one on this very tablet: it knows this change.
            if (isSame && this.isWaiting(later)) {
                later.op.base_rev = Math.max(later.op.base_rev || 0, result.rev);
                changed.push(later);
            }
        }
        if (Object.keys(result.conflicts).length) {
            entry.conflicts = result.conflicts;
            changed.push(entry);
        } else {
            entry.isDone = true;
        }
    }

    findItem(ref) {
        return this.state?.items.find((item) => item.client_uuid === ref || item.id === ref);
    }

    async sendSignature(entry) {
        const item = this.findItem(entry.ref) || (await this.refresh(), this.findItem(entry.ref));
        const answer = item
            ? await call(`${this.url}/item/${item.id}/sign`, entry.signature)
            : { error: { message: _t("This item is no longer there.") } };
        await this.finish(entry, answer);
    }

    /** Where the answer was lost, the server says itself that the visit is done. */
    async sendCompletion(entry) {
        const answer = await call(`${this.url}/complete`);
        this.missing = answer.missing || [];
        const texts = this.missing.map((gap) => gap.message);
        if (answer.missing) {
            answer.error.message = texts.join(" ");
        }
        await this.finish(entry, answer, Boolean(answer.missing));
        if (answer.ok) {
            await this.refresh();
        }
    }

    async finish(entry, answer, isAnswered = false) {
        if (answer.error && !isAnswered) {
            entry.refusal = answer.error.message;
            await this.store.put("ops", structuredClone(entry));
        } else {
            this.entries = this.entries.filter((one) => one !== entry);
            await this.store.remove("ops", entry);
        }
        this.tell();
    }

    /** @returns {Promise<boolean>} whether one was sent */
    async sendPhotos() {
        let isSent = false;
        for (const photo of this.waitingPhotos) {
            const item = photo.ref && this.findItem(photo.ref);
            if (photo.ref && !item) {
                await this.leavePhoto(photo);
                continue;
            }
            await this.sendPhoto(photo, item);
            isSent = true;
        }
        return isSent;
    }

    /** Its item is not there: not yet, or never, when the server refused it. */
    async leavePhoto(photo) {
        if (!this.waitingOps.some((op) => op.type === "create" && op.ref === photo.ref)) {
            photo.refusal = _t("This item is no longer there.");
            await this.store.put("photos", { ...photo });
        }
    }

    async sendPhoto(photo, item) {
        let answer = await this.postPhoto(photo, item);
        if (answer.status === 400 && !answer.body) {
            await this.refresh(); // the token was of an earlier session
            answer = await this.postPhoto(photo, item);
        }
        if (answer.status === 200 && answer.body?.id) {
            await this.store.remove("photos", photo);
            this.photos = this.photos.filter((one) => one !== photo);
        } else if (answer.body?.error) {
            photo.refusal = answer.body.error.message;
            await this.store.put("photos", { ...photo });
        } else if (answer.status === 413) {
            photo.refusal = _t("The photo is too large.");
            await this.store.put("photos", { ...photo });
        } else if (answer.status === 404) {
            throw new Gone();
        } else {
            throw new Unreachable(`HTTP ${answer.status}`);
        }
        this.tell();
    }

    async postPhoto(photo, item) {
        const form = new FormData();
        form.append("csrf_token", this.csrfToken);
        form.append("client_uuid", photo.client_uuid);
        form.append("file", photo.blob, "photo.jpg");
        form.append("taken_at", new Date(photo.at).toISOString().slice(0, 19));
        form.append("slot", photo.slot || "");
        if (item) {
            form.append("kind", item.kind);
            form.append("item_id", item.id);
        }
        return await upload(`${this.url}/photo`, form);
    }

    stop() {
        clearTimeout(this.timer);
    }
}
