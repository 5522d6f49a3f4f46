import { fill, hoursText, timeText } from "./format";
import { ConnectionLost, call } from "./server";

const RESULT_MS = 3000;
const ERROR_MS = 4000;
const PROCESSING_AFTER_MS = 120;
const SIGNS = { clock_in: "→", clock_out: "←" };

/** A card at the reader: ask the server, show what it says, go back to idle. */
export class TapFlow {
    constructor({ screen, config, camera, sounds, onConnection }) {
        Object.assign(this, { screen, config, camera, sounds, onConnection });
        this.waiting = null; // the next card, tapped while the last one is on its way
        this.lostTaps = 0;
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
        const photo = this.config.takes_photos ? this.camera.grab() : null;
        try {
            const answer = await call(this.config.routes.tap, { card_uid: uid, photo_b64: photo });
            clearTimeout(slow);
            this.lostTaps = 0;
            this.onConnection(true);
            this.showAnswer(answer);
        } catch (error) {
            clearTimeout(slow);
            this.showFault(error);
        }
        this.current = null;
        this.tapWaiting();
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
        } else if (answer.error) {
            this.showError(answer.message, answer.error === "card_unknown" ? answer.card_uid : "");
        } else {
            this.showResult(answer);
        }
    }

    showResult(answer) {
        const { lang, texts } = this.config;
        const values = {
            time: timeText(answer.time, lang),
            hours: hoursText(answer.net_hours_today, lang),
        };
        this.screen.part("photo").src = answer.employee_avatar_url || this.config.no_photo_url;
        this.screen.text("sign", SIGNS[answer.action]);
        this.screen.text("name", answer.employee_name);
        this.screen.text("action", fill(texts[answer.action], values));
        const hours = answer.net_hours_today ? fill(texts.hours_today, values) : "";
        this.screen.text("hours", hours);
        const notes = (answer.notes || []).map((note) => {
            const item = document.createElement("li");
            item.textContent = note;
            return item;
        });
        this.screen.part("notes").replaceChildren(...notes);
        this.shownUid = this.current;
        this.sounds.play(answer.action);
        this.showFor("result", RESULT_MS);
    }

    showFault(error, backTo) {
        if (error instanceof ConnectionLost) {
            this.lostTaps += 1;
            this.onConnection(false);
            const { lost, still_lost } = this.config.texts;
            this.showError(this.lostTaps > 1 ? still_lost : lost, "", backTo);
        } else {
            this.showError(error.message, "", backTo);
        }
    }

    showError(message, unknownUid = "", backTo = "idle") {
        this.unknownUid = unknownUid;
        this.screen.text("error_text", message);
        this.screen.text("error_uid", unknownUid);
        this.screen.action("program_card").hidden = !unknownUid;
        this.sounds.play("error");
        this.showFor("error", ERROR_MS, backTo);
    }

    showFor(state, duration, backTo = "idle") {
        clearTimeout(this.timer);
        this.screen.show(state);
        this.timer = setTimeout(() => {
            if (this.screen.state === state) {
                this.screen.show(backTo);
            }
        }, duration);
    }
}
