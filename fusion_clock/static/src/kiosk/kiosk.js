import { Camera } from "./camera";
import { CardReader } from "./card_reader";
import { batteryPercent, holdStill, keepAwake, runClock, stationToken } from "./device";
import { ManagerPage } from "./manager";
import { PhotoGuide } from "./photo_guide";
import { TapQueue } from "./queue";
import { Results } from "./results";
import { Screen } from "./screen";
import { fill } from "./format";
import { ConnectionLost, call } from "./server";
import { Sounds } from "./sounds";
import { TapFlow } from "./tap";
import { normalizeUid } from "./uid";

const SETUP_KEY = "fclk_setup_done";
const LOCK_KEY = "fclk_locked";
const MOCK_KEY = "fclk_mock_uid";
const HEARTBEAT_MS = 60000;

/** The card kiosk: setup once per tablet, then idle, a tap, its result, idle again. */
export class NfcKiosk {
    constructor(root) {
        this.config = JSON.parse(root.dataset.config);
        this.screen = new Screen(root);
        this.camera = new Camera();
        this.sounds = new Sounds();
        this.reader = new CardReader({
            onCard: (uid) => this.onCard(uid),
            onState: (isReading) => this.showReader(isReading),
        });
        const { screen, config, camera, sounds } = this;
        const onConnection = (isUp) => this.showConnection(isUp);
        this.results = new Results({ screen, config, sounds, onConnection });
        this.queue = config.offline_queue ? this.makeQueue() : null;
        this.taps = new TapFlow({
            screen,
            config,
            camera,
            results: this.results,
            queue: this.queue,
        });
        this.guide = new PhotoGuide({ screen, config, camera, sounds });
        this.manager = new ManagerPage({
            screen,
            config,
            sounds,
            guide: this.guide,
            onLeave: () => this.goHome(),
        });
        this.manager.onUnlocked = () => localStorage.removeItem(LOCK_KEY);
    }

    makeQueue() {
        return new TapQueue({
            route: this.config.routes.replay,
            stationToken,
            onLength: (length) => this.showWaiting(length),
            onRevoked: (message) => this.results.showError(message),
        });
    }

    async start() {
        this.listen();
        holdStill();
        keepAwake();
        runClock(this.screen, this.config.lang, this.config.tz);
        this.showConnection(navigator.onLine);
        this.heartbeat();
        this.queue?.flush();
        if (localStorage.getItem(SETUP_KEY)) {
            this.goHome();
            await this.startDevices();
        } else {
            this.screen.show("setup");
        }
    }

    goHome() {
        this.screen.show(localStorage.getItem(LOCK_KEY) ? "locked" : "idle");
    }

    async startDevices() {
        const camera = this.config.takes_photos ? await this.camera.start() : null;
        return { camera, reader: await this.reader.start() };
    }

    // Setup ----------------------------------------------------------------------------------

    async activate() {
        const { texts } = this.config;
        this.screen.action("activate").disabled = true;
        this.sounds.unlock();
        const works = await this.startDevices();
        this.check("reader", works.reader, works.reader ? texts.ready : texts.no_reader);
        const cameraText = { true: texts.ready, false: texts.no_camera, null: texts.camera_off };
        this.check("camera", works.camera !== false, cameraText[works.camera]);
        this.screen.text("test_state", works.reader ? texts.test_tap : texts.test_skipped);
        this.screen.action("activate").hidden = true;
        this.screen.action("finish_setup").hidden = false;
    }

    check(name, isGood, text) {
        this.screen.root.querySelector(`[data-check="${name}"]`).dataset.good = isGood;
        this.screen.text(`${name}_state`, text);
    }

    finishSetup() {
        localStorage.setItem(SETUP_KEY, "1");
        document.documentElement.requestFullscreen?.().catch(() => {});
        this.goHome();
    }

    // Cards ----------------------------------------------------------------------------------

    onCard(uid) {
        if (this.screen.state === "setup") {
            this.check("test", true, uid);
        } else if (this.manager.isOpen) {
            this.guarded(() => this.manager.onCard(uid));
        } else if (this.screen.state !== "locked") {
            this.taps.tap(uid);
        }
    }

    mockTap() {
        const uid = normalizeUid(localStorage.getItem(MOCK_KEY));
        if (uid) {
            this.onCard(uid);
        }
    }

