/* global odoo */
// An error of the page: "Report this" opens a filled-in report with the error, scrubbed.
const { check, fill, find, tell, text, until } = window.fhd;

tell(async () => {
    const error = new TypeError("Cannot read token=canary of undefined");
    const collector = odoo.__WOWL_DEBUG__.root.env.services["fusion_helpdesk.collector"];
    collector.addError(error); // the test's browser ends at an uncaught one
    const lib = odoo.loader.modules.get("@fusion_helpdesk/core/collector");
    const debug =
        'File "/a/odoo/http.py", line 9, in f\n  x\nFile "/srv/addons/sale/m.py", line 7, in g\n';
    check(
        "the server's frames",
        lib.getServerFrames(debug).join() === "odoo/http.py f,addons/sale/m.py g"
    );
    const [one, two] = [8, 9].map((line) => `at f (https://x/web/assets/${line}ab/w.js:${line}:1)`);
    check("lines and places do not count", lib.getStableFrame(one) === lib.getStableFrame(two));
    check(
        "one error, one fingerprint",
        (await lib.getFingerprint("E", [one])) === (await lib.getFingerprint("E", [two])) &&
            (await lib.getFingerprint("E", [one])) !== (await lib.getFingerprint("F", [one]))
    );
    const full = new lib.Collector();
    for (let number = 0; number < 30; number++) {
        full.add("errors", "x".repeat(900));
        full.add("navigations", "/odoo");
    }
    const { errors, navigations } = full.entries;
    check("the rings are bounded", errors.length === 20 && navigations.length === 10);
    check(
        "entries are short",
        errors.every((entry) => entry.length <= 500)
    );
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
