// Notices, similar tickets, a screenshot with a blurred place, "Report this", close and rate.
const { all, fill, find, openDialog, tell, text, until } = window.fhd;

/** A tab that is one red picture with black writing. */
function standInForTheTab() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 300 });
    const context = canvas.getContext("2d");
    const paint = () => {
        context.fillStyle = "#ffffff";
        context.fillRect(0, 0, 400, 300);
        context.fillStyle = "#000000";
        for (let x = 20; x < 180; x += 4) {
            context.fillRect(x, 20, 2, 60);
        }
    };
    paint();
    setInterval(paint, 50);
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(25);
}

function drag(from, to) {
    const canvas = find(".o_fhd_canvas");
    const { left, top, width } = canvas.getBoundingClientRect();
    const scale = width / canvas.width;
    const fire = (type, [x, y]) =>
        canvas.dispatchEvent(
            new PointerEvent(type, {
                clientX: left + x * scale,
                clientY: top + y * scale,
                bubbles: true,
            })
        );
    fire("pointerdown", from);
    fire("pointermove", to);
    fire("pointerup", to);
}

/** How many different greys a column run has: writing has black and white, a blur one tone. */
function countTones() {
    const canvas = find(".o_fhd_canvas");
    const { data } = canvas.getContext("2d").getImageData(40, 50, 60, 1);
    return new Set(data.filter((_value, index) => index % 4 === 0)).size;
}

tell(async () => {
    await openDialog();
    await until("the notice", () => text(".o_fhd_notice").includes("Saturday"));
    find(".o_fhd_notice .btn-close").click();
    await until("it is gone", () => !find(".o_fhd_notice"));

    fill("input[name=subject]", "Printer");
    await until("a similar one", () => text(".o_fhd_similar").includes("Printer smokes"));
    find(".o_fhd_follow").click();
    await until("followed", () => text(".o_fhd_similar").includes("You follow it now."));

    if (navigator.mediaDevices) {
        navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new Error("no"));
    }
    find(".o_fhd_capture").click();
    await until("a refusal is said", () => text(".o_fhd_files").includes("not allowed"));
    standInForTheTab();
    find(".o_fhd_capture").click();
    await until("the picture", () => find(".o_fhd_canvas")?.width === 400);
    await until("it is drawn", () => countTones() > 3 || countTones() === 2);
    find(".o_fhd_tool[data-tool=blur]").click();
    drag([10, 10], [200, 100]);
    await until("it is blurred", () => countTones() <= 3);
    find(".o_fhd_undo").click();
    await until("undone", () => find(".o_fhd_undo").disabled);
    drag([10, 10], [200, 100]);
    for (const tool of ["box", "arrow", "pen"]) {
        find(`.o_fhd_tool[data-tool=${tool}]`).click();
        drag([220, 120], [300, 200]);
    }
    find(".o_fhd_attach").click();
    await until("attached", () => text(".o_fhd_file_name").match(/^screenshot-\d{8}-\d{6}\.png$/));
    find(".o_fhd_mark").click();
    await until("marked again", () => find(".o_fhd_canvas")?.width === 400);
    find(".o_fhd_attach").click();
    await until("still one", () => all(".o_fhd_file").length === 1 && !find(".o_fhd_canvas"));
    fill("textarea[name=description]", "With a picture");
    find(".o_fhd_submit").click();
    await until("sent", () => text(".o_fhd_reference").startsWith("HT"));
    find(".o_fhd_view").click();

    await until("the thread", () => find(".o_fhd_close"));
    find(".o_fhd_close").click();
    await until("closed", () => text(".o_fhd_thread_head").includes("Closed"));
    find(".o_fhd_face[data-rating='5']").click();
    await until("rated", () => text(".o_fhd_rating").includes("Thank you for your rating."));
    find(".modal-header .btn-close").click();
    await until("the dialog is closed", () => !find(".o_fhd_dialog"));
});
