/**
 * @param {string} text with %(name)s placeholders, as Python's translations have them
 * @param {Object} values
 */
export function fill(text, values) {
    return text.replace(/%\((\w+)\)s/g, (_match, name) => values[name] ?? "");
}

/**
 * @param {string} hhmm local time "HH:MM"
 * @param {string} lang "en-CA"
 * @returns {string} "8:02 a.m.", "8 h 02"
 */
export function timeText(hhmm, lang) {
    const [hours, minutes] = hhmm.split(":").map(Number);
    const moment = new Date(2000, 0, 1, hours, minutes);
    return moment.toLocaleTimeString(lang, { hour: "numeric", minute: "2-digit" });
}

export function hoursText(hours, lang) {
    return Number(hours || 0).toLocaleString(lang, {
        minimumFractionDigits: 1,
        maximumFractionDigits: 2,
    });
}
