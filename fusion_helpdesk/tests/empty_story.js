const { check, find, openDialog, tell, text, until } = window.fhd;

tell(async () => {
    await openDialog();
    find(".o_fhd_tab_list").click();
    await until("nothing", () =>
        text(".o_fhd_empty").includes("You have not reported anything yet")
    );
    check("no badge", !find(".o_fhd_badge"));
    find(".o_fhd_empty button").click();
    await until("the form", () => find("input[name=subject]"));
});
