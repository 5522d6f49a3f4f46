import { Camera } from "./camera";
import { holdStill, keepAwake, runClock, stationToken } from "./device";
import { makeKeypad } from "./keypad";
import { Results } from "./results";
import { Screen } from "./screen";
import { call } from "./server";
import { Sounds } from "./sounds";

const IDLE_MS = 15000;
const SEARCH_DELAY_MS = 250;
const MIN_QUERY = 2;

/** The PIN kiosk: look up your name, enter your PIN, see the result. */
export class PinKiosk {
    constructor(root) {
        this.config = JSON.parse(root.dataset.config);
        this.screen = new Screen(root);
        this.camera = new Camera();
        this.sounds = new Sounds();
        const { screen, config, sounds } = this;
        const onConnection = (isUp) => this.showConnection(isUp);
        this.results = new Results({ screen, config, sounds, onConnection });
    }

    async start() {
        this.listen();
        holdStill();
        keepAwake();
        runClock(this.screen, this.config.lang, this.config.tz);
        this.showConnection(navigator.onLine);
        this.goHome();
        if (this.config.takes_photos) {
            await this.camera.start();
        }
    }

    showConnection(isUp) {
        this.screen.part("dot").dataset.up = isUp;
        this.screen.text("connection", isUp ? this.config.texts.online : this.config.texts.offline);
    }

    goHome() {
        clearTimeout(this.timer);
        this.person = null;
        this.screen.part("query").value = "";
        this.screen.part("pin").value = "";
        this.screen.list("people", []);
        this.screen.toggle("people_empty", false);
        this.screen.show("idle");
    }

    /** Whoever walks away leaves nothing on the screen. */
    stayAwake() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.goHome(), IDLE_MS);
    }

    listen() {
        const { root } = this.screen;
        const pin = this.screen.part("pin");
        makeKeypad(this.screen.part("keys"), pin, this.config.texts.erase);
        root.addEventListener("pointerdown", () => this.sounds.unlock(), { once: true });
        root.addEventListener("pointerdown", () => this.stayAwake());
        root.addEventListener("keydown", () => this.stayAwake());
        this.screen.part("query").addEventListener("input", () => this.searchSoon());
        this.screen.action("back").addEventListener("click", () => this.goHome());
        this.onSubmit("search", () => this.search());
        this.onSubmit("pin", () => this.clock());
        window.addEventListener("online", () => this.showConnection(true));
        window.addEventListener("offline", () => this.showConnection(false));
    }

    onSubmit(name, work) {
        this.screen.root.querySelector(`[data-form="${name}"]`).addEventListener("submit", (ev) => {
            ev.preventDefault();
            work();
        });
    }

    searchSoon() {
        clearTimeout(this.searching);
        this.searching = setTimeout(() => this.search(), SEARCH_DELAY_MS);
    }

    async search() {
        const query = this.screen.part("query").value.trim();
        if (query.length < MIN_QUERY) {
            this.screen.list("people", []);
            this.screen.toggle("people_empty", false);
            return;
        }
        try {
            const answer = await call(this.config.routes.search, { query });
            if (this.screen.part("query").value.trim() === query) {
                this.showPeople(answer.employees || []);
            }
        } catch (error) {
            this.results.showFault(error);
        }
    }

    showPeople(people) {
        const { is_in, is_out } = this.config.texts;
        this.screen.toggle("people_empty", !people.length);
        this.screen.list(
            "people",
            people.map((person) => ({
                label: person.name,
                detail: person.state === "checked_in" ? is_in : is_out,
                image: person.avatar_url,
                onPick: () => this.askPin(person),
            }))
        );
    }

    askPin(person) {
        this.person = person;
        this.screen.text("pin_name", person.name);
        this.screen.part("pin_photo").src = person.avatar_url;
        this.screen.part("pin").value = "";
        this.screen.text("pin_fault");
        this.screen.show("pin");
    }

    async clock() {
        if (this.busy || !this.person) {
            return;
        }
        this.busy = true;
        const pin = this.screen.part("pin");
        const params = {
            employee_id: this.person.id,
            pin: pin.value,
            photo_b64: this.config.takes_photos ? this.camera.grab() : null,
            station_token: stationToken(),
        };
        pin.value = "";
        try {
            this.showAnswer(await call(this.config.routes.clock, params));
        } catch (error) {
            this.results.showFault(error, "pin");
        } finally {
            this.busy = false;
        }
    }

    showAnswer(answer) {
        if (answer.error === "wrong_pin") {
            this.sounds.play("error");
            this.screen.text("pin_fault", answer.message);
            this.screen.part("pin").focus();
            return;
        }
        this.goHome();
        this.results.showAnswer(answer);
    }
}
