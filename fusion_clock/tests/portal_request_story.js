const { check, fill, find, isShown, tell, text, until } = window.fclkSteps;

tell(async () => {
    const form = ".o_fusion_clock_correction";
    check("the page fits a phone", document.documentElement.scrollWidth <= innerWidth);
    check("the chosen attendance opens the form", find("#correction").open);
    check("its time is filled in", find(`${form} [name=check_out]`).value === "2026-06-01T17:00");

    fill(`${form} [name=kind]`, "worked_break");
    check("a break needs no time", !isShown(`${form} [name=check_out]`));
    fill(`${form} [name=kind]`, "missed_out");
    check("a forgotten clock-out needs no arrival", !isShown(`${form} [name=check_in]`));
    check("but a time of leaving", isShown(`${form} [name=check_out]`));

    find(`${form} [name=check_out]`).removeAttribute("max");
    fill(`${form} [name=check_out]`, "2099-01-01T10:00");
    fill(`${form} [name=reason]`, "Inventory");
    find(`${form} [type=submit]`).click();
    await until("the refusal", () => text(`${form} [data-part=error]`).includes("future"));
    check("it is announced", find(`${form} [data-part=error]`).getAttribute("role") === "alert");

    fill(`${form} [name=check_out]`, "2026-06-01T18:30");
    find(`${form} [type=submit]`).click();
});
