/* Runs in the browser of test_browser.py: from each missing thing to where it is filled in. */
(async () => {
    const wait = async (find, what) => {
        for (let turn = 0; turn < 200; turn++) {
            const found = find();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`waited for ${what}; focus on ${document.activeElement.outerHTML}`);
    };
    const row = (text) =>
        wait(
            () =>
                [...document.querySelectorAll("button.o_fusion_claims_missing")].find((button) =>
                    button.textContent.includes(text)
                ),
            text
        );
    const focused = (name) =>
        wait(() => document.activeElement.closest(`.o_field_widget[name=${name}]`), name);

    (await row("authorization date")).click();
    await focused("x_fc_authorization_date");
    (await row("signed pages")).click();
    await focused("x_fc_original_application");
    (await row("client references")).click();
    await focused("x_fc_client_ref_1");
    (await row("ADP code")).click();
    await focused("order_line");
    (await row("date of birth")).click();
    await wait(() => document.querySelector(".modal [name=x_fc_date_of_birth]"), "the dialog");
    console.log("test successful");
})().catch((error) => console.error(error.message));
