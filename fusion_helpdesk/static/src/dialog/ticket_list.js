import { describeMoment } from "@fusion_helpdesk/core/moments";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const PAGE = 40;

export class TicketList extends Component {
    static template = "fusion_helpdesk.TicketList";
    static props = { whoami: Object, onOpen: Function, onNew: Function, onEdit: Function };

    setup() {
        this.helpdesk = useService("fusion_helpdesk");
        this.bus = useService("bus_service");
        this.state = useState({
            scope: "mine",
            state: "all",
            search: "",
            offset: 0,
            tickets: [],
            total: 0,
            outbox: [],
            isLoading: true,
            offline: "",
            error: "",
        });
        this.describe = describeMoment;
        this.search = useDebounced(() => this.show({ offset: 0 }), 300);
        this.onNews = () => this.load();
        this.bus.subscribe("fusion_helpdesk.unread", this.onNews);
        this.bus.subscribe("fusion_helpdesk.outbox", this.onNews);
        onWillUnmount(() => {
            this.bus.unsubscribe("fusion_helpdesk.unread", this.onNews);
            this.bus.unsubscribe("fusion_helpdesk.outbox", this.onNews);
        });
        onWillStart(() => {
            this.load(); // not awaited: the skeleton shows meanwhile
        });
    }

    get isEmpty() {
        const { isLoading, offline, error, tickets, outbox } = this.state;
        return !isLoading && !offline && !error && !tickets.length && !outbox.length;
    }

    get isFiltered() {
        return !!this.state.search || this.state.state !== "all";
    }

    get hasNext() {
        return this.state.offset + PAGE < this.state.total;
    }

    show(changes) {
        Object.assign(this.state, { offset: 0, ...changes });
        return this.load();
    }

    /** A slower answer to an earlier question is dropped. */
    async load() {
        const { scope, offset, search, state } = this.state;
        const question = (this.question = {});
        this.state.isLoading = !this.state.tickets.length;
        const answer = await this.ask({ scope, offset, limit: PAGE, search, state });
        if (question !== this.question) {
            return;
        }
        this.state.isLoading = false;
        if (answer.ok) {
            const { tickets, total, outbox } = answer;
            const offline = answer.offline ? answer.message : "";
            Object.assign(this.state, { tickets, total, outbox, offline, error: "" });
            this.state.scope = answer.scope;
        } else {
            this.state.error = answer.message;
        }
    }

    async ask(params) {
        try {
            return await rpc("/fusion_helpdesk/my_tickets", params, { silent: true });
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return { ok: false, message: _t("No connection to your own server.") };
        }
    }

    async act(row, action) {
        const answer = await rpc(`/fusion_helpdesk/outbox/${row.id}/${action}`);
        if (answer.ok) {
            this.helpdesk.state.pending = answer.pending;
            await this.load();
        } else {
            this.state.error = answer.message;
        }
    }

    edit(row) {
        if (row.kind === "ticket") {
            this.props.onEdit(row.draft);
        } else {
            this.props.onOpen(row.ticket_id);
        }
    }

    getChip(ticket) {
        const name = ticket.engagement_name;
        return {
            pending: name ? _t("Waiting for %s", name) : _t("Waiting for approval"),
            approved: _t("Approved"),
            rejected: _t("Rejected"),
        }[ticket.engagement_state];
    }
}
