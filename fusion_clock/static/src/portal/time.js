const { DateTime } = window.luxon;
const SERVER_FORMAT = "yyyy-MM-dd HH:mm:ss";

/**
 * @param {string} text value of a datetime-local input
 * @param {string} zone the employee's time zone, whatever the device's is
 * @returns {string|null} UTC as the server takes it, null for no time at all
 */
export function toServer(text, zone) {
    const moment = DateTime.fromISO(text, { zone });
    return moment.isValid ? moment.toUTC().toFormat(SERVER_FORMAT) : null;
}

/** @param {string} text UTC of the server */
export function fromServer(text) {
    return DateTime.fromFormat(text, SERVER_FORMAT, { zone: "utc" });
}

/** @returns {string} the local time of day */
export function showTime(text, zone) {
    return fromServer(text).setZone(zone).toLocaleString(DateTime.TIME_SIMPLE);
}

/** @returns {string} for example 7:05:09 */
export function showDuration(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const pad = (figure) => String(figure).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** @returns {string} hours as 7:30 */
export function showHours(hours) {
    const minutes = Math.round(hours * 60);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
