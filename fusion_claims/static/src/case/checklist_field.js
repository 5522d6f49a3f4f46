import { Component, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const FOCUSABLE = ".o_field_x2many_list_row_add button, input, textarea, select, button, a[href]";
const FRAMES = 120; // a tab with its fields is there after a few

/** What the next step of a case still asks for, each one click from where it is filled in. */
export class ChecklistField extends Component {
    static template = "fusion_claims.ChecklistField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.root = useRef("root");
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    /** The row's field or button in the view; none where the reader's rights leave it out. */
    node({ name }) {
        return (
            name && this.env.config.viewArch.querySelector(`[name="${name}"], button[id="${name}"]`)
        );
    }

    async open(row) {
        if (row.method) {
            return this.openDialog(row);
        }
        const form = this.root.el.closest(".o_form_renderer");
        const page = this.node(row).closest("page")?.getAttribute("name");
        if (page) {
            form.querySelector(`.o_notebook_headers [name="${page}"]`)?.click();
        }
        for (let frame = 0; frame < FRAMES; frame++) {
            await new Promise(requestAnimationFrame);
            const place = this.find(row.name);
            if (place) {
                place.scrollIntoView({ block: "center" });
                place.focus();
                return;
            }
        }
    }

    /** What takes the focus: the button itself, or the first control of the field. */
    find(name) {
        const view = this.root.el.closest(".o_form_view");
        const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
        const place = [...view.querySelectorAll(`[name="${name}"], button[id="${name}"]`)].find(
            isShown
        );
        if (!place || place.matches("button")) {
            return place;
        }
        return [...place.querySelectorAll(FOCUSABLE)].find(isShown);
    }

    async openDialog({ method, args }) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(record.resModel, method, [[record.resId], ...args]);
        await this.action.doAction(action, { onClose: () => record.load() });
    }
}

registry.category("fields").add("fusion_claims_checklist", {
    component: ChecklistField,
    supportedTypes: ["json"],
});
