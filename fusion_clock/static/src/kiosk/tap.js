import { stationToken } from "./device";
import { ConnectionLost, call } from "./server";

const PROCESSING_AFTER_MS = 120;

/** A card at the reader: ask the server, show what it says, go back to idle. */
export class TapFlow {
    /** @param {Object} parts with `queue`, a TapQueue, or null where taps are not saved */
    constructor({ screen, config, camera, results, queue }) {
        Object.assign(this, { screen, config, camera, results, queue });
        this.waiting = null; // the next card, tapped while the last one is on its way
        this.lastSaved = {}; // when each card was last saved: one left on the reader is one tap
    }

    async tap(uid) {
        if (this.current) {
            if (uid !== this.current) {
                this.waiting = uid;
            }
            return;
        }
        this.current = uid;
        const slow = setTimeout(() => this.showProcessing(uid), PROCESSING_AFTER_MS);
        try {
            await this.clock(uid);
        } catch (error) {
            this.results.showFault(error);
        } finally {
            clearTimeout(slow);
        }
        this.current = null;
        this.tapWaiting();
    }

    async clock(uid) {
        const photo = this.config.takes_photos ? this.camera.grab() : null;
        const tap = { card_uid: uid, photo_b64: photo };
        if (!this.queue) {
            return this.showAnswer(await this.send(tap));
        }
        tap.client_uuid = crypto.randomUUID();
        tap.client_time = new Date().toISOString();
        if (await this.queue.length()) {
            return this.save(tap); // behind the others: the order of taps decides in and out
        }
        try {
            this.showAnswer(await this.send(tap));
        } catch (error) {
            if (!(error instanceof ConnectionLost)) {
                throw error;
            }
            await this.save(tap);
        }
    }

    send({ card_uid, photo_b64, client_uuid }) {
        const params = { card_uid, photo_b64, station_token: stationToken() };
        return call(this.config.routes.tap, client_uuid ? { ...params, client_uuid } : params);
    }

    /** Keep a tap for later. A required photo that is missing refuses it here as there. */
    async save(tap) {
        if (this.config.photo_required && !tap.photo_b64) {
            this.results.showError(this.config.texts.photo_required);
            return;
        }
        const now = Date.now();
        const rested = now - (this.lastSaved[tap.card_uid] || 0);
        this.lastSaved[tap.card_uid] = now;
        if (rested >= this.config.debounce_ms) {
            await this.queue.add(tap);
            this.results.showSaved();
        }
        this.queue.flush();
    }

    /** A card left on the reader is asked about again: its result stays on the screen meanwhile. */
    showProcessing(uid) {
        if (this.screen.state !== "result" || uid !== this.shownUid) {
            this.screen.show("processing");
        }
    }

    tapWaiting() {
        const uid = this.waiting;
        this.waiting = null;
        if (uid) {
            this.tap(uid);
        }
    }

    showAnswer(answer) {
        if (answer.error === "debounce") {
            // A card left on the reader: what is on the screen stays until its time is up.
            if (this.screen.state === "processing") {
                this.screen.show("idle");
            }
            return;
        }
        this.shownUid = answer.error ? null : this.current;
        this.results.showAnswer(answer);
    }
}
