// What the stories of this folder share; put in front of them.
{
    const find = (selector) => document.querySelector(selector);
    const text = (selector) => (find(selector)?.innerText || "").replace(/\s+/g, " ").trim();
    const until = async (what, condition) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = condition();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`waited for: ${what}`);
    };
    const check = (what, condition) => {
        if (!condition) {
            throw new Error(`is not so: ${what}`);
        }
    };
    const isShown = (selector) => !!find(selector)?.getClientRects().length;
    const fill = (selector, value) => {
        const field = find(selector);
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const steps = { asked: 0 };
    const standAt = (latitude, longitude, state = "granted") => {
        navigator.permissions.query = async () => ({ state });
        navigator.geolocation.getCurrentPosition = (found, failed) => {
            steps.asked++;
            if (latitude === null) {
                failed({ code: 1 });
            } else {
                found({ coords: { latitude, longitude, accuracy: 10 } });
            }
        };
    };
    const tell = (story) =>
        story().then(
            () => console.log("test successful"),
            (error) => console.error(error.message)
        );
    Object.assign(steps, { find, text, until, check, isShown, fill, standAt, tell });
    window.fclkSteps = steps;
}
