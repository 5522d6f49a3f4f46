import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useBoardDrag } from "./board_drag";
import {
    addDays,
    clock,
    dayTitle,
    hourLabel,
    judge,
    shownHours,
    startOfWeek,
    toUtcText,
} from "./board_time";

const MODEL = "fusion.technician.task";
const STEP = 15; // minutes that an arrow key moves
const FIXED = ["in_progress", "completed"];

/** Lanes of technicians, a day or a week, and the tray of what has no time yet. */
export class DispatchBoard extends Component {
    static template = "fusion_tasks.DispatchBoard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({
            data: null,
            error: "",
            mode: "day",
            day: "",
            fits: {},
            hints: null,
        });
        this.last = null; // the move that Ctrl+Z takes back
        Object.assign(this, { clock, dayTitle, hourLabel });
        const { drag, begin } = useBoardDrag({
            getSpan: () => this.span,
            onStart: (task) => this.loadHints(task),
            onClick: (task) => this.open(task),
            onDrop: (task, place) => this.drop(task, place),
        });
        this.drag = drag;
        this.begin = begin;
        const reload = useDebounced(() => this.load(), 300);
        const bus = useService("bus_service");
        const isOurs = (ids) => ids.includes(this.state.data?.company_id);
        const onChange = ({ company_ids }) => isOurs(company_ids) && reload();
        bus.subscribe("fusion_tasks.changed", onChange);
        onWillUnmount(() => bus.unsubscribe("fusion_tasks.changed", onChange));
        useBus(bus, "BUS:RECONNECT", reload);
        useExternalListener(window, "keydown", (ev) => this.onKey(ev));
        onWillStart(() => this.load());
        this.display = { controlPanel: {} };
    }

    // -- data ---------------------------------------------------------------------------------

    get data() {
        return this.state.data;
    }

    get title() {
        const { days } = this.data;
        const format = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
        return this.state.mode === "day"
            ? dayTitle(days[0], format)
            : `${dayTitle(days[0])} – ${dayTitle(days[6])}`;
    }

    /** The minutes from the left edge of a lane to the right one. */
    get span() {
        return shownHours(this.data.tasks);
    }

    get hours() {
        const hours = [];
        for (let minute = this.span.from; minute < this.span.to; minute += 60) {
            hours.push(minute);
        }
        return hours;
    }

    get verdict() {
        const { task, place } = this.drag;
        return place && judge(place, task, this.data.tasks, this.state.hints);
    }

    get verdictText() {
        const { task, place } = this.drag;
        if (!place) {
            return place === false ? _t("Back to the tray") : task.summary;
        }
        const labels = {
            free: _t("free"),
            tight: _t("tight: travel, leave or hours"),
            refused: _t("taken"),
        };
        return `${clock(place.from)}, ${labels[this.verdict]}`;
    }

    tasksOf(technicianId, day) {
        return this.data.tasks.filter(
            (task) => task.day === day && task.people.includes(technicianId)
        );
    }

    place(from, to) {
        const { span } = this;
        const length = (span.to - span.from) / 100;
        const left = Math.max(from, span.from);
        const right = Math.min(to, span.to);
        return `left:${(left - span.from) / length}%;width:${Math.max(right - left, 0) / length}%`;
    }

    /** What of a lane is not working time. */
    gapsOf(technician, day) {
        const { from, to } = this.span;
        const edges = [from, ...(technician.work[day] || []).flat(), to];
        const gaps = [];
        for (let index = 0; index < edges.length; index += 2) {
            gaps.push([edges[index], edges[index + 1]]);
        }
        return gaps.filter(([start, end]) => end > start);
    }

    async load() {
        const week = this.state.mode === "week";
        const first = week ? startOfWeek(this.state.day) : this.state.day;
        try {
            const data = await this.orm.call(MODEL, "get_board_data", [
                first,
                week ? addDays(first, 6) : first,
            ]);
            Object.assign(this.state, { data, error: "", day: this.state.day || data.today });
            this.loadFits();
        } catch (error) {
            this.state.error = error.data?.message || _t("The board could not be loaded.");
        }
    }

    async loadFits() {
        const ids = this.data.unscheduled.map((task) => task.id);
        const isKnown = ids.every((id) => id in this.state.fits);
        if (ids.length && !isKnown) {
            const fits = await this.orm.silent.call(MODEL, "get_best_fits", [ids]);
            this.state.fits = { ...Object.fromEntries(ids.map((id) => [id, null])), ...fits };
        }
    }

    async loadHints(task) {
        const { days } = this.data;
        this.state.hints = null;
        const range = [task.id, days[0], days[days.length - 1]];
        this.state.hints = await this.orm.silent.call(MODEL, "get_drop_hints", range);
    }

    // -- navigation ----------------------------------------------------------------------------

    show(values) {
        Object.assign(this.state, values);
        return this.load();
    }

    step(count) {
        const days = this.state.mode === "week" ? 7 * count : count;
        return this.show({ day: addDays(this.state.day, days) });
    }

    open(task) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: task?.id,
            views: [[false, "form"]],
        });
    }

    openTechnicians() {
        return this.action.doAction("fusion_tasks.action_technicians");
    }

    // -- moving ----------------------------------------------------------------------------------

    isFixed(task) {
        return FIXED.includes(task.status);
    }

    drop(task, place) {
        if (place === null || (place === false && !task.day)) {
            return;
        }
        if (place === false) {
            return this.move(task, false, false);
        }
        return this.move(task, place.technicianId, toUtcText(place.day, place.from, this.data.tz));
    }

    placeBest(task) {
        const fit = this.state.fits[task.id];
        return this.move(task, fit.technician_id, fit.start);
    }

    /** Ask the server; what it only warns of may be done all the same. */
    async move(task, technicianId, start, { force = false, isUndo = false } = {}) {
        const answer = await this.orm.call(MODEL, "move_task", [
            task.id,
            technicianId,
            start,
            force,
        ]);
        if (answer.ok) {
            const back = { technicianId: task.people?.[0] || false, start: task.start || false };
            this.last = isUndo ? null : { task, ...back };
            delete this.state.fits[task.id];
        } else if (["overlap", "status"].includes(answer.reason) || force) {
            this.notification.add(answer.message, { type: "danger" });
        } else {
            this.confirm(answer.message, () =>
                this.move(task, technicianId, start, { force: true, isUndo })
            );
        }
        await this.load();
    }

    confirm(body, confirm) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Place it all the same?"),
            body,
            confirm,
            confirmLabel: _t("Place"),
            cancel: () => {},
        });
    }

    async undo() {
        if (this.last) {
            const { task, technicianId, start } = this.last;
            await this.move(task, technicianId, start, { force: true, isUndo: true });
            this.notification.add(_t("The last move is undone."), { type: "info" });
        }
    }

    onKey(ev) {
        const isTyping = ev.target.closest?.("input, textarea, [contenteditable=true], .modal");
        if ((ev.ctrlKey || ev.metaKey) && ev.key === "z" && !isTyping) {
            ev.preventDefault();
            this.undo();
        }
    }

    onTaskKey(ev, task) {
        if (ev.key === "Enter") {
            return this.open(task);
        }
        const lanes = this.data.technicians.map((technician) => technician.id);
        const lane = lanes.indexOf(task.people?.[0]);
        const week = this.state.mode === "week";
        const steps = {
            ArrowLeft: week ? { days: -1 } : { minutes: -STEP },
            ArrowRight: week ? { days: 1 } : { minutes: STEP },
            ArrowUp: { lane: lanes[lane - 1] },
            ArrowDown: { lane: lanes[lane + 1] },
        };
        const step = task.day && !this.isFixed(task) && steps[ev.key];
        if (step && Object.values(step)[0]) {
            ev.preventDefault();
            const day = addDays(task.day, step.days || 0);
            const start = toUtcText(day, task.from + (step.minutes || 0), this.data.tz);
            return this.move(task, step.lane || task.people[0], start);
        }
    }

    whereOf(task) {
        return [task.client, task.city].filter(Boolean).join(", ");
    }

    titleOf(task) {
        const parts = [task.name, task.summary, task.client, task.city];
        return parts.filter(Boolean).join("\n");
    }
}

registry.category("actions").add("fusion_tasks.dispatch_board", DispatchBoard);
