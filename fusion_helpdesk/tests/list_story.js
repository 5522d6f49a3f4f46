// The badge, the list, a thread with an answer, a reply, the badge falls; Esc with text asks.
const { all, asks, check, fill, find, fits, isShown, openDialog, press, tell, text, until } =
    window.fhd;

tell(async () => {
    await until("the badge", () => text(".o_fhd_badge") === "1");
    await openDialog();
    await until("my ticket", () => all(".o_fhd_ticket").length === 1);
    check("it is bold", isShown(".o_fhd_unread .o_fhd_unread_dot"));
    check("no switch for all", !find(".o_fhd_scope_all"));
    fits();
    find(".o_fhd_ticket").click();
    await until("the answer", () => text(".o_fhd_theirs").includes("Turn it off and on"));
    check("whose it is", text(".o_fhd_theirs").includes("Support"));
    check("no secret", !document.body.innerText.includes("internal note"));
    await until("the badge has fallen", () => !find(".o_fhd_badge"));
    fits();
    fill(".o_fhd_reply", "That helped");
    press("Escape");
    await until("the question", asks);
    [...document.querySelectorAll(".modal-footer button")].at(-1).click();
    await until("the question is gone", () => all(".o_dialog").length === 1);
    check("the text is there", find(".o_fhd_reply").value === "That helped");
    find(".o_fhd_send").click();
    await until("my bubble", () => text(".o_fhd_ours").includes("That helped"));
    await until("it is said", () => text(".o_fhd_said") === "Sent.");
    find(".o_fhd_back").click();
    await until("read now", () => find(".o_fhd_ticket") && !find(".o_fhd_unread"));
    find(".btn-close, .oi-arrow-left").click();
    await until("closed", () => !find(".o_fhd_dialog"));
});
