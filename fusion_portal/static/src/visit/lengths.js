/** Lengths as people read them off a tape measure; kept in inches. The twin of services/lengths.py. */

const NUMBER = "(?:\\d+[.,]\\d+|[.,]\\d+|\\d+)";
const AMOUNT = `(?:\\d+[\\s-]+\\d+\\s*\\/\\s*\\d+|\\d+\\s*\\/\\s*\\d+|${NUMBER})`;
const INCH = `(?:"|″|”|''|in\\.?|inch(?:es)?)`;
const FOOT = "(?:'|′|’|ft\\.?|foot|feet)";
const METRIC = new RegExp(`^(${NUMBER})\\s*(mm|cm|m)$`);
const IMPERIAL = new RegExp(
    `^(?:(${AMOUNT})\\s*${FOOT}(?!')\\s*-?\\s*)?(?:(${AMOUNT})\\s*${INCH}?)?$`,
    "i"
);
const LONGEST = 40;
const MM = { mm: 1, cm: 10, m: 1000 };
export const MM_PER_INCH = 25.4;

function amount(text) {
    if (!text.includes("/")) {
        return Number(text.replace(",", "."));
    }
    const parts = text.match(/\d+/g).map(Number);
    const denominator = parts.pop();
    const numerator = parts.pop();
    if (!denominator) {
        return NaN;
    }
    return (parts[0] || 0) + numerator / denominator;
}

function round(number) {
    return Math.round(number * 1000 + 1e-7) / 1000;
}

/** @returns {number} inches, three decimals; 0 for nothing; NaN when it is no length */
export function parseLength(value) {
    const text = String(value ?? "").trim();
    if (!text || value === false) {
        return 0;
    }
    if (text.length > LONGEST) {
        return NaN;
    }
    const metric = text.toLowerCase().match(METRIC);
    if (metric) {
        return round((amount(metric[1]) * MM[metric[2]]) / MM_PER_INCH);
    }
    const imperial = text.match(IMPERIAL);
    if (!imperial || !(imperial[1] || imperial[2])) {
        return NaN;
    }
    return round(12 * amount(imperial[1] || "0") + amount(imperial[2] || "0"));
}

/** @returns {number} NaN when it is no number */
export function parseNumber(value) {
    const text = String(value ?? "")
        .trim()
        .replace(",", ".");
    if (!text || value === false) {
        return 0;
    }
    return /^\d*\.?\d+$|^\d+\.$/.test(text) ? Number(text) : NaN;
}

/** @returns {string} as the reader writes it: three decimals of an inch, or whole millimetres */
export function showLength(inches, unit, lang) {
    const number = unit === "mm" ? Math.round(inches * MM_PER_INCH * 10) / 10 : inches;
    return number.toLocaleString(lang, { maximumFractionDigits: 3, useGrouping: false });
}
