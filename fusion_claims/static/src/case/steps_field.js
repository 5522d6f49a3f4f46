import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The next legal step of a case as the one primary button, the others under a menu. */
export class StepsField extends Component {
    static template = "fusion_claims.StepsField";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    async open(step) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(record.resModel, "action_fc_open_step", [
            [record.resId],
            step.key,
        ]);
        if (action === true) {
            await record.load();
        } else {
            await this.action.doAction(action, { onClose: () => record.load() });
        }
    }
}

registry.category("fields").add("fusion_claims_steps", {
    component: StepsField,
    supportedTypes: ["json"],
});
