/** The page's panels and named parts; only one panel is shown, named by `data-state`. */
export class Screen {
    constructor(root) {
        this.root = root;
    }

    get state() {
        return this.root.dataset.state;
    }

    show(state) {
        this.root.dataset.state = state;
        for (const panel of this.root.querySelectorAll("[data-panel]")) {
            panel.hidden = panel.dataset.panel !== state;
        }
        // Keyboards and screen readers go where the eye goes.
        const panel = this.root.querySelector(`[data-panel="${state}"]`);
        panel?.querySelector("input")?.focus();
    }

    part(name) {
        return this.root.querySelector(`[data-part="${name}"]`);
    }

    text(name, value = "") {
        this.part(name).textContent = value;
    }

    toggle(name, isShown) {
        this.part(name).hidden = !isShown;
    }

    /** Fill a list with plain texts. */
    items(name, texts) {
        const rows = texts.map((text) => {
            const row = document.createElement("li");
            row.textContent = text;
            return row;
        });
        this.part(name).replaceChildren(...rows);
    }

    action(name) {
        return this.root.querySelector(`[data-action="${name}"]`);
    }

    /** Fill a list; each item is { label, detail, image, onPick }. */
    list(name, items) {
        const rows = items.map((item) => {
            const row = document.createElement("li");
            const button = document.createElement("button");
            button.type = "button";
            if (item.image) {
                const image = new Image(56, 56);
                image.src = item.image;
                image.alt = "";
                button.append(image);
            }
            const label = document.createElement("b");
            label.textContent = item.label;
            const detail = document.createElement("span");
            detail.textContent = item.detail || "";
            button.append(label, detail);
            button.addEventListener("click", item.onPick);
            row.append(button);
            return row;
        });
        this.part(name).replaceChildren(...rows);
    }
}
