import { Component, onWillStart, useEffect, useRef, useState, useSubEnv } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { getDefaultConfig } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { addDays, formatDay, formatTime, formatWeek } from "../dashboard/local_format";
import { DayDialog } from "./day_dialog";
import { PlannerCell } from "./planner_cell";
import {
    OFF,
    allWarnings,
    changesBack,
    dayTotals,
    effectiveEntry,
    entryValues,
    fillRight,
    hoursText,
    shiftValues,
} from "./planner_week";

const ROUTE = "/fusion_clock/shift_planner";
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** A week of people and days: changed as drafts, then posted. */
export class ShiftPlanner extends Component {
    static template = "fusion_clock.ShiftPlanner";
    static components = { Layout, PlannerCell };
    static props = { ...standardActionServiceProps };

    setup() {
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        useSubEnv({ config: { ...getDefaultConfig(), ...this.env.config } });
        this.state = useState({
            data: null,
            departmentId: 0,
            busy: "",
            brush: null, // {values, label}: what the next clicks put down
            row: 0,
            column: 0,
            showWarnings: false,
        });
        this.undoStack = []; // lists of changes
        this.pending = Promise.resolve();
        this.grid = useRef("grid");
        Object.assign(this, { formatDay, formatTime, formatWeek, hoursText });
        onWillStart(() => this.load());
        useEffect(
            (brush) => {
                const onKey = (ev) => ev.key === "Escape" && this.setBrush(null);
                if (brush) {
                    document.addEventListener("keydown", onKey);
                    return () => document.removeEventListener("keydown", onKey);
                }
            },
            () => [this.state.brush]
        );
    }

    // -- data -------------------------------------------------------------------------------

    get data() {
        return this.state.data;
    }

    get totals() {
        return dayTotals(this.data);
    }

    get warnings() {
        return allWarnings(this.data);
    }

    get warningsText() {
        return _t("Warnings: %(count)s", { count: this.warnings.length });
    }

    get brushText() {
        return _t("Click the days that get: %(shift)s", { shift: this.state.brush.label });
    }

    get weekHours() {
        return this.data.employees.reduce((sum, row) => sum + row.planned_hours, 0);
    }

    shiftOf(cell) {
        const entry = effectiveEntry(cell);
        return entry
            ? this.data.shifts.find((shift) => shift.id === entry.shift_id) || false
            : false;
    }

    async load(weekStart = this.data?.week_start) {
        this.state.data = await rpc(`${ROUTE}/data`, {
            week_start: weekStart || null,
            department_id: this.state.departmentId || null,
        });
        this.state.row = Math.min(this.state.row, Math.max(0, this.data.employees.length - 1));
    }

    /** Run one piece of work after the other: quick clicks lose nothing. */
    work(label, action) {
        const run = async () => {
            this.state.busy = label;
            try {
                return await action();
            } finally {
                this.state.busy = "";
            }
        };
        const result = this.pending.then(run);
        this.pending = result.catch(() => {}); // the caller is told; the next piece goes on
        return result;
    }

    moveWeek(count) {
        this.undoStack = [];
        return this.work(_t("Loading…"), () =>
            this.load(count ? addDays(this.data.week_start, 7 * count) : this.data.today)
        );
    }

    onDepartment(ev) {
        this.state.departmentId = Number(ev.target.value);
        return this.work(_t("Loading…"), () => this.load());
    }

    // -- changing ---------------------------------------------------------------------------

    async change(changes, { isUndo = false } = {}) {
        if (!changes.length) {
            return;
        }
        await this.work(_t("Saving…"), async () => {
            const before = this.data;
            const answer = await rpc(`${ROUTE}/save`, { changes });
            await this.load();
            const back = changesBack(this.data, before);
            if (!isUndo && back.length) {
                this.undoStack.push(back);
            }
            this.tellErrors(answer.errors);
        });
        this.focusCell();
    }

    tellErrors(errors) {
        const messages = [...new Set(errors.map((error) => error.message))];
        for (const message of messages) {
            this.notification.add(message, { type: "danger" });
        }
    }

    undo() {
        const changes = this.undoStack.pop();
        return changes && this.change(changes, { isUndo: true });
    }

    put(employee, day, values) {
        return this.change([{ employee_id: employee.id, date: day, ...values }]);
    }

    clear(employee, day) {
        return employee.days[day].draft && this.put(employee, day, { clear: true });
    }

    copyLastWeek() {
        return this.work(_t("Copying…"), async () => {
            const before = this.data;
            const answer = await rpc(`${ROUTE}/copy_week`, {
                from_week: addDays(before.week_start, -7),
                to_week: before.week_start,
                employee_ids: before.employees.map((row) => row.id),
            });
            await this.load();
            const back = changesBack(this.data, before);
            if (back.length) {
                this.undoStack.push(back);
            }
            const message = answer.skipped
                ? _t("%(saved)s days copied, %(skipped)s already planned days kept.", answer)
                : _t("%(saved)s days copied.", answer);
            this.notification.add(message, { type: answer.saved ? "success" : "info" });
        });
    }

    // -- posting ----------------------------------------------------------------------------

