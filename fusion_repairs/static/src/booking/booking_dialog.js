import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const CONTRACT = "fusion.repair.maintenance.contract";

/** The openings beside the client's facts; a time of one's own is tested before it is booked. */
export class BookingDialog extends Component {
    static template = "fusion_repairs.BookingDialog";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.contractId = this.props.action.params.contract_id;
        this.state = useState({
            data: null,
            technicianId: 0,
            day: "",
            picked: "",
            wish: "",
            verdict: null,
            isBusy: false,
        });
        onWillStart(() => this.load());
    }

    get days() {
        const days = new Map();
        for (const slot of this.state.data.slots) {
            days.set(slot.day, [...(days.get(slot.day) || []), slot]);
        }
        return [...days];
    }

    get picked() {
        return this.state.data.slots.find((slot) => slot.key === this.state.picked);
    }

    call(method, ...args) {
        return this.orm.call(CONTRACT, method, [[this.contractId], ...args]);
    }

    async load() {
        const { technicianId, day } = this.state;
        const data = await this.call("get_booking_dialog", technicianId || false, day || false);
        const first = data.slots.find((slot) => slot.recommended) || data.slots[0];
        Object.assign(this.state, { data, picked: first ? first.key : "", verdict: null });
    }

    /** One at a time: a second press while the first is on its way does nothing. */
    async alone(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    filter(values) {
        Object.assign(this.state, values);
        return this.alone(() => this.load());
    }

    test() {
        return this.alone(async () => {
            const { technicianId, wish } = this.state;
            this.state.verdict = await this.call("explain_time", technicianId, wish);
        });
    }

    bookPicked() {
        return this.picked && this.book(this.picked, false);
    }

    /** When somebody else was faster the reason is shown, and the list is read again. */
    book({ technician_id: technicianId, start }, isForced) {
        return this.alone(async () => {
            let action;
            try {
                action = await this.call("book_time", technicianId, start, isForced);
            } catch (error) {
                await this.load();
                throw error;
            }
            await this.action.doAction(action);
        });
    }

    close() {
        return this.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

registry.category("actions").add("fusion_repairs.booking_dialog", BookingDialog);
