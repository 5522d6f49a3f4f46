import { normalizeUid } from "./uid";

const FIRST_RETRY_MS = 1000;
const NEXT_RETRY_MS = 5000;

/** Web NFC (https://w3c.github.io/web-nfc/), kept running: `onCard(uid)` for each card. */
export class CardReader {
    constructor({ onCard, onState }) {
        this.onCard = onCard;
        this.onState = onState; // called with true while cards can be read
        this.failures = 0;
    }

    static get isSupported() {
        return "NDEFReader" in window;
    }

    /** @returns {Promise<boolean>} whether cards can be read now */
    async start() {
        if (!CardReader.isSupported) {
            this.onState(false);
            return false;
        }
        this.abort?.abort();
        this.abort = new AbortController();
        try {
            const reader = new window.NDEFReader();
            reader.addEventListener("reading", (ev) => this.read(ev.serialNumber));
            reader.addEventListener("readingerror", (ev) => this.read(ev.serialNumber));
            await reader.scan({ signal: this.abort.signal });
        } catch {
            this.retryLater();
            return false;
        }
        this.failures = 0;
        this.onState(true);
        return true;
    }

    read(serialNumber) {
        // Access cards hold no NDEF data: their reading is an "error" that still names the card.
        const uid = normalizeUid(serialNumber);
        if (uid) {
            this.onCard(uid);
        }
    }

    retryLater() {
        this.onState(false);
        const wait = this.failures ? NEXT_RETRY_MS : FIRST_RETRY_MS;
        this.failures += 1;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.start(), wait);
    }
}
