/* global luxon */
import { deserializeDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/** @returns {{ago: string, exact: string, day: string}} a server's UTC text in the user's zone */
export function describeMoment(text) {
    if (!text) {
        return { ago: "", exact: "", day: "" };
    }
    const moment = deserializeDateTime(text);
    return {
        ago: moment.toRelative() || "",
        exact: moment.toLocaleString(DateTime.DATETIME_MED),
        day: moment.toLocaleString(DateTime.DATE_FULL),
    };
}
