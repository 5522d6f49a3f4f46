// Report with a pasted picture, read the reference, open the ticket, reply; keyboard only.
const { all, check, fill, find, fits, openDialog, paste, picture, press, tell, text, until } =
    window.fhd;

tell(async () => {
    await openDialog();
    await until("focus in the subject", () => document.activeElement?.name === "subject");
    fits();
    check("my address", find("input[name=reply_email]").value === "anna@example.com");
    press("Enter", { ctrlKey: true });
    await until("a subject is asked for", () => text(".o_fhd_error") === "Please give a subject.");
    fill("input[name=subject]", "Printer smokes");
    fill("textarea[name=description]", "Since noon.\nPlease help.");
    await paste("textarea[name=description]", await picture());
    await until("the picture", () => all(".o_fhd_file").length === 1);
    find(".o_fhd_show").click();
    await until("the diagnostics", () => text("#o_fhd_diagnostics").includes("Anna Reid"));
    find("textarea[name=description]").focus();
    press("Enter", { ctrlKey: true });
    await until("the reference", () => text(".o_fhd_reference").startsWith("HT"));
    fits();
    find(".o_fhd_view").click();
    await until("the thread", () => find(".o_fhd_reply"));
    fill(".o_fhd_reply", "One more thing");
    press("Enter", { ctrlKey: true });
    await until("the bubble", () => text(".o_fhd_ours").includes("One more thing"));
    check("the box is empty", find(".o_fhd_reply").value === "");
    fits();
    press("Escape");
    await until("the dialog is closed", () => !find(".o_fhd_dialog"));
});
