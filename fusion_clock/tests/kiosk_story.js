/* global expect, expectText, part, press, reach, root, sleep, state, submit, tap, tell, until */
// A tablet's first day.
tell(async () => {
    const CARD = "04:a2:b5:62:c1:80";
    const DEBOUNCE_MS = 5300; // the window is five seconds

    async function setUpTablet() {
        await reach("setup");
        // A style sheet that does not compile leaves a white page.
        expect("dark", getComputedStyle(root).backgroundColor, "rgb(11, 15, 20)");
        press("activate");
        await until(
            "devices ready",
            () => !root.querySelector("[data-action=finish_setup]").hidden
        );
        expect("camera", root.querySelector("[data-check=camera]").dataset.good, "true");
        expect("reader", root.querySelector("[data-check=reader]").dataset.good, "true");
        tap("04:11:22:33");
        expect("test card", part("test_state").textContent, "04:11:22:33");
        press("finish_setup");
        await reach("idle");
        expect("kept for next time", localStorage.getItem("fclk_setup_done"), "1");
    }

    async function programUnknownCard() {
        tap(CARD);
        await reach("error");
        expect("unknown", part("error_text").textContent, "Card not recognised. See your manager.");
        expect("its number", part("error_uid").textContent, "04:A2:B5:62:C1:80");
        press("program_card");
        await reach("unlock");
        submit("unlock", "password", "wrong");
        await until("refusal", () => part("unlock_fault").textContent);
        expect("still locked", state(), "unlock");
        submit("unlock", "password", "2468");
        await reach("employees");
        submit("search", "query", "maya");
        await until("found", () => part("people").querySelector("button"));
        expect("one person", part("people").querySelectorAll("button").length, 1);
        part("people").querySelector("button").click();
        await reach("confirm");
        expect("question", part("confirm_text").textContent, "Give this card to Maya Tester?");
        press("confirm_enrol");
        await reach("enrolled");
        press("leave_manager");
        await reach("idle");
    }

    async function clockIn() {
        tap(CARD);
        await reach("result");
        expect("name", part("name").textContent, "Maya Tester");
        expectText("in", part("action").textContent, /^CLOCKED IN at \d/);
        expect("a sign beside the colour", part("sign").textContent, "→");
        const { fetch } = window;
        const slowFetch = (...request) => sleep(600).then(() => fetch(...request));
        window.fetch = slowFetch;
        tap(CARD); // left on the reader, on a slow network
        await sleep(400);
        expect("the result stays", state(), "result");
        window.fetch = fetch;
        await reach("idle");
    }

    async function clockOut() {
        await sleep(DEBOUNCE_MS);
        tap(CARD);
        await reach("result");
        expectText("out", part("action").textContent, /^CLOCKED OUT at \d/);
        expect("sign", part("sign").textContent, "←");
        await reach("idle");
    }

    async function loseTheNetwork() {
        const { fetch } = window;
        window.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
        tap("04:99:99:99:99");
        await reach("error");
        expect("lost", part("error_text").textContent, "No connection. Please try again.");
        expect("dot", part("dot").dataset.up, "false");
        await reach("idle");
        tap("04:99:99:99:99");
        await reach("error");
        expectText("still lost", part("error_text").textContent, /clock on your phone\.$/);
        window.fetch = fetch;
        await reach("idle");
    }

    async function lockTheScreen() {
        press("open_manager");
        await reach("unlock");
        submit("unlock", "password", "2468");
        await reach("menu");
        press("lock_screen");
        await reach("locked");
        tap(CARD);
        await sleep(500);
        expect("a locked kiosk reads no card", state(), "locked");
        press("open_manager");
        await reach("unlock");
        submit("unlock", "password", "2468");
        await reach("menu");
        press("leave_manager");
        await reach("idle");
    }

    await setUpTablet();
    await programUnknownCard();
    await clockIn();
    await clockOut();
    await loseTheNetwork();
    await lockTheScreen();
});
