import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

// What each kind of correction asks for, and what it must have.
const FIELDS = {
    missed_in: { shown: ["check_in", "check_out"], required: ["check_in"] },
    missed_out: { shown: ["attendance_id", "check_out"], required: ["attendance_id", "check_out"] },
    wrong_times: { shown: ["attendance_id", "check_in", "check_out"], required: ["attendance_id"] },
    forgot_both: { shown: ["check_in", "check_out"], required: ["check_in", "check_out"] },
    worked_break: { shown: ["attendance_id"], required: ["attendance_id"] },
};

/** The correction form shows the fields of the chosen kind, filled from the chosen attendance. */
export class CorrectionFields extends Interaction {
    static selector = ".o_fusion_clock_correction";
    dynamicContent = {
        "[name=kind]": { "t-on-change": this.onKind },
        "[name=attendance_id]": { "t-on-change": this.onAttendance },
        "[name=check_in]": { "t-on-change": this.onCheckIn },
    };

    setup() {
        this.onKind();
        this.onAttendance();
    }

    field(name) {
        return this.el.querySelector(`[name=${name}]`);
    }

    onKind() {
        const { shown, required } = FIELDS[this.field("kind").value];
        for (const block of this.el.querySelectorAll("[data-field]")) {
            const name = block.dataset.field;
            block.hidden = !shown.includes(name);
            this.field(name).required = required.includes(name);
        }
    }

    onAttendance() {
        const chosen = this.field("attendance_id").selectedOptions[0];
        if (chosen?.value) {
            this.field("check_in").value = chosen.dataset.checkIn;
            this.field("check_out").value = chosen.dataset.checkOut;
            this.field("date").value = chosen.dataset.date;
        }
    }

    /** A day without attendance is the day of the time that is asked for. */
    onCheckIn() {
        const day = this.field("check_in").value.slice(0, 10);
        if (day) {
            this.field("date").value = day;
            this.field("check_out").min = this.field("check_in").value;
        }
    }
}

/** The time-off form offers halves where the type has them and it is one day. */
export class LeaveFields extends Interaction {
    static selector = ".o_fusion_clock_leave";
    dynamicContent = {
        "[name=leave_type_id], [name=date_to]": { "t-on-change": this.onChange },
        "[name=date_from]": { "t-on-change": this.onFirstDay },
    };

    setup() {
        this.onChange();
    }

    field(name) {
        return this.el.querySelector(`[name=${name}]`);
    }

    onFirstDay() {
        const first = this.field("date_from").value;
        this.field("date_to").min = first;
        if (!this.field("date_to").value || this.field("date_to").value < first) {
            this.field("date_to").value = first;
        }
        this.onChange();
    }

    onChange() {
        const hasHalves = this.field("leave_type_id").selectedOptions[0]?.dataset.half;
        const isOneDay = this.field("date_from").value === this.field("date_to").value;
        this.el.querySelector("[data-field=half]").hidden = !(hasHalves && isOneDay);
    }
}

const interactions = registry.category("public.interactions");
interactions.add("fusion_clock.correction_fields", CorrectionFields);
interactions.add("fusion_clock.leave_fields", LeaveFields);
