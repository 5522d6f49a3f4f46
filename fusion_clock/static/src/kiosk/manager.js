import { keepStationToken, stationToken } from "./device";
import { fill } from "./format";
import { makeKeypad } from "./keypad";
import { call } from "./server";

const IDLE_MS = 60000; // the server forgets the unlocking after the same time
const SEARCH_DELAY_MS = 250;
const MIN_QUERY = 2;
const PANELS = new Set([
    "unlock",
    "menu",
    "employees",
    "waiting_card",
    "confirm",
    "enrolled",
    "unknown",
    "guide",
    "guided",
    "pair",
]);
/** Answers to an enrolment that mean: the minute since unlocking is over. */
const LOCKED = ["locked", "enroll_locked", "wrong_password", "locked_out"];

/** What a manager does at the tablet: behind the password, and left alone after a minute. */
export class ManagerPage {
    constructor({ screen, config, sounds, guide, onLeave }) {
        Object.assign(this, { screen, config, sounds, guide, onLeave });
        this.uid = ""; // the card being given to somebody
        this.mode = null; // "enrol", "test" (what the next card is for) or "photo"
        makeKeypad(screen.part("keys"), screen.part("password"), config.texts.erase);
        makeKeypad(screen.part("pair_keys"), screen.part("pair_code"), config.texts.erase);
        screen.root.addEventListener("pointerdown", () => this.stayAwake());
        screen.root.addEventListener("keydown", () => this.stayAwake());
    }

    get isOpen() {
        return PANELS.has(this.screen.state);
    }

    stayAwake() {
        clearTimeout(this.timer);
        if (this.isOpen) {
            this.timer = setTimeout(() => this.leave(), IDLE_MS);
        }
    }

    open(uid = "") {
        this.uid = uid;
        this.screen.part("password").value = "";
        this.screen.text("unlock_fault");
        this.screen.show("unlock");
        this.stayAwake();
    }

    async unlock() {
        const input = this.screen.part("password");
        const answer = await call(this.config.routes.unlock, { enroll_password: input.value });
        input.value = "";
        if (answer.error) {
            this.screen.text("unlock_fault", answer.message);
            this.sounds.play("error");
            return;
        }
        this.onUnlocked();
        await (this.uid ? this.chooseEmployee() : this.showMenu());
    }

    async showMenu() {
        this.mode = null;
        const managed = await this.managerData();
        if (managed) {
            this.screen.text(
                "menu_summary",
                fill(this.config.texts.in_now, { count: managed.in_now })
            );
            this.screen.text(
                "menu_station",
                managed.station ? fill(this.config.texts.station, { name: managed.station }) : ""
            );
            this.showSounds();
            this.screen.show("menu");
        }
    }

    /** @returns {Promise<Object|null>} null once the server has locked the page again */
    async managerData() {
        const answer = await call(this.config.routes.manager_data, {
            station_token: stationToken(),
        });
        if (answer.error) {
            this.open(this.uid);
            return null;
        }
        return answer;
    }

    async leave() {
        clearTimeout(this.timer);
        this.uid = "";
        this.mode = null;
        this.onLeave();
        // Not reached: the server forgets the unlocking by itself after the same minute.
        await call(this.config.routes.lock).catch(() => {});
    }

    showSounds() {
        const button = this.screen.part("sounds");
        const { sounds_on, sounds_off } = this.config.texts;
        button.textContent = this.sounds.isOn ? sounds_on : sounds_off;
        button.setAttribute("aria-pressed", String(this.sounds.isOn));
    }

    waitForCard(mode) {
        this.mode = mode;
        this.uid = "";
        const { hold_card, hold_any_card } = this.config.texts;
        this.screen.text("waiting_text", mode === "test" ? hold_any_card : hold_card);
        this.screen.text("waiting_uid");
        this.screen.show("waiting_card");
    }

