import { Component, useState } from "@odoo/owl";

/** What is needed here, and where. */
export class AddSheet extends Component {
    static template = "fusion_portal.AddSheet";
    static props = { schema: Object, blocked: Object, items: Array, onAdd: Function };

    setup() {
        this.state = useState({ place: "inside", label: "", isSame: false });
    }

    typesOf(kind) {
        return Object.values(this.props.schema.types).filter((type) => type.kind === kind);
    }
    isBlocked(type) {
        return type in this.props.blocked;
    }
    get needsLabel() {
        return this.state.place === "custom" && !this.state.label.trim();
    }
    hasPrevious(type) {
        return this.props.items.some((item) => item.type === type);
    }
    add(type) {
        this.props.onAdd({
            type,
            locationTag: this.state.place,
            locationLabel: this.state.label.trim(),
            isSame: this.state.isSame && this.hasPrevious(type),
        });
    }
}
