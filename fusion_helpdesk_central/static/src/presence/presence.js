import { Component, onMounted, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TELL_MS = 30000;
const FORGET_MS = 60000;
const TYPE = "fusion_helpdesk_central.presence";

/** "NAME is viewing this ticket": told over the bus twice a minute, stored nowhere. */
export class TicketPresence extends Component {
    static template = "fusion_helpdesk_central.TicketPresence";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.state = useState({ people: {} });
        this.onPresence = this.onPresence.bind(this);
        onMounted(() => {
            this.bus.subscribe(TYPE, this.onPresence);
            this.tell(this.props.record.resId);
            this.timer = browser.setInterval(() => this.beat(), TELL_MS);
        });
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.props.record.resId) {
                this.state.people = {};
                this.tell(next.record.resId);
            }
        });
        onWillUnmount(() => {
            this.bus.unsubscribe(TYPE, this.onPresence);
            browser.clearInterval(this.timer);
        });
    }

    get names() {
        return Object.values(this.state.people)
            .map((person) => person.name)
            .join(", ");
    }

    tell(id) {
        if (id) {
            this.orm.silent.call("helpdesk.ticket", "fc_tell_presence", [[id]]);
        }
    }

    beat() {
        for (const [id, person] of Object.entries(this.state.people)) {
            if (Date.now() - person.seen > FORGET_MS) {
                delete this.state.people[id];
            }
        }
        this.tell(this.props.record.resId);
    }

    onPresence({ ticket_id, user_id, name }) {
        if (ticket_id !== this.props.record.resId || user_id === user.userId) {
            return;
        }
        const isNew = !this.state.people[user_id];
        this.state.people[user_id] = { name, seen: Date.now() };
        if (isNew) {
            this.tell(ticket_id); // who has just come must learn of us too
        }
    }
}

registry.category("view_widgets").add("fusion_helpdesk_central_presence", {
    component: TicketPresence,
});
