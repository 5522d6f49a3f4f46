const { all, check, find, openDialog, tell, text, until } = window.fhd;

tell(async () => {
    await openDialog();
    find(".o_fhd_tab_list").click();
    await until("none of my own", () => find(".o_fhd_empty"));
    check("the label is said", text(".o_fhd_scope_all") === "All ACME");
    find(".o_fhd_scope_all").click();
    await until("everybody's", () => all(".o_fhd_ticket").length === 2);
    check("who wrote", text(".o_fhd_tickets").includes("Anna Reid"));
    find(".o_fhd_ticket").click();
    await until("the thread", () => find(".o_fhd_reply"));
    find(".o_fhd_back").click();
    await until("the list", () => find(".o_fhd_scope_mine"));
});
