import json

from .tablet import Tablet

#: Finds the first visible element of a selector whose text is, or holds, a text.
FIND = """((selector, text, isExact) => [...document.querySelectorAll(selector)].find((one) =>
    one.getClientRects().length &&
    (isExact ? one.textContent.trim() === text : one.textContent.includes(text))))"""
#: A wave, drawn by a finger.
DRAW = """(async () => {
    const pad = document.querySelector("canvas");
    const box = pad.getBoundingClientRect();
    const point = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {
        bubbles: true, button: 0, buttons: type === "pointerup" ? 0 : 1, isPrimary: true,
        clientX: box.left + box.width * x, clientY: box.top + box.height * y, pointerId: 1,
        pressure: 0.5,
    }));
    point("pointerdown", 0.1, 0.7);
    for (let step = 1; step < 40; step++) {
        point("pointermove", 0.1 + step * 0.02, 0.5 + 0.3 * Math.sin(step / 3));
        await new Promise((done) => setTimeout(done, 20));
    }
    point("pointerup", 0.9, 0.5);
})()"""


class Desk(Tablet):
    """Odoo's own pages, driven by what a person reads on them."""

    def see(self, text, selector="body"):
        self.wait(f"{FIND}({json.dumps(selector)}, {json.dumps(text)}, false)")

    def click(self, selector, text=""):
        """:param text: the whole text of what is pressed; without it, the first one counts"""
        found = f"{FIND}({json.dumps(selector)}, {json.dumps(text)}, {json.dumps(bool(text))})"
        self.wait(
            f"(() => {{ const one = {found}; if (!one || one.disabled) {{ return false; }}"
            " one.scrollIntoView({block: 'center'}); one.click(); return true; })()"
        )

    def turn_to(self, page):
        """A page of the form; one that was turned to while the form still loads turns back."""
        found = f"{FIND}('.o_notebook .nav-link', {json.dumps(page)}, true)"
        self.wait(
            f"(() => {{ const tab = {found}; if (tab?.classList.contains('active')) {{ return true;"
            " } tab?.click(); return false; })()"
        )

    def type(self, field, value, within=""):
        """:param field: name of a field of the form, or of the dialog ``within``"""
        place = f"{within} .o_field_widget[name={field}] :is(input, textarea)"
        self.wait(
            f"""(() => {{
                const one = [...document.querySelectorAll({json.dumps(place)})].find(
                    (input) => input.getClientRects().length);
                if (!one) {{ return false; }}
                one.focus();
                one.value = {json.dumps(value)};
                one.dispatchEvent(new Event("input", {{ bubbles: true }}));
                one.dispatchEvent(new Event("change", {{ bubbles: true }}));
                one.blur();
                return true;
            }})()"""
        )

    def upload(self, field, content, name):
        """:param content: base64 text of a PDF"""
        place = f".modal [name={field}] input[type=file]"
        self.wait(f"document.querySelector('{place}')")
        self.run(
            f"""(() => {{
                const input = document.querySelector("{place}");
                const bytes = Uint8Array.from(atob("{content}"), (char) => char.charCodeAt(0));
                const files = new DataTransfer();
                files.items.add(new File([bytes], "{name}", {{ type: "application/pdf" }}));
                input.files = files.files;
                input.dispatchEvent(new Event("change", {{ bubbles: true }}));
            }})()"""
        )
        self.wait(f"document.querySelector('.modal [name={field}] input[type=text]')?.value === "
                  f"'{name}'")  # fmt: skip

    def confirm(self, text):
        """The dialog's button; the dialog closes."""
        self.click(".modal footer button", text)
        self.wait("!document.querySelector('.modal')")

    def save(self):
        """Pressed every two seconds until it is gone: an open calendar takes the first press to
        close, and a press while the form is being saved begins anew."""
        self.wait(
            """(() => {
                const one = document.querySelector(".o_form_button_save");
                if (!one?.checkVisibility({ visibilityProperty: true })) { return true; }
                if (!(Date.now() - window.pressedAt < 2000)) {
                    window.pressedAt = Date.now();
                    one.click();
                }
                return false;
            })()"""
        )
