import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { InvalidNumberError, parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = { pass: "fa-check", fail: "fa-times", na: "fa-minus" };

/** The points of a visit, one card each, for a thumb on a phone. */
export class ChecklistField extends Component {
    static template = "fusion_repairs.ChecklistField";
    static props = { ...standardFieldProps };

    get lines() {
        return this.props.record.data[this.props.name].records;
    }

    get results() {
        const { fields } = this.props.record.data[this.props.name];
        return fields.result.selection.map(([value, label]) => ({
            value,
            label,
            icon: ICONS[value],
        }));
    }

    get progress() {
        return _t("%(done)s of %(total)s points done", {
            done: this.lines.filter((line) => line.data.result).length,
            total: this.lines.length,
        });
    }

    hasNote(line) {
        return ["fail", "na"].includes(line.data.result) || Boolean(line.data.note);
    }

    show(value) {
        return value ? formatFloat(value) : "";
    }

    measure(line, ev) {
        try {
            const value = parseFloat(ev.target.value || "0");
            ev.target.removeAttribute("aria-invalid");
            line.update({ value });
        } catch (error) {
            if (!(error instanceof InvalidNumberError)) {
                throw error;
            }
            ev.target.setAttribute("aria-invalid", "true");
        }
    }
}

registry.category("fields").add("fusion_repairs.checklist", {
    component: ChecklistField,
    supportedTypes: ["one2many"],
    useSubView: true,
});
