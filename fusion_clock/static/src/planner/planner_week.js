/** What a planned week says, without a DOM: entries, totals, changes and their undoing. */

/** @returns {Object|false} what counts once the week is posted */
export function effectiveEntry(cell) {
    return cell.draft || cell.posted || cell.recurring;
}

/** @returns {"draft"|"posted"|"recurring"|"empty"} which layer of a cell counts */
export function cellLayer(cell) {
    return ["draft", "posted", "recurring"].find((layer) => cell[layer]) || "empty";
}

/** @returns {number} time of day of "08:30" as hours, NaN for anything else */
export function parseTime(text) {
    const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text || "");
    return match ? Number(match[1]) + Number(match[2]) / 60 : NaN;
}

/** @returns {string} "08:30" of 8.5 hours */
export function timeText(hours) {
    const minutes = Math.round(hours * 60) % (24 * 60);
    const pad = (number) => String(number).padStart(2, "0");
    return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** @returns {string} hours for a total: "8", "7.5", "7.25" */
export function hoursText(hours) {
    return String(Number(hours.toFixed(2)));
}

/** @returns {Object} the values of an entry that travel: copied, dragged, undone */
export function entryValues(entry) {
    const { shift_id, is_off, start_time, end_time, break_minutes, note } = entry;
    return { shift_id, is_off, start_time, end_time, break_minutes, note };
}

/** @returns {Object} values of a shift template, as of an entry */
export function shiftValues(shift) {
    const { id, start_time, end_time, break_minutes } = shift;
    return { shift_id: id, is_off: false, start_time, end_time, break_minutes, note: "" };
}

export const OFF = { shift_id: false, is_off: true, note: "" };

/** @returns {Object[]} per day `{hours, people}` of all rows */
export function dayTotals(data) {
    return data.days.map((day) => {
        const cells = data.employees.map((row) => row.days[day]);
        return {
            hours: cells.reduce((sum, cell) => sum + cell.plan_hours, 0),
            people: cells.filter((cell) => cell.plan_hours > 0).length,
        };
    });
}

/** @returns {Object[]} `{employee, day (false: the week), message}` in reading order */
export function allWarnings(data) {
    return data.employees.flatMap((row) => [
        ...row.warnings.map(({ message }) => ({ employee: row, day: false, message })),
        ...data.days.flatMap((day) =>
            row.days[day].warnings.map(({ message }) => ({ employee: row, day, message }))
        ),
    ]);
}

/**
 * Changes that lead from one state of the week back to another: what undo sends.
 *
 * @returns {Object[]} changes of `/fusion_clock/shift_planner/save`
 */
export function changesBack(now, before) {
    const old = new Map(before.employees.map((row) => [row.id, row]));
    const changes = [];
    for (const row of now.employees) {
        for (const day of now.days) {
            const was = old.get(row.id)?.days[day];
            const is = row.days[day];
            const key = { employee_id: row.id, date: day };
            if (!was || JSON.stringify(was.draft) === JSON.stringify(is.draft)) {
                continue;
            }
            changes.push(
                was.draft ? { ...key, ...entryValues(was.draft) } : { ...key, clear: true }
            );
        }
    }
    return changes;
}

/** @returns {Object[]} changes that repeat a cell's entry on the later days of its week */
export function fillRight(days, day, employeeId, values) {
    return days
        .slice(days.indexOf(day) + 1)
        .map((date) => ({ employee_id: employeeId, date, ...values }));
}
