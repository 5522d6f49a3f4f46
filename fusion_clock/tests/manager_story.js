/* global expect, part, press, reach, root, submit, tell, until */
// A manager pairs the tablet and takes a profile photo.
tell(async () => {
    const CODE = localStorage.getItem("code");
    await reach("setup");
    press("activate");
    await until("devices", () => !root.querySelector("[data-action=finish_setup]").hidden);
    press("finish_setup");
    await reach("idle");
    press("open_manager");
    await reach("unlock");
    submit("unlock", "password", "2468");
    await reach("menu");

    press("pair");
    await reach("pair");
    expect("the field is seen", part("pair_code").offsetHeight > 40, true);
    submit("pair", "pair_code", "WRONG234");
    await until("refusal", () => part("pair_fault").textContent);
    submit("pair", "pair_code", CODE);
    await reach("menu");
    expect("station", part("menu_station").textContent, "Station: South");
    expect("its place", part("place_name").textContent, "Back door");

    press("profile_photo");
    await reach("employees");
    expect("question", part("employees_title").textContent, "Whose photo is it?");
    submit("search", "query", "maya");
    await until("Maya", () => part("people").querySelector("button"));
    part("people").querySelector("button").click();
    await reach("guide");
    press("guide_shoot");
    await until("countdown", () => part("guide_count").textContent === "2");
    await until("a picture", () => part("guide_after").src.startsWith("data:image/jpeg"));
    press("guide_retake");
    await until("live again", () => !part("guide_live").hidden);
    press("guide_shoot");
    await until("a picture again", () => !part("guide_result").hidden);
    press("guide_save");
    await reach("guided");
    press("leave_manager");
    await reach("idle");
});