    confirmPost() {
        const { draft_count: drafts, draft_employees: people } = this.data;
        this.dialog.add(ConfirmationDialog, {
            title: _t("Post this week?"),
            body:
                people === 1
                    ? _t("Changes: %(drafts)s. One person will be e-mailed the week.", { drafts })
                    : _t("Changes: %(drafts)s. %(people)s people will be e-mailed their week.", {
                          drafts,
                          people,
                      }),
            confirmLabel: _t("Post"),
            confirm: () => this.post(),
            cancel: () => {},
        });
    }

    post() {
        return this.work(_t("Posting…"), async () => {
            const answer = await rpc(`${ROUTE}/post_week`, {
                week_start: this.data.week_start,
                employee_ids: this.state.departmentId
                    ? this.data.employees.map((row) => row.id)
                    : null,
            });
            this.undoStack = [];
            await this.load();
            this.tellPosted(answer);
        });
    }

    tellPosted(answer) {
        this.notification.add(
            _t("Days posted: %(posted)s. E-mails: %(emails)s.", {
                posted: answer.posted,
                emails: answer.emails,
            }),
            { type: "success" }
        );
        if (answer.no_email.length) {
            const names = answer.no_email.join(", ");
            this.notification.add(_t("No e-mail address: %(names)s", { names }), {
                type: "warning",
                sticky: true,
            });
        }
        if (answer.email_failures.length) {
            const names = answer.email_failures.join(", ");
            this.notification.add(_t("The e-mail could not be made for: %(names)s", { names }), {
                type: "danger",
                sticky: true,
            });
        }
    }

    // -- cells ------------------------------------------------------------------------------

    setBrush(values, label = "") {
        this.state.brush = values && { values, label };
    }

    pickShift(shift) {
        this.setBrush(shiftValues(shift), shift.name);
    }

    pickOff() {
        this.setBrush(OFF, _t("Off"));
    }

    openCell(employee, day) {
        if (this.state.brush) {
            return this.put(employee, day, this.state.brush.values);
        }
        const cell = employee.days[day];
        this.dialog.add(
            DayDialog,
            {
                title: `${employee.name} – ${formatDay(day)}`,
                cell,
                shifts: this.data.shifts.filter(
                    (shift) => shift.company_id === employee.company_id
                ),
                onSave: (values) => this.put(employee, day, values),
                onClear: () => this.clear(employee, day),
                onCopy: (values) => this.setBrush(values, this.brushLabel(values)),
                onFillRight: (values) =>
                    this.change([
                        { employee_id: employee.id, date: day, ...values },
                        ...fillRight(this.data.days, day, employee.id, values),
                    ]),
            },
            { onClose: () => this.focusCell() }
        );
    }

    brushLabel(values) {
        return values.is_off
            ? _t("Off")
            : `${formatTime(values.start_time)} – ${formatTime(values.end_time)}`;
    }

    onDragStart(ev, employee, day) {
        const entry = effectiveEntry(employee.days[day]);
        ev.dataTransfer.setData("text/plain", "");
        ev.dataTransfer.effectAllowed = "copy";
        this.dragged = entry && entryValues(entry);
    }

    onChipDragStart(ev, values) {
        ev.dataTransfer.setData("text/plain", "");
        this.dragged = values;
    }

    onDrop(employee, day) {
        const values = this.dragged;
        this.dragged = null;
        return values && this.put(employee, day, values);
    }

    // -- keyboard ---------------------------------------------------------------------------

    onFocus(row, column) {
        Object.assign(this.state, { row, column });
    }

    focusCell() {
        const cells = this.grid.el?.querySelectorAll(".o_fusion_clock_cell");
        cells?.[this.state.row * 7 + this.state.column]?.focus();
    }

    onKeydown(ev) {
        const employee = this.data.employees[this.state.row];
        const day = this.data.days[this.state.column];
        if (ev.key in ARROWS) {
            this.moveFocus(...ARROWS[ev.key]);
        } else if (["Delete", "Backspace"].includes(ev.key)) {
            this.clear(employee, day);
        } else if (
            (ev.ctrlKey || ev.metaKey) &&
            !this.onShortcut(ev.key.toLowerCase(), employee, day)
        ) {
            return;
        } else if (!(ev.ctrlKey || ev.metaKey)) {
            return;
        }
        ev.preventDefault();
    }

    moveFocus(rows, columns) {
        const clamp = (value, limit) => Math.max(0, Math.min(limit, value));
        this.state.row = clamp(this.state.row + rows, this.data.employees.length - 1);
        this.state.column = clamp(this.state.column + columns, 6);
        this.focusCell();
    }

    /** @returns {boolean} whether the key is one of ours */
    onShortcut(key, employee, day) {
        const entry = effectiveEntry(employee.days[day]);
        if (key === "c" && entry) {
            this.copied = entryValues(entry);
        } else if (key === "v" && this.copied) {
            this.put(employee, day, this.copied);
        } else if (key === "z") {
            this.undo();
        } else if (key === "d" && entry) {
            this.change(fillRight(this.data.days, day, employee.id, entryValues(entry)));
        } else {
            return false;
        }
        return true;
    }
}

registry.category("actions").add("fusion_clock.shift_planner", ShiftPlanner);
