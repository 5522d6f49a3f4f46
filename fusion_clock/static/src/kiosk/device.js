const TOKEN_KEY = "fclk_station_token";

/** @returns {string|null} what this tablet was given when it was paired */
export function stationToken() {
    return localStorage.getItem(TOKEN_KEY);
}

export function keepStationToken(token) {
    localStorage.setItem(TOKEN_KEY, token);
}

/** @returns {Promise<number|null>} percent, null where the browser does not say */
export async function batteryPercent() {
    const battery = await navigator.getBattery?.().catch(() => null);
    return battery ? Math.round(battery.level * 100) : null;
}

/** Keep the tablet's screen on and its page still. */
export function keepAwake() {
    const request = () => navigator.wakeLock?.request("screen").catch(() => {});
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") {
            request();
        }
    });
    request();
}

/** A wall tablet has no way out of the page: no menu, no selection, no way back. */
export function holdStill() {
    document.addEventListener("contextmenu", (ev) => ev.preventDefault());
    document.addEventListener("selectstart", (ev) => {
        if (!(ev.target instanceof HTMLInputElement)) {
            ev.preventDefault();
        }
    });
    document.addEventListener("gesturestart", (ev) => ev.preventDefault());
    history.pushState(null, "", location.href);
    window.addEventListener("popstate", () => history.pushState(null, "", location.href));
}

/**
 * Show the time each second, aligned to the second.
 *
 * @param {Screen} screen
 * @param {string} lang "en-CA"
 * @param {string} timeZone the company's, because a tablet's own is often never set
 */
export function runClock(screen, lang, timeZone) {
    const time = { hour: "numeric", minute: "2-digit", second: "2-digit", timeZone };
    const date = { weekday: "long", day: "numeric", month: "long", timeZone };
    const tick = () => {
        const now = new Date();
        screen.text("time", now.toLocaleTimeString(lang, time));
        screen.text("date", now.toLocaleDateString(lang, date));
        setTimeout(tick, 1000 - (Date.now() % 1000));
    };
    tick();
}
