let lastClick = { isShift: false, element: null };

// Capture: the action service does not hand the event on to handlers of actions.
document.addEventListener(
    "click",
    (ev) => {
        const element = ev.target.closest?.("button, a, [tabindex]") || null;
        lastClick = { isShift: ev.shiftKey, element };
    },
    { capture: true }
);

/** @returns {{ isShift: boolean, element: HTMLElement|null }} what the person pressed last */
export function getLastClick() {
    return lastClick;
}
