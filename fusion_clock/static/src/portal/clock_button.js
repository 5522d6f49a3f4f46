import { getPosition, willAsk } from "@fusion_clock/common/position";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

import { fromServer, showDuration, showHours, showTime } from "./time";

/** The big button: one press, one clocking, and in plain words why not. */
export class ClockButton extends Interaction {
    static selector = ".o_fusion_clock_now";
    dynamicContent = {
        _root: {
            "t-att-data-state": () => this.state,
            "t-att-aria-busy": () => (this.isBusy ? "true" : "false"),
        },
        ".o_fusion_clock_button": {
            "t-on-click": this.onPress,
            "t-att-disabled": () => this.isBusy,
        },
        "[data-action=share]": { "t-on-click": this.onShare },
        "[data-action=later]": { "t-on-click": this.hideExplanation },
        "[data-part=timer]": { "t-out": () => this.timer },
    };

    setup() {
        this.zone = this.el.closest("[data-tz]").dataset.tz;
        this.skew = fromServer(this.el.dataset.now).toMillis() - Date.now();
        this.isBusy = false;
        this.show(this.el.dataset.state, this.el.dataset.since);
        const tick = setInterval(() => this.tick(), 1000);
        this.registerCleanup(() => clearInterval(tick));
    }

    part(name) {
        return this.el.querySelector(`[data-part=${name}]`);
    }

    show(state, since) {
        this.state = state;
        this.since = state === "checked_in" && since ? fromServer(since).toMillis() : null;
        this.timer = this.getTimer();
    }

    getTimer() {
        return this.since ? showDuration(Date.now() + this.skew - this.since) : "";
    }

    tick() {
        this.timer = this.getTimer();
        this.updateContent();
    }

    async onPress() {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true; // before the first wait: a second press finds it set
        this.say("error", "");
        this.say("done", "");
        if (this.el.dataset.needsPosition && (await this.waitFor(willAsk()))) {
            this.part("explain").hidden = false;
            this.part("explain").focus();
            return;
        }
        await this.waitFor(this.clock());
    }

    async onShare() {
        this.hideExplanation();
        this.isBusy = true;
        await this.waitFor(this.clock());
    }

    hideExplanation() {
        this.part("explain").hidden = true;
        this.isBusy = false;
    }

    async clock() {
        const position = this.el.dataset.needsPosition ? await getPosition() : {};
        if (position.problem) {
            this.say("error", this.part(position.problem).textContent);
        } else {
            await this.send(position);
        }
        this.isBusy = false;
        this.updateContent();
    }

    async send(position) {
        const expected = this.state === "checked_in" ? "clock_out" : "clock_in";
        try {
            const answer = await rpc(
                "/fusion_clock/clock",
                { expected, ...position },
                { silent: true }
            );
            const words = answer.error ? [answer.message] : [answer.message, ...answer.notes];
            this.say(answer.error ? "error" : "done", words.join(" "));
            await this.refresh();
        } catch {
            this.say("error", this.part("offline").textContent);
        }
    }

    async refresh() {
        const status = await rpc("/fusion_clock/status", {}, { silent: true });
        if (status.error) {
            return;
        }
        this.show(status.state, status.since);
        if (this.since) {
            this.part("since").textContent = showTime(status.since, this.zone);
        }
        this.part("today").textContent = showHours(status.net_hours_today);
        const week = document.querySelector(".o_fusion_clock_portal [data-part=week]");
        week.textContent = showHours(status.week_net_hours);
    }

    say(name, text) {
        const element = this.part(name);
        element.textContent = text;
        element.hidden = !text;
    }
}

registry.category("public.interactions").add("fusion_clock.clock_button", ClockButton);
