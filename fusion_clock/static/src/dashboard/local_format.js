/* global luxon */
/** Dates and times of day in the reader's format. */
import { localization } from "@web/core/l10n/localization";

const { DateTime, Duration } = luxon;

/** @returns {string} hours and minutes of a time of day given as hours */
export function formatTime(hours) {
    const minutes = Math.round(hours * 60);
    const moment = DateTime.fromObject({
        hour: Math.floor(minutes / 60) % 24,
        minute: minutes % 60,
    });
    return moment.toFormat(shortFormat());
}

/** @returns {string} a server datetime (naive UTC) as local hours and minutes */
export function formatClock(text) {
    return parseUtc(text).toFormat(shortFormat());
}

/** @returns {string} "Mon 1 Jun" of an ISO date, in the reader's language */
export function formatDay(day) {
    return DateTime.fromISO(day).toLocaleString({
        weekday: "short",
        day: "numeric",
        month: "short",
    });
}

/** @returns {string} the seven days that begin with an ISO date */
export function formatWeek(day) {
    const first = DateTime.fromISO(day);
    const format = { day: "numeric", month: "short" };
    const last = first.plus({ days: 6 }).toLocaleString({ ...format, year: "numeric" });
    return `${first.toLocaleString(format)} – ${last}`;
}

/** @returns {string} ISO date some days away */
export function addDays(day, count) {
    return DateTime.fromISO(day).plus({ days: count }).toISODate();
}

/** @returns {string} "2:05" since a server datetime */
export function formatElapsed(text, now = DateTime.utc()) {
    const elapsed = Math.max(0, now.toMillis() - parseUtc(text).toMillis());
    return Duration.fromMillis(elapsed).toFormat("h:mm");
}

function parseUtc(text) {
    return DateTime.fromSQL(text, { zone: "utc" }).setZone("default");
}

function shortFormat() {
    return localization.timeFormat.replace(/:ss/, "");
}