    showReader(isReading) {
        const warning = CardReader.isSupported ? "reader_lost" : "no_reader";
        this.screen.text("reader_warning", this.config.texts[warning]);
        const isLost = !isReading && !this.config.debug;
        this.screen.toggle("reader_warning", isLost);
        this.screen.toggle("pin_link", isLost && Boolean(this.screen.part("pin_link").href));
    }

    // Connection -----------------------------------------------------------------------------

    showConnection(isUp) {
        this.screen.part("dot").dataset.up = isUp;
        this.screen.text("connection", isUp ? this.config.texts.online : this.config.texts.offline);
    }

    showWaiting(length) {
        this.waitingTaps = length;
        this.screen.text("waiting_taps", fill(this.config.texts.waiting_taps, { count: length }));
        this.screen.toggle("waiting_taps", length > 0);
    }

    async heartbeat() {
        try {
            const answer = await call(this.config.routes.heartbeat, {
                station_token: stationToken(),
                queue_length: this.waitingTaps || 0,
                battery: await batteryPercent(),
                app_version: this.config.version,
            });
            this.showConnection(true);
            this.screen.items("messages", answer.messages || []);
            this.queue?.flush();
        } catch (error) {
            this.showConnection(!(error instanceof ConnectionLost));
        }
        setTimeout(() => this.heartbeat(), HEARTBEAT_MS);
    }

    // Touches --------------------------------------------------------------------------------

    listen() {
        const { manager } = this;
        const actions = {
            activate: () => this.activate(),
            finish_setup: () => this.finishSetup(),
            open_manager: () => manager.open(),
            program_card: () => manager.open(this.results.unknownUid),
            leave_manager: () => manager.leave(),
            back_to_menu: () => manager.showMenu(),
            enrol: () => manager.waitForCard("enrol"),
            unknown_cards: () => manager.showUnknownCards(),
            reader_test: () => manager.waitForCard("test"),
            toggle_sounds: () => {
                this.sounds.toggle();
                manager.showSounds();
            },
            lock_screen: () => {
                localStorage.setItem(LOCK_KEY, "1");
                return manager.leave();
            },
            confirm_enrol: () => manager.enrol(),
            profile_photo: () => manager.choosePhotoPerson(),
            guide_shoot: () => this.guide.shoot(),
            guide_retake: () => this.guide.retake(),
            guide_save: () => manager.savePhoto(),
            pair: () => manager.openPairing(),
        };
        const { root } = this.screen;
        root.addEventListener("pointerdown", () => this.sounds.unlock(), { once: true });
        root.addEventListener("click", (ev) => {
            const name = ev.target.closest("[data-action]")?.dataset.action;
            if (name) {
                this.guarded(actions[name]);
            }
        });
        this.onSubmit("unlock", () => manager.unlock());
        this.onSubmit("search", () => manager.search());
        this.onSubmit("pair", () => manager.pair());
        this.screen.part("query").addEventListener("input", () => manager.searchSoon());
        window.addEventListener("online", () => {
            this.showConnection(true);
            this.queue?.flush();
        });
        window.addEventListener("offline", () => this.showConnection(false));
        if (this.config.debug) {
            this.listenToMocks();
        }
    }

    onSubmit(name, work) {
        this.screen.root.querySelector(`[data-form="${name}"]`).addEventListener("submit", (ev) => {
            ev.preventDefault();
            this.guarded(work);
        });
    }

    listenToMocks() {
        const input = this.screen.part("mock_uid");
        input.value = localStorage.getItem(MOCK_KEY) || this.config.mock_uid || "";
        this.screen.toggle("mock", true);
        this.screen.part("mock").addEventListener("submit", (ev) => {
            ev.preventDefault();
            localStorage.setItem(MOCK_KEY, input.value);
            this.mockTap();
        });
        document.addEventListener("keydown", (ev) => {
            if (ev.ctrlKey && ev.shiftKey && ev.code === "KeyT") {
                ev.preventDefault();
                this.mockTap();
            }
        });
    }

    /** Run one touch's work: a double touch does it once, a fault is shown and loses nothing. */
    async guarded(work) {
        if (this.busy) {
            return;
        }
        this.busy = true;
        const before = this.screen.state;
        try {
            await work();
        } catch (error) {
            this.results.showFault(error, before);
        } finally {
            this.busy = false;
        }
    }
}
