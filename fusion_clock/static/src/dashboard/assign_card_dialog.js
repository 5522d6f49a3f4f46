import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { rpc } from "@web/core/network/rpc";
import { RecordSelector } from "@web/core/record_selectors/record_selector";

/** Give an unknown card to an employee. */
export class AssignCardDialog extends Component {
    static template = "fusion_clock.AssignCardDialog";
    static components = { Dialog, RecordSelector };
    static props = { cardUid: String, onAssigned: Function, close: Function };

    setup() {
        this.state = useState({ employeeId: false, error: "", isBusy: false });
    }

    onSelect(employeeId) {
        this.state.employeeId = employeeId;
        this.state.error = "";
    }

    async assign() {
        this.state.isBusy = true;
        try {
            const answer = await rpc("/fusion_clock/dashboard/assign_card", {
                employee_id: this.state.employeeId,
                card_uid: this.props.cardUid,
            });
            if (answer.error) {
                this.state.error = answer.message;
                return;
            }
            this.props.close();
            await this.props.onAssigned(answer.employee_name);
        } finally {
            this.state.isBusy = false;
        }
    }
}
