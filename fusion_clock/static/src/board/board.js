import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const REFRESH_MS = 30000; // durations move on, and a lost bus message costs half a minute
const SOON_MS = 500;
const WATCH_MS = 3600000;

/** The list of who is in, renewed when somebody clocks. */
export class ClockBoard extends Interaction {
    static selector = ".o_fusion_clock_board";

    setup() {
        this.refreshSoon = this.debounced(this.refresh, SOON_MS);
    }

    start() {
        const bus = this.services.bus_service;
        bus.subscribe("fusion_clock.board", this.refreshSoon);
        this.registerCleanup(() => bus.unsubscribe("fusion_clock.board", this.refreshSoon));
        bus.start();
        this.watch();
        this.repeat();
    }

    /** Tells the server that a board is open; without a connection the refresh says so. */
    watch() {
        rpc("/fusion_clock/board/watch", {}, { silent: true }).catch(() => {});
        this.waitForTimeout(() => this.watch(), WATCH_MS);
    }

    repeat() {
        this.waitForTimeout(async () => {
            await this.refresh();
            this.repeat();
        }, REFRESH_MS);
    }

    async refresh() {
        const page = await this.waitFor(loadPage());
        const fresh = page?.querySelector(".o_fusion_clock_board_live");
        this.el.querySelector(".o_fusion_clock_board_lost").hidden = Boolean(fresh);
        if (fresh) {
            this.el
                .querySelector(".o_fusion_clock_board_live")
                .replaceChildren(...fresh.childNodes);
        }
    }
}

/** @returns {Promise<Document|null>} the page as it is now; null without a connection */
async function loadPage() {
    try {
        const answer = await fetch("/fusion_clock/board", { cache: "no-store" });
        return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
        return null;
    }
}

/** The emergency list prints itself when it was asked for with one tap. */
export class ClockMuster extends Interaction {
    static selector = ".o_fusion_clock_muster";
    dynamicContent = {
        ".o_fusion_clock_muster_print": { "t-on-click": () => window.print() },
    };

    start() {
        if (new URLSearchParams(window.location.search).has("print")) {
            this.waitForTimeout(() => window.print(), SOON_MS);
        }
    }
}

registry.category("public.interactions").add("fusion_clock.board", ClockBoard);
registry.category("public.interactions").add("fusion_clock.muster", ClockMuster);
