import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { OFF, effectiveEntry, entryValues, parseTime, timeText } from "./planner_week";

/** One person's day: template or times, day off, note. */
export class DayDialog extends Component {
    static template = "fusion_clock.DayDialog";
    static components = { Dialog };
    static props = {
        title: String,
        cell: Object,
        shifts: Array,
        onSave: Function, // (values)
        onClear: Function,
        onCopy: Function, // (values)
        onFillRight: Function, // (values)
        close: Function,
    };

    setup() {
        const entry = effectiveEntry(this.props.cell);
        this.state = useState({
            shiftId: (entry && entry.shift_id) || "",
            isOff: Boolean(entry && entry.is_off),
            start: timeText(entry && !entry.is_off ? entry.start_time : 9),
            end: timeText(entry && !entry.is_off ? entry.end_time : 17),
            breakMinutes: entry ? entry.break_minutes : 30,
            note: (entry && entry.note) || "",
            error: "",
        });
        useAutofocus({ refName: "first" });
    }

    get isOvernight() {
        return parseTime(this.state.end) < parseTime(this.state.start);
    }

    get sourceText() {
        const { draft, posted, recurring } = this.props.cell;
        if (draft && posted) {
            return _t("Changed since it was posted. Employees see the change after the next post.");
        }
        if (draft) {
            return _t("Draft. Employees see it after the next post.");
        }
        if (posted) {
            return _t("Posted. A change becomes a draft beside it until the next post.");
        }
        return recurring ? _t("From the recurring shift.") : _t("Nothing is planned yet.");
    }

    onShift(ev) {
        const id = Number(ev.target.value);
        const shift = this.props.shifts.find((row) => row.id === id);
        this.state.shiftId = id || "";
        if (shift) {
            this.state.start = timeText(shift.start_time);
            this.state.end = timeText(shift.end_time);
            this.state.breakMinutes = shift.break_minutes;
        }
    }

    /** @returns {Object|null} what the form says, null with a message when it cannot be */
    read() {
        const { shiftId, isOff, start, end, breakMinutes, note } = this.state;
        if (isOff) {
            return { ...OFF, note };
        }
        const times = { start_time: parseTime(start), end_time: parseTime(end) };
        const rest = Number(breakMinutes);
        if (Number.isNaN(times.start_time) || Number.isNaN(times.end_time)) {
            this.state.error = _t("Please give a start and an end.");
        } else if (times.start_time === times.end_time) {
            this.state.error = _t("A working day cannot start and end at the same time.");
        } else if (!(rest >= 0)) {
            this.state.error = _t("A planned break cannot be negative.");
        } else {
            const values = { ...times, shift_id: shiftId || false, is_off: false };
            return entryValues({ ...values, break_minutes: rest, note });
        }
        return null;
    }

    finish(action) {
        const values = this.read();
        if (values) {
            this.props.close();
            action(values);
        }
    }

    clear() {
        this.props.close();
        this.props.onClear();
    }
}
