import { Component } from "@odoo/owl";
import { formatTime } from "../dashboard/local_format";
import { cellLayer, effectiveEntry, hoursText } from "./planner_week";
import { _t } from "@web/core/l10n/translation";

/** One person's day in the grid. */
export class PlannerCell extends Component {
    static template = "fusion_clock.PlannerCell";
    static props = {
        cell: Object,
        label: String, // who and when, for a screen reader
        shift: { type: [Object, Boolean], optional: true },
        isFocusable: Boolean,
        isToday: Boolean,
        onOpen: Function,
        onDragStart: Function,
        onDrop: Function,
        onFocus: Function,
    };

    setup() {
        this.hoursText = hoursText;
    }

    get entry() {
        return effectiveEntry(this.props.cell);
    }

    get layer() {
        return cellLayer(this.props.cell);
    }

    get isChanged() {
        return Boolean(this.props.cell.draft && this.props.cell.posted);
    }

    get classes() {
        const { cell } = this.props;
        return {
            [`o_fusion_clock_cell_${this.layer}`]: true,
            o_fusion_clock_cell_off: Boolean(this.entry && this.entry.is_off),
            o_fusion_clock_cell_away: Boolean(cell.leave || cell.holiday),
            o_fusion_clock_cell_changed: this.isChanged,
            o_fusion_clock_cell_today: this.props.isToday,
        };
    }

    get times() {
        const { start_time, end_time } = this.entry;
        const text = (hours) => formatTime(hours).replace(/ /g, "\u00a0"); // breaks at the dash only
        return `${text(start_time)} – ${text(end_time)}`;
    }

    get title() {
        return this.props.cell.warnings.map((row) => row.message).join(" ");
    }

    get stateText() {
        if (this.isChanged) {
            return _t("changed since it was posted");
        }
        return { draft: _t("draft"), posted: _t("posted"), recurring: _t("recurring") }[this.layer];
    }

    /** What a screen reader says before the texts that everybody sees. */
    get description() {
        return [this.props.label, this.stateText].filter(Boolean).join(", ");
    }

    get text() {
        if (!this.entry) {
            return _t("nothing planned");
        }
        return this.entry.is_off ? _t("Off") : this.times;
    }
}
