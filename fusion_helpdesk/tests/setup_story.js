const { check, find, tell, until } = window.fhd;

tell(async () => {
    const button = find(".o_fhd_systray button");
    check("it says what to do", button.title === "Set up support");
    button.click();
    await until("the settings", () => find("#fusion_helpdesk_code")?.getClientRects().length);
    find("[name=action_fc_helpdesk_test]").click();
    await until("the fault is named", () =>
        document.body.innerText.includes("Support is not connected to this database yet.")
    );
});
