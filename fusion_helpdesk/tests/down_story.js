// Central is stopped: nothing is lost, and everything says so.
const { asks, check, fill, find, openDialog, press, tell, text, until } = window.fhd;

tell(async () => {
    await openDialog();
    await until("the form", () => find("input[name=subject]"));
    fill("input[name=subject]", "Typed before the accident");
    fill("textarea[name=description]", "All of it");
    press("Escape");
    await until("the question", asks);
    find(".modal-footer .btn-primary").click();
    await until("closed", () => !find(".o_fhd_dialog"));
    await openDialog();
    await until("the draft", () => find("textarea[name=description]")?.value === "All of it");
    find(".o_fhd_submit").click();
    await until("saved", () => text(".o_fhd_saved").startsWith("Saved. It will be sent"));
    await until("the dot", () => find(".o_fhd_dot_amber"));
    find(".o_fhd_tab_list").click();
    await until("the banner", () => text(".o_fhd_offline"));
    check("the row", text(".o_fhd_unsent").includes("Typed before the accident"));
    find(".o_fhd_discard").click();
    await until("the dot is gone", () => !find(".o_fhd_dot_amber"));
    await until("the row is gone", () => !find(".o_fhd_unsent"));
});
