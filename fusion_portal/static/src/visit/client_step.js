import { Component, useState } from "@odoo/owl";
import { call } from "./server";
import { _t } from "./texts";

const PAUSE_MS = 300;

/** Who the client is, who pays, and the end of the visit. */
export class ClientStep extends Component {
    static template = "fusion_portal.ClientStep";
    static props = {
        visit: Object,
        schema: Object,
        authorizers: Array,
        hasMod: Boolean,
        needsAccess: Boolean,
        plan: Array,
        missing: Array,
        mayEdit: Boolean,
        isCompleting: Boolean,
        isOnline: Boolean,
        conflicts: Array,
        onChange: Function,
        onComplete: Function,
        onGap: Function,
        onResolve: Function,
    };

    setup() {
        this.state = useState({ found: [], isSearching: false });
    }

    get fields() {
        return [
            ["client_name", _t("Name"), "name", "text"],
            ["client_phone", _t("Phone"), "tel", "tel"],
            ["client_email", _t("E-mail"), "email", "email"],
            ["street", _t("Street"), "address-line1", "text"],
            ["street2", _t("Apartment"), "address-line2", "text"],
            ["city", _t("Town"), "address-level2", "text"],
            ["zip", _t("Postal code"), "postal-code", "text"],
        ].map(([name, label, autocomplete, type]) => ({ name, label, autocomplete, type }));
    }
    get mayType() {
        return this.props.mayEdit && !this.props.visit.partner;
    }
    get authorizerId() {
        const { visit } = this.props;
        return visit.authorizer_id ?? visit.authorizer?.id;
    }
    get visitConflicts() {
        return this.props.conflicts.flatMap((entry) =>
            Object.entries(entry.conflicts).map(([name, values]) => ({ entry, name, ...values }))
        );
    }

    onInput(name, value) {
        clearTimeout(this[name]);
        this[name] = setTimeout(() => this.props.onChange({ [name]: value }), PAUSE_MS);
    }
    onBlur(name, value) {
        clearTimeout(this[name]);
        if ((this.props.visit[name] || "") !== value) {
            this.props.onChange({ [name]: value });
        }
    }
    async search(text) {
        this.state.found = [];
        if (text.trim().length < 3) {
            return;
        }
        this.state.isSearching = true;
        try {
            this.state.found = (await call("/my/visit/clients", { text })).clients;
        } catch {
            this.state.found = [];
        }
        this.state.isSearching = false;
    }
    choose(client) {
        this.state.found = [];
        this.props.onChange({ partner_id: client.id });
    }
    setAuthorizer(value) {
        this.props.onChange({ authorizer_id: Number(value) || false });
    }
}
