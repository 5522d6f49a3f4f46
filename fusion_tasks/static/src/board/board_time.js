/* global luxon */
const { DateTime } = luxon;

const BUSY = ["scheduled", "en_route", "in_progress"];
const DAY = 24 * 60;

/** Minutes since midnight as the reader's clock shows them. */
export function clock(minutes) {
    const hour = Math.floor(minutes / 60) % 24;
    return DateTime.fromObject({ hour, minute: minutes % 60 }).toLocaleString(DateTime.TIME_SIMPLE);
}

/** A full hour, short enough to stand above its line. */
export function hourLabel(minutes) {
    return DateTime.fromObject({ hour: (minutes / 60) % 24 }).toLocaleString({ hour: "numeric" });
}

/** A wall-clock time of the company as naive UTC text, which the server reads. */
export function toUtcText(day, minutes, zone) {
    const local = DateTime.fromISO(day, { zone }).set({
        hour: Math.floor(minutes / 60),
        minute: minutes % 60,
    });
    return local.toUTC().toFormat("yyyy-MM-dd HH:mm:ss");
}

export function addDays(day, count) {
    return DateTime.fromISO(day).plus({ days: count }).toISODate();
}

export function startOfWeek(day) {
    return DateTime.fromISO(day).startOf("week").toISODate();
}

export function dayTitle(day, format = { weekday: "short", day: "numeric", month: "short" }) {
    return DateTime.fromISO(day).toLocaleString(format);
}

/** The hours that a day shows: seven to seven, more where a job lies outside. */
export function shownHours(tasks) {
    const first = Math.min(7 * 60, ...tasks.map((task) => task.from));
    const last = Math.max(19 * 60, ...tasks.map((task) => task.to));
    return { from: Math.floor(first / 60) * 60, to: Math.min(Math.ceil(last / 60) * 60, DAY) };
}

function holds(intervals, from, to) {
    return (intervals || []).some(([start, end]) => start <= from && to <= end);
}

/**
 * What the server will say of a drop, from what it told when the drag began.
 *
 * @returns {"free"|"tight"|"refused"}
 */
export function judge(place, task, tasks, hints) {
    const to = place.from + task.hours * 60;
    const isTaken = tasks.some(
        (other) =>
            other.id !== task.id &&
            !other.is_free &&
            BUSY.includes(other.status) &&
            other.day === place.day &&
            other.people.includes(place.technicianId) &&
            other.from < to &&
            other.to > place.from
    );
    if (isTaken) {
        return "refused";
    }
    const hint = hints?.[place.technicianId]?.[place.day];
    return holds(hint?.usable, place.from, to) ? "free" : "tight";
}
