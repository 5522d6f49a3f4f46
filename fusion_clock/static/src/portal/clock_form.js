import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { redirect } from "@web/core/utils/urls";
import { Interaction } from "@web/public/interaction";

import { toServer } from "./time";

/** A form whose fields go to a JSON route: data-route, and data-done, where to go then. */
export class ClockForm extends Interaction {
    static selector = ".o_fusion_clock_form";
    dynamicContent = {
        _root: { "t-on-submit.prevent": this.onSubmit },
        "button[type=submit]": { "t-att-disabled": () => this.isBusy },
    };

    setup() {
        this.isBusy = false;
    }

    part(name) {
        return this.el.querySelector(`[data-part=${name}]`);
    }

    async onSubmit() {
        if (this.isBusy) {
            return;
        }
        const values = this.read();
        if (!values) {
            this.fail(this.part("bad_time").textContent);
            return;
        }
        this.isBusy = true;
        this.fail("");
        await this.waitFor(this.send(values));
    }

    async send(values) {
        try {
            const answer = await rpc(this.el.dataset.route, values, { silent: true });
            if (answer.error) {
                this.fail(answer.message);
            } else if (this.el.dataset.done) {
                redirect(this.el.dataset.done); // stays busy: the page goes
                return;
            } else {
                this.showAnswer(answer);
            }
        } catch {
            this.fail(this.part("offline").textContent);
        }
        this.isBusy = false;
        this.updateContent();
    }

    /** @returns {Object|null} values by field name, null for a time that is none */
    read() {
        const values = {};
        for (const field of this.el.querySelectorAll("[name]")) {
            if (field.closest("[hidden]")) {
                continue;
            }
            const value = this.readField(field);
            if (value === null && field.dataset.type === "moment" && field.value) {
                return null;
            }
            values[field.name] = value;
        }
        return values;
    }

    readField(field) {
        if (field.dataset.type === "int") {
            return field.value ? Number(field.value) : null;
        }
        if (field.dataset.type === "moment") {
            const zone = this.el.closest("[data-tz]").dataset.tz;
            return field.value ? toServer(field.value, zone) : null;
        }
        return field.value;
    }

    showAnswer(answer) {
        this.part("url").value = answer.url;
        this.part("answer").hidden = false;
        this.part("url").select();
    }

    fail(text) {
        const element = this.part("error");
        element.textContent = text;
        element.hidden = !text;
    }
}

registry.category("public.interactions").add("fusion_clock.clock_form", ClockForm);
