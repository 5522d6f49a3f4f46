import { Draft, newKey } from "@fusion_helpdesk/core/draft";
import { describeMoment } from "@fusion_helpdesk/core/moments";
import { FileBox } from "@fusion_helpdesk/dialog/file_box";
import { WritingForm } from "@fusion_helpdesk/dialog/writing_form";
import { markup, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

const SHOWN = 30; // messages drawn at first

export class TicketThread extends WritingForm {
    static template = "fusion_helpdesk.TicketThread";
    static components = { FileBox };
    static props = { ticketId: Number, whoami: Object, onText: Function, onBack: Function };

    setup() {
        this.helpdesk = useService("fusion_helpdesk");
        this.bus = useService("bus_service");
        this.draft = new Draft(session.db, user.userId, `reply.${this.props.ticketId}`);
        const typed = this.draft.read() || {};
        this.state = useState({
            ticket: null,
            error: "",
            shown: SHOWN,
            body: typed.body || "",
            uuid: typed.uuid || newKey(),
            files: [],
            pasted: [],
            isBusy: false,
            said: "",
            fault: "",
        });
        this.describe = describeMoment;
        this.end = useRef("end");
        this.title = useRef("title");
        this.onNews = ({ count }) => count && this.load();
        this.onSent = () => this.state.ticket?.waiting.length && this.load();
        this.bus.subscribe("fusion_helpdesk.unread", this.onNews);
        this.bus.subscribe("fusion_helpdesk.outbox", this.onSent);
        onWillUnmount(() => {
            this.bus.unsubscribe("fusion_helpdesk.unread", this.onNews);
            this.bus.unsubscribe("fusion_helpdesk.outbox", this.onSent);
        });
        onWillStart(() => {
            this.load(); // not awaited: the skeleton shows meanwhile
        });
        useEffect(
            (count) => {
                if (count) {
                    this.end.el?.scrollIntoView({ block: "end" });
                }
            },
            () => [this.state.ticket?.messages.length]
        );
        this.tell();
    }

    async load() {
        const answer = await this.call(`/fusion_helpdesk/ticket/${this.props.ticketId}`, {});
        if (answer.ok) {
            for (const message of answer.messages) {
                message.html = markup(message.body);
            }
            this.state.ticket = answer;
            this.state.error = "";
            this.helpdesk.refresh();
        } else if (this.state.ticket) {
            this.state.fault = answer.message; // what is shown stays
        } else {
            this.state.error = answer.message;
        }
    }

    async call(route, params) {
        try {
            return await rpc(route, params, { silent: true });
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return { ok: false, message: _t("No connection. Your text is kept in this browser.") };
        }
    }

    get messages() {
        return this.state.ticket.messages.slice(-this.state.shown);
    }

    get hasOlder() {
        return this.state.ticket.messages.length > this.state.shown;
    }

    /** A line with the date stands before the first message of a day. */
    getDay(index) {
        const day = describeMoment(this.messages[index].date).day;
        return index && describeMoment(this.messages[index - 1].date).day === day ? "" : day;
    }

    get engagement() {
        const { state, name } = this.state.ticket.engagement;
        const who = name || _t("the owner");
        return {
            pending: _t("Waiting for %s", who),
            approved: _t("Approved by %s", who),
            rejected: _t("Rejected by %s", who),
        }[state];
    }

    has(feature) {
        return this.props.whoami.features.includes(feature);
    }

    get faces() {
        return [
            { rating: 5, icon: "fa-smile-o", label: _t("Satisfied") },
            { rating: 3, icon: "fa-meh-o", label: _t("Not sure") },
            { rating: 1, icon: "fa-frown-o", label: _t("Dissatisfied") },
        ];
    }

    /** Close, reopen or rate: done at once, or said why not. */
    async act(path, params = {}) {
        const answer = await this.call(
            `/fusion_helpdesk/ticket/${this.props.ticketId}/${path}`,
            params
        );
        if (answer.ok) {
            await this.load();
        } else {
            this.state.fault = answer.message;
        }
    }

    isPicture(file) {
        return ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(file.mimetype);
    }

    getUrl(file) {
        return `/fusion_helpdesk/attachment/${this.props.ticketId}/${file.id}`;
    }

    /** Pictures of other hosts tell them who reads: they load on request. */
    onBodyClick(ev) {
        const image = ev.target.closest("img[data-src]");
        if (image) {
            image.src = image.dataset.src;
            delete image.dataset.src;
        }
    }

    tell() {
        this.props.onText(!!(this.state.body.trim() || this.state.files.length));
    }

    onTyped() {
        this.draft.write({ body: this.state.body, uuid: this.state.uuid });
        Object.assign(this.state, { fault: "", said: "" });
        this.tell();
    }

    async send() {
        const { body, files, uuid, isBusy, ticket } = this.state;
        if (isBusy || !ticket) {
            return;
        }
        if (!body.trim() && !files.length) {
            this.state.fault = _t("Please write something first.");
            return;
        }
        this.state.isBusy = true;
        const answer = await this.call(`/fusion_helpdesk/ticket/${this.props.ticketId}/reply`, {
            body,
            attachments: files.map(({ name, mimetype, data }) => ({ name, mimetype, data })),
            reply_uuid: uuid,
        });
        this.state.isBusy = false;
        if (!answer.ok) {
            this.state.fault = answer.message;
            return;
        }
        this.draft.clear();
        Object.assign(this.state, { body: "", files: [], uuid: newKey(), fault: "" });
        this.state.said = answer.queued
            ? _t("Saved. It will be sent as soon as support is reachable.")
            : _t("Sent.");
        this.helpdesk.state.pending += answer.queued ? 1 : 0;
        this.tell();
        await (answer.queued ? this.showWaiting(body, answer.outbox_id) : this.load());
    }

    /** Central is out of reach, so the bubble is drawn from what was typed. */
    showWaiting(body, id) {
        this.state.ticket.waiting.push({ id, draft: { body }, state: "queued", error: "" });
    }

    takeBack(row) {
        Object.assign(this.state, { body: row.draft.body, uuid: row.draft.uuid });
        this.state.ticket.waiting = this.state.ticket.waiting.filter((other) => other !== row);
        this.onTyped();
    }
}