    /** A card was read while the manager page is open. */
    async onCard(uid) {
        this.stayAwake();
        if (this.screen.state !== "waiting_card") {
            return;
        }
        this.screen.text("waiting_uid", uid);
        if (this.mode === "enrol") {
            this.uid = uid;
            await this.chooseEmployee();
        }
    }

    choosePhotoPerson() {
        this.mode = "photo";
        this.uid = "";
        return this.chooseEmployee();
    }

    async chooseEmployee() {
        const { whose_card, whose_photo } = this.config.texts;
        this.screen.text("employees_title", this.mode === "photo" ? whose_photo : whose_card);
        this.screen.text("employees_uid", this.uid);
        this.screen.part("query").value = "";
        this.screen.list("people", []);
        this.screen.toggle("people_empty", false);
        this.screen.show("employees");
    }

    searchSoon() {
        clearTimeout(this.searching);
        this.searching = setTimeout(() => this.search(), SEARCH_DELAY_MS);
    }

    async search() {
        const query = this.screen.part("query").value.trim();
        if (query.length < MIN_QUERY) {
            this.screen.list("people", []);
            return;
        }
        const answer = await call(this.config.routes.employee_search, { query });
        if (this.screen.part("query").value.trim() !== query) {
            return; // an older question's answer, come late
        }
        const people = answer.employees || [];
        this.screen.toggle("people_empty", !people.length);
        this.screen.list(
            "people",
            people.map((person) => ({
                label: person.name,
                detail: person.job,
                image: person.avatar_url,
                onPick: () => this.pick(person),
            }))
        );
    }

    pick(person) {
        if (this.mode === "photo") {
            this.guide.open(person);
        } else {
            this.askToConfirm(person);
        }
    }

    async savePhoto() {
        const fault = await this.guide.save();
        if (LOCKED.includes(fault)) {
            this.open();
        } else if (!fault) {
            this.screen.show("guided");
        }
    }

    // This tablet ----------------------------------------------------------------------------

    openPairing() {
        this.screen.part("pair_code").value = "";
        this.screen.text("pair_fault");
        this.screen.show("pair");
    }

    async pair() {
        const answer = await call(this.config.routes.pair, {
            code: this.screen.part("pair_code").value,
        });
        if (answer.error === "locked") {
            this.open();
        } else if (answer.error) {
            this.screen.text("pair_fault", answer.message);
            this.sounds.play("error");
        } else {
            keepStationToken(answer.station_token);
            this.sounds.play("clock_in");
            this.screen.text("place_name", answer.location);
            await this.showMenu();
        }
    }

    askToConfirm(person) {
        this.person = person;
        this.screen.text("confirm_text", fill(this.config.texts.confirm, { name: person.name }));
        this.screen.text("confirm_uid", this.uid);
        this.screen.text("confirm_fault");
        this.screen.show("confirm");
    }

    async enrol() {
        const answer = await call(this.config.routes.enroll, {
            employee_id: this.person.id,
            card_uid: this.uid,
        });
        if (LOCKED.includes(answer.error)) {
            this.open(this.uid);
        } else if (answer.error) {
            this.screen.text("confirm_fault", answer.message);
            this.sounds.play("error");
        } else {
            this.uid = "";
            this.screen.text(
                "enrolled_text",
                fill(this.config.texts.enrolled, { name: answer.employee_name })
            );
            this.sounds.play("clock_in");
            this.screen.show("enrolled");
        }
    }

    async showUnknownCards() {
        const managed = await this.managerData();
        if (!managed) {
            return;
        }
        const { lang, tz } = this.config;
        this.screen.toggle("unknown_empty", !managed.unknown_cards.length);
        this.screen.list(
            "unknown",
            managed.unknown_cards.map((card) => ({
                label: card.card_uid,
                detail: new Date(`${card.time.replace(" ", "T")}Z`).toLocaleString(lang, {
                    timeZone: tz,
                }),
                onPick: () => {
                    this.uid = card.card_uid;
                    this.chooseEmployee();
                },
            }))
        );
        this.screen.show("unknown");
    }
}
