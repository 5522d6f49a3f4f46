const MIN_BYTES = 4;
const MAX_BYTES = 10;

/**
 * The server has the last word (`hr.employee._fclk_normalize_uid`); here it is only shown.
 *
 * @param {string} text what a reader or a person gave
 * @returns {string} "04:A2:B5:62", or "" when it is no card number
 */
export function normalizeUid(text) {
    const digits = String(text || "").replace(/[\s:-]/g, "");
    const bytes = digits.length / 2;
    const wellFormed = /^([0-9a-f]{2})+$/i.test(digits);
    if (!wellFormed || bytes < MIN_BYTES || bytes > MAX_BYTES) {
        return "";
    }
    return digits.toUpperCase().match(/../g).join(":");
}
