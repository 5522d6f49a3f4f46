import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { addDays, clock, dayTitle } from "../board/board_time";
import { WorkQueue } from "./work_queue";

const MODEL = "fusion.technician.task";
const DONE = ["completed", "no_show", "cancelled"];
const RESULT = {
    en_route: "en_route",
    start: "in_progress",
    complete: "completed",
    no_show: "no_show",
};
const PHOTO_PX = 1600;
const SWIPE_PX = 80;

/** Shrink a picture before it waits on the phone and travels. */
async function compress(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, PHOTO_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
}

/** The technician's stops of a day; works on through a dead spot. */
export class MyDay extends Component {
    static template = "fusion_tasks.MyDay";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            data: null,
            error: "",
            day: "",
            chosen: 0,
            waiting: [],
            note: null,
        });
        Object.assign(this, { clock, dayTitle });
        this.queue = new WorkQueue({
            userId: user.userId,
            send: (entry) => this.send(entry),
            onChange: (entries, answer) => this.onQueue(entries, answer),
        });
        const bus = useService("bus_service");
        const reload = () => this.load();
        bus.subscribe("fusion_tasks.changed", reload);
        useExternalListener(window, "online", () => this.refresh());
        onWillStart(async () => {
            await this.load();
            await this.queue.tell();
            this.queue.flush();
        });
        onWillUnmount(() => {
            bus.unsubscribe("fusion_tasks.changed", reload);
            this.queue.stop();
        });
    }

    // -- data ---------------------------------------------------------------------------------

    /** The stops with what still waits on the phone already done. */
    get stops() {
        const stops = this.state.data.stops.map((stop) => ({ ...stop }));
        for (const entry of this.state.waiting) {
            const stop = stops.find((one) => one.id === entry.taskId);
            if (stop && !entry.refusal) {
                stop.status = RESULT[entry.work] || stop.status;
                stop.notes = entry.work === "note" ? entry.values.text : stop.notes;
                stop.photos += entry.work === "photo" ? 1 : 0;
            }
        }
        return stops;
    }

    get current() {
        const { stops } = this;
        return (
            stops.find((stop) => stop.id === this.state.chosen) ||
            stops.find((stop) => !DONE.includes(stop.status))
        );
    }

    get others() {
        return this.stops.filter((stop) => stop.id !== this.current?.id);
    }

    get refused() {
        return this.state.waiting.filter((entry) => entry.refusal);
    }

    get waitingText() {
        const count = this.state.waiting.length - this.refused.length;
        return count ? _t("%(count)s actions wait for the connection.", { count }) : "";
    }

    get title() {
        return dayTitle(this.state.day, { weekday: "long", day: "numeric", month: "long" });
    }

    labelOf(status) {
        return {
            scheduled: _t("Scheduled"),
            en_route: _t("On the Way"),
            in_progress: _t("In Progress"),
            completed: _t("Completed"),
            cancelled: _t("Cancelled"),
            no_show: _t("Client Absent"),
        }[status];
    }

    mapUrl(stop) {
        return `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(stop.address)}`;
    }

    async load() {
        try {
            const data = await this.orm.silent.call(MODEL, "get_my_day", [this.state.day]);
            Object.assign(this.state, { data, error: "", day: data.day });
        } catch (error) {
            const isLost = error instanceof ConnectionLostError;
            this.state.error = isLost
                ? _t("No connection. You can go on working.")
                : _t("Your day could not be loaded.");
        }
    }

    async refresh() {
        await this.queue.flush();
        await this.load();
    }

    step(count) {
        Object.assign(this.state, { day: addDays(this.state.day, count), chosen: 0 });
        return this.load();
    }

    // -- working --------------------------------------------------------------------------------

    do(stop, work, values = {}) {
        return this.queue.add({
            taskId: stop.id,
            work,
            values,
            seenStart: stop.start,
            summary: stop.summary,
        });
    }

    send(entry) {
        return this.orm.silent.call(MODEL, "work_task", [
            entry.taskId,
            entry.work,
            entry.values,
            entry.at,
            entry.seenStart,
        ]);
    }

    onQueue(entries, answer) {
        const stop = answer?.stop;
        const index = stop ? this.state.data.stops.findIndex((one) => one.id === stop.id) : -1;
        if (index >= 0) {
            this.state.data.stops[index] = stop;
        }
        this.state.waiting = entries;
    }

    saveNote(stop) {
        const text = this.state.note;
        this.state.note = null;
        return this.do(stop, "note", { text });
    }

    async addPhoto(stop, ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        if (!file) {
            return;
        }
        const stage =
            stop.status === "scheduled" || stop.status === "en_route" ? "before" : "after";
        try {
            const image = await compress(file);
            await this.do(stop, "photo", { image, stage, key: crypto.randomUUID() });
        } catch (error) {
            if (!(error instanceof DOMException)) {
                throw error;
            }
            this.notification.add(_t("This file is not a picture."), { type: "danger" });
        }
    }

    // -- swiping to the next day ------------------------------------------------------------------

    onTouchStart(ev) {
        const [touch] = ev.touches;
        this.touch = { x: touch.clientX, y: touch.clientY };
    }

    onTouchEnd(ev) {
        const [touch] = ev.changedTouches;
        const across = touch.clientX - this.touch.x;
        if (
            Math.abs(across) > SWIPE_PX &&
            Math.abs(across) > 2 * Math.abs(touch.clientY - this.touch.y)
        ) {
            this.step(across < 0 ? 1 : -1);
        }
    }
}

registry.category("actions").add("fusion_tasks.my_day", MyDay);
