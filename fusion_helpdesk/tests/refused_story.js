// Refused by support: the text is edited and sent again, under the same key.
const { all, check, fill, find, openDialog, tell, text, until } = window.fhd;

tell(async () => {
    await openDialog();
    find(".o_fhd_tab_list").click();
    await until("the row", () => text(".o_fhd_unsent").includes("Refused"));
    check("why", text(".o_fhd_unsent").includes("No such team"));
    find(".o_fhd_edit").click();
    await until("the text", () => find("textarea[name=description]")?.value === "It smokes");
    check("the file is named", text(".o_fhd_form").includes("again if they are still needed: a"));
    fill("textarea[name=description]", "It smokes a lot");
    find(".o_fhd_submit").click();
    await until("sent", () => text(".o_fhd_reference").startsWith("HT"));
    find(".o_fhd_tab_list").click();
    await until("sent now", () => all(".o_fhd_ticket").length === 1 && !find(".o_fhd_unsent"));
});
