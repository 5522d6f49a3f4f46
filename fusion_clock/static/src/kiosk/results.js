import { fill, hoursText, timeText } from "./format";
import { ConnectionLost } from "./server";

const RESULT_MS = 3000;
const ERROR_MS = 4000;
const SIGNS = { clock_in: "→", clock_out: "←" };

/** Show what the server said about a clocking, for a few seconds, then go back. */
export class Results {
    constructor({ screen, config, sounds, onConnection }) {
        Object.assign(this, { screen, config, sounds, onConnection });
        this.lostTaps = 0;
    }

    showAnswer(answer) {
        this.lostTaps = 0;
        this.onConnection(true);
        if (answer.error) {
            this.showError(answer.message, answer.error === "card_unknown" ? answer.card_uid : "");
        } else {
            this.showClocking(answer);
        }
    }

    showClocking(answer) {
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
        this.screen.items("notes", answer.notes || []);
        this.sounds.play(answer.action);
        this.showFor("result", RESULT_MS);
    }

    /** A tap that waits on the tablet: neither in nor out yet, but not lost. */
    showSaved() {
        this.sounds.play("clock_in");
        this.showFor("saved", RESULT_MS);
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
        const program = this.screen.action("program_card");
        if (program) {
            program.hidden = !unknownUid;
        }
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
