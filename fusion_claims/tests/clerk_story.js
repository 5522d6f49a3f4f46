/* Runs in the browser of test_browser.py: a case from the form that has come to the submission. */
(async () => {
    const wait = async (find, what) => {
        for (let turn = 0; turn < 400; turn++) {
            const found = find();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`waited for ${what}: ${document.querySelector(".modal")?.innerText}`);
    };
    const press = async (text, within = "") =>
        (
            await wait(
                () =>
                    [...document.querySelectorAll(`${within} button`)].find(
                        (button) => button.textContent.trim() === text && button.offsetParent
                    ),
                text
            )
        ).click();
    const gone = () => wait(() => !document.querySelector(".modal"), "the dialog to close");
    const state = (text) =>
        wait(
            () =>
                document.querySelector(".o_fusion_claims_ribbon .badge")?.textContent.trim() ===
                text,
            `the state ${text}`
        );
    const upload = async (field, name) => {
        const input = await wait(
            () => document.querySelector(`.modal [name=${field}] input[type=file]`),
            field
        );
        const bytes = Uint8Array.from(atob("PDF_OF_THE_TEST"), (char) => char.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], name, { type: "application/pdf" }));
        input.files = files.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        await wait(
            () => document.querySelector(`.modal [name=${field}] input[type=text]`)?.value === name,
            `the file ${name}`
        );
    };
    const ribbon = ".o_fusion_claims_ribbon";

    await state("Waiting for Application");
    await press("Application Received", ribbon);
    await upload("original_application", "application.pdf");
    await wait(() => document.querySelector(".modal")?.innerText.includes("14 pages"), "14 pages");
    await press("Application Received", ".modal");
    await gone();
    await state("Application Received");

    await press("Ready for Submission", ribbon);
    await wait(
        () => document.querySelector(".modal")?.innerText.includes("Everything is there."),
        "the checks"
    );
    await press("Ready for Submission", ".modal");
    await gone();
    await state("Ready for Submission");

    await press("Submitted", ribbon);
    await upload("final_application", "final.pdf");
    (
        await wait(() => document.querySelector(".modal [name=devices_match] input"), "the tick")
    ).click();
    await press("Submitted", ".modal");
    await gone();
    await state("Submitted");
    console.log("test successful");
})().catch((error) => console.error(error.message));
