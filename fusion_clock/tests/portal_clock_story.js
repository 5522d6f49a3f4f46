const { check, find, isShown, standAt, tell, text, until } = window.fclkSteps;

tell(async () => {
    const now = ".o_fusion_clock_now";
    const button = `${now} .o_fusion_clock_button`;
    const error = () => text(`${now} [data-part=error]`);
    check("the page fits a phone", document.documentElement.scrollWidth <= innerWidth);
    check("the button is big", find(button).getBoundingClientRect().height >= 44);

    // The browser's question is explained first; "not now" asks nothing.
    standAt(43.6632, -79.3832, "prompt");
    find(button).click();
    await until("the explanation", () => isShown(`${now} [data-part=explain]`));
    check("nothing asked yet", window.fclkSteps.asked === 0);
    find("[data-action=later]").click();
    await until("the button again", () => !find(button).disabled);
    check("still nothing asked", window.fclkSteps.asked === 0);

    standAt(null, null);
    find(button).click();
    await until("a denied position", () => error().includes("does not share"));

    await until("the button again", () => !find(button).disabled);
    standAt(43.6632, -79.3832);
    find(button).click();
    await until("the distance", () => error().includes("1112 m"));
    check("it names the place", error().includes("Front Door"));
    check("still out", find(now).dataset.state === "checked_out");

    // Two presses are one clocking.
    await until("the button again", () => !find(button).disabled);
    standAt(43.6533, -79.3832);
    find(button).click();
    find(button).click();
    await until("clocked in", () => find(now).dataset.state === "checked_in");
    check("no error", !isShown(`${now} [data-part=error]`));
    check("says so", text(`${now} [data-part=done]`).includes("clocked in"));
    await until("running time", () => text(`${now} [data-part=timer]`).startsWith("0:00:0"));
    const seen = text(`${now} [data-part=timer]`);
    await until("it runs", () => text(`${now} [data-part=timer]`) !== seen);
    check("it says clock out", text(button) === "Clock out");
});
