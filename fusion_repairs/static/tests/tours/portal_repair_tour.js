import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("fusion_repairs_portal_repair", {
    steps: () => [
        {
            trigger: "a[href^='/my/equipment/']:contains(Stair Lift 900)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "a:contains(Report a problem with this unit)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "textarea[name=problem]", run: "edit It beeps at the top." },
        { trigger: "input[type=radio][value=no]:first", run: "click" },
        {
            trigger: "form button:contains(Send the request)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "h1:contains(Thank you, we received your request)" },
        { trigger: "[role=status]:contains(call you on the next working day)" },
        {
            trigger: "nav a:contains(Repairs):not(.dropdown-item)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "li a:contains(Stair Lift 900)" },
    ],
});
