import { onWillUnmount, useState } from "@odoo/owl";

const CLICK_PX = 5;
const SNAP = 15; // minutes

/**
 * Drag a task with the mouse, a finger or a pen.
 *
 * @param {Object} options
 * @param {Function} options.getSpan the minutes that a lane's width stands for: {from, to}
 * @param {Function} options.onStart (task)
 * @param {Function} options.onClick (task)
 * @param {Function} options.onDrop (task, place); place is false over the tray, null elsewhere
 */
export function useBoardDrag({ getSpan, onStart, onClick, onDrop }) {
    const drag = useState({ task: null, place: null, x: 0, y: 0 });
    let press = null;

    function findPlace(ev) {
        const under = document.elementFromPoint(ev.clientX, ev.clientY);
        if (under?.closest("[data-tray]")) {
            return false;
        }
        const lane = under?.closest("[data-lane]");
        if (!lane) {
            return null;
        }
        const place = { technicianId: Number(lane.dataset.lane), day: lane.dataset.day };
        return { ...place, from: lane.dataset.cell ? press.from : findMinute(ev, lane) };
    }

    function findMinute(ev, lane) {
        const box = lane.getBoundingClientRect();
        const span = getSpan();
        const share = (ev.clientX - press.grip - box.left) / box.width;
        const minute = span.from + share * (span.to - span.from);
        const snapped = Math.round(minute / SNAP) * SNAP;
        return Math.min(Math.max(snapped, span.from), span.to - SNAP);
    }

    function onMove(ev) {
        const distance = Math.hypot(ev.clientX - press.x, ev.clientY - press.y);
        if (!drag.task && distance > CLICK_PX) {
            drag.task = press.task;
            onStart(press.task);
        }
        if (drag.task) {
            Object.assign(drag, { x: ev.clientX, y: ev.clientY, place: findPlace(ev) });
        }
    }

    function onUp(ev) {
        const { task } = press;
        const place = drag.task && findPlace(ev);
        const wasDragged = Boolean(drag.task);
        stop();
        wasDragged ? onDrop(task, place) : onClick(task);
    }

    function onKey(ev) {
        if (ev.key === "Escape") {
            stop();
        }
    }

    function stop() {
        window.removeEventListener("pointermove", onMove);
        window.removeEventListener("pointerup", onUp);
        window.removeEventListener("pointercancel", stop);
        window.removeEventListener("keydown", onKey);
        Object.assign(drag, { task: null, place: null });
    }

    function begin(ev, task) {
        if (ev.button !== 0) {
            return;
        }
        const box = ev.currentTarget.getBoundingClientRect();
        const grip = task.day ? ev.clientX - box.left : 0;
        press = { task, grip, x: ev.clientX, y: ev.clientY, from: task.from ?? 9 * 60 };
        window.addEventListener("pointermove", onMove);
        window.addEventListener("pointerup", onUp);
        window.addEventListener("pointercancel", stop);
        window.addEventListener("keydown", onKey);
    }

    onWillUnmount(stop);
    return { drag, begin };
}
