// What the stories of this folder share; put in front of them.
{
    const find = (selector) => document.querySelector(selector);
    const all = (selector) => [...document.querySelectorAll(selector)];
    const text = (selector) => (find(selector)?.innerText || "").replace(/\s+/g, " ").trim();
    const isShown = (selector) => !!find(selector)?.getClientRects().length;
    const until = async (what, condition) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = condition();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`waited for: ${what}`);
    };
    const check = (what, condition) => {
        if (!condition) {
            throw new Error(`is not so: ${what}`);
        }
    };
    const fill = (selector, value) => {
        const field = find(selector);
        field.focus();
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const press = (key, options = {}) =>
        document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options })
        );
    const openDialog = async () => {
        find(".o_fhd_systray button").click();
        await until("the dialog", () => isShown(".o_fhd_dialog"));
    };
    const asks = () => all(".modal-body").at(-1)?.innerText.includes("stays in this browser");
    const picture = async (name = "shot.png") => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
        canvas.getContext("2d").fillRect(5, 5, 20, 10);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve));
        return new File([blob], name, { type: "image/png" });
    };
    const paste = async (selector, file) => {
        const data = new DataTransfer();
        data.items.add(file);
        find(selector).dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
        );
    };
    const fits = () =>
        check(
            "nothing is wider than the screen",
            document.documentElement.scrollWidth <= window.innerWidth &&
                find(".o_fhd_dialog").scrollWidth <= window.innerWidth
        );
    const tell = (story) =>
        story().then(
            () => console.log("test successful"),
            (error) => console.error(error.message)
        );
    window.fhd = {
        find,
        all,
        text,
        asks,
        isShown,
        until,
        check,
        fill,
        press,
        openDialog,
        picture,
        paste,
        fits,
        tell,
    };
}
