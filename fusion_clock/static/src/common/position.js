const OPTIONS = { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 };
const DENIED = 1; // GeolocationPositionError.PERMISSION_DENIED

/** @returns {Promise<boolean>} whether the browser is about to ask the person */
export async function willAsk() {
    try {
        const permission = await navigator.permissions.query({ name: "geolocation" });
        return permission.state === "prompt";
    } catch {
        return true; // a browser that does not tell may ask
    }
}

/**
 * @returns {Promise<{latitude, longitude, accuracy}|{problem: "denied"|"no_position"}>}
 */
export function getPosition() {
    if (!navigator.geolocation) {
        return Promise.resolve({ problem: "no_position" });
    }
    return new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
            ({ coords: { latitude, longitude, accuracy } }) =>
                resolve({ latitude, longitude, accuracy }),
            (error) => resolve({ problem: error.code === DENIED ? "denied" : "no_position" }),
            OPTIONS
        );
    });
}
