/* global expectText, part, press, reach, root, sleep, tap, tell, until */
// Taps without a connection wait on the tablet, survive a lost answer, and are sent later.
tell(async () => {
    const CARD = "04:a2:b5:62:c1:80";
    const DEBOUNCE_MS = 5300; // the window is five seconds
    const { fetch } = window;
    const isTap = (url) => String(url).endsWith("/nfc/tap");
    const shown = () => part("waiting_taps").textContent;

    await reach("setup");
    press("activate");
    await until("devices", () => !root.querySelector("[data-action=finish_setup]").hidden);
    press("finish_setup");
    await reach("idle");

    // The server records the tap, its answer is lost: saved, and sent again with the same id.
    window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (isTap(url)) {
            throw new TypeError("the answer was lost");
        }
        return answer;
    };
    const replay = window.fetch;
    window.fetch = async (url, options) => {
        if (String(url).endsWith("/replay")) {
            throw new TypeError("still lost");
        }
        return await replay(url, options);
    };
    tap(CARD);
    await reach("saved");
    expectText("waiting", shown(), /: 1$/);
    await reach("idle");
    await sleep(DEBOUNCE_MS);

    // A card left on the reader is one tap.
    window.fetch = () => Promise.reject(new TypeError("no network"));
    tap(CARD);
    tap(CARD);
    await reach("saved");
    await sleep(1500);
    tap(CARD);
    await sleep(1500);
    expectText("waiting", shown(), /: 2$/);
    tap("04:77:77:77:77");
    await until("three wait", () => /: 3$/.test(shown()));

    window.fetch = fetch;
    window.dispatchEvent(new Event("online"));
    await until("the queue is empty", () => part("waiting_taps").hidden);

    // Connected again, a tap is answered at once.
    await sleep(DEBOUNCE_MS);
    await reach("idle");
    tap(CARD);
    await reach("result");
});
