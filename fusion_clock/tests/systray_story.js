const { check, fill, find, isShown, standAt, tell, text, until } = window.fclkSteps;

tell(async () => {
    const menu = ".o_att_menu_container";
    const open = async () => {
        find(".o_menu_systray button .fa-circle").closest("button").click();
        await until("the menu", () => isShown(`${menu} .o_fusion_clock_systray`));
    };
    const clock = () => find(`${menu} .btn-success, ${menu} .btn-warning`);
    await until("the systray", () => find(".o_menu_systray button .fa-circle"));
    await open();
    check("today's shift", text(".o_fusion_clock_systray_shift").includes("(8 h)"));
    check("the question", text(".o_fusion_clock_systray_question").includes("What happened?"));
    fill("#o_fusion_clock_systray_reason", "The battery was empty");
    find(".o_fusion_clock_systray_question [type=submit]").click();
    await until("the question is gone", () => !find(".o_fusion_clock_systray_question"));

    standAt(43.6632, -79.3832);
    clock().click();
    await until("the distance", () => text(".o_fusion_clock_systray_error").includes("1112 m"));
    check("still out", !!find(`${menu} .btn-success`));

    standAt(43.6533, -79.3832);
    clock().click();
    await until("the menu closes", () => !find(menu));
    await until("a green dot", () => find(".o_menu_systray .fa-circle.text-success"));
});
