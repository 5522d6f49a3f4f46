/* global expect, expectText, part, reach, root, state, submit, tell, until */
// The PIN kiosk: search, a wrong PIN, the right one, and nobody's name left behind.
tell(async () => {
    await reach("idle");
    expect("dark", getComputedStyle(root).backgroundColor, "rgb(11, 15, 20)");
    submit("search", "query", "zzzz");
    await until("nobody", () => !part("people_empty").hidden);
    submit("search", "query", "maya");
    await until("Maya", () => part("people").querySelector("button"));
    expect("one person", part("people").children.length, 1);
    expectText("state", part("people").textContent, /Maya Tester\s*Not clocked in/);
    part("people").querySelector("button").click();
    await reach("pin");
    expect("her name", part("pin_name").textContent, "Maya Tester");
    submit("pin", "pin", "0000");
    await until("refusal", () => part("pin_fault").textContent);
    expect("still asking", state(), "pin");
    expect("nothing kept", part("pin").value, "");
    for (const key of "2580") {
        [...part("keys").children].find((button) => button.textContent === key).click();
    }
    expect("typed", part("pin").value, "2580");
    root.querySelector('[data-form="pin"]').requestSubmit();
    await reach("result");
    expectText("in", part("action").textContent, /^CLOCKED IN at \d/);
    await reach("idle");
    expect("no query left", part("query").value, "");
    expect("no name left", part("people").children.length, 0);
});
