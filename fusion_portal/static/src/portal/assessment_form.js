import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { redirect } from "@web/core/utils/urls";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** One assessment without a visit first: saved, it opens in a visit of its own. */
export class AssessmentForm extends Interaction {
    static selector = ".o_fusion_portal_assessment";
    dynamicContent = {
        _root: { "t-on-submit.prevent": this.onSubmit },
        "button[type=submit]": { "t-att-disabled": () => this.isBusy },
    };

    setup() {
        this.isBusy = false;
    }

    get values() {
        const values = { assessment_type: this.el.dataset.kind };
        for (const input of this.el.querySelectorAll("[name]")) {
            values[input.name] = input.type === "checkbox" ? input.checked : input.value.trim();
        }
        return values;
    }

    async onSubmit() {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        try {
            const answer = await this.waitFor(rpc("/my/accessibility/save", this.values));
            if (answer.visit_id) {
                redirect(`/my/visit/${answer.visit_id}`);
                return;
            }
            this.show(answer.error);
        } catch {
            this.show({ message: _t("No connection. What you typed is still here."), fields: {} });
        }
        this.isBusy = false;
    }

    show({ message, fields }) {
        for (const place of this.el.querySelectorAll("[data-error]")) {
            place.textContent = place.dataset.error ? fields[place.dataset.error] || "" : message;
        }
    }
}

registry.category("public.interactions").add("fusion_portal.assessment_form", AssessmentForm);
