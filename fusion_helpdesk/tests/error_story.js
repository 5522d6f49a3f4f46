/* global odoo */
// An error of the page: "Report this" opens a filled-in report with the error, scrubbed.
const { check, fill, find, tell, text, until } = window.fhd;

tell(async () => {
    const error = new TypeError("Cannot read token=canary of undefined");
    const collector = odoo.__WOWL_DEBUG__.root.env.services["fusion_helpdesk.collector"];
    collector.addError(error); // the test's browser ends at an uncaught one
    const { RPCErrorDialog } = odoo.loader.modules.get("@web/core/errors/error_dialogs");
    odoo.__WOWL_DEBUG__.root.env.services.dialog.add(RPCErrorDialog, {
        name: "TypeError",
        message: "Division by zero\nmore",
        traceback: "trace",
    });
    await until("the button", () => find(".o_fhd_report_error"));
    find(".o_fhd_report_error").click();
    await until("the subject", () => {
        return find("input[name=subject]")?.value === "Error: Division by zero";
    });
    find(".o_fhd_show").click();
    await until("the error", () => text("#o_fhd_diagnostics").includes("TypeError: Cannot read"));
    check("no secret", !text("#o_fhd_diagnostics").includes("canary"));
    fill("textarea[name=description]", "I pressed the button");
    find(".o_fhd_submit").click();
    await until("sent", () => text(".o_fhd_reference").startsWith("HT"));
});
