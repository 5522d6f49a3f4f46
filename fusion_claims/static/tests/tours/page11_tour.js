import { registry } from "@web/core/registry";

/** Draw a wave on the signature's canvas. */
async function sign(canvas) {
    const box = canvas.getBoundingClientRect();
    const point = (type, x, y) =>
        canvas.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                button: 0,
                buttons: type === "pointerup" ? 0 : 1,
                clientX: box.left + box.width * x,
                clientY: box.top + box.height * y,
                isPrimary: true,
                pointerId: 1,
                pressure: 0.5,
            })
        );
    point("pointerdown", 0.1, 0.7);
    for (let step = 1; step < 40; step++) {
        point("pointermove", 0.1 + step * 0.02, 0.5 + 0.3 * Math.sin(step / 3));
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    point("pointerup", 0.9, 0.5);
}

registry.category("web_tour.tours").add("fusion_claims_page11", {
    steps: () => [
        {
            content: "Nothing is sent without a signature",
            trigger: ".o_fusion_claims_form button[type=submit]",
            run: "click",
        },
        { trigger: ".o_fusion_claims_form [role=alert]:contains(draw your signature)" },
        { trigger: "input[value=agent]", run: "click" },
        { trigger: "#fusion_claims_relationship", run: "select spouse" },
        {
            trigger: ".o_fusion_claims_form canvas",
            run: ({ anchor }) => sign(anchor),
        },
        { trigger: "input[name=consent]", run: "click" },
        {
            trigger: ".o_fusion_claims_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "h1:contains(Already signed)" },
    ],
});
