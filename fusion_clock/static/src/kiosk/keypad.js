/**
 * Big number keys that write into an input, for gloves and for tablets without a keyboard.
 *
 * @param {HTMLElement} box where the keys go
 * @param {HTMLInputElement} input
 * @param {string} eraseLabel
 */
export function makeKeypad(box, input, eraseLabel) {
    const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"];
    const buttons = keys.map((key) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = key;
        button.setAttribute("aria-label", key === "⌫" ? eraseLabel : key);
        button.addEventListener("click", () => {
            input.value = key === "⌫" ? input.value.slice(0, -1) : input.value + key;
        });
        return button;
    });
    box.replaceChildren(...buttons);
}
