// A central that offers nothing beyond the core.
const { all, check, fill, find, openDialog, tell, until } = window.fhd;

tell(async () => {
    await openDialog();
    find(".o_fhd_tab_new").click();
    await until("the form", () => find("input[name=subject]"));
    fill("input[name=subject]", "Printer");
    find(".o_fhd_kind[name=kind_feature]").click();
    fill("input[name=subject]", "");
    await until("nothing typed", () => find("input[name=subject]").value === "");
    find(".o_fhd_tab_list").click();
    await until("my ticket", () => all(".o_fhd_ticket").length === 1);
    find(".o_fhd_ticket").click();
    await until("the thread", () => find(".o_fhd_reply"));
    check("nothing to press", !find(".o_fhd_close") && !find(".o_fhd_face"));
});
